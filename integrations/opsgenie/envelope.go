package opsgenie

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// call is one request and its answer.
type call struct {
	Options
	w           http.ResponseWriter
	req         *http.Request
	began       time.Time // by the clock of this machine: for took alone
	integration string
}

func begin(o Options, w http.ResponseWriter, req *http.Request) *call {
	return &call{Options: o, w: w, req: req, began: time.Now()}
}

// keyOf is the key that a request brings: Authorization: GenieKey KEY, or as Opsgenie also takes it, Basic with the key in
// base64, or ?apiKey=KEY.
func keyOf(req *http.Request) string {
	scheme, key, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	switch key = strings.TrimSpace(key); strings.ToLower(scheme) {
	case "geniekey", "bearer":
		return key
	case "basic":
		raw, err := base64.StdEncoding.DecodeString(key)
		if err != nil {
			return ""
		}
		if _, password, ok := strings.Cut(string(raw), ":"); ok && password != "" {
			return password
		}
		return strings.TrimSuffix(string(raw), ":")
	}
	return req.URL.Query().Get("apiKey")
}

func unescaped(path string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}

// only runs do for a method, and refuses others.
func (c *call) only(method string, do func()) {
	if c.req.Method != method {
		c.w.Header().Set("Allow", method)
		c.refuse(http.StatusMethodNotAllowed, fmt.Sprintf("Request method '%s' not supported", c.req.Method), nil)
		return
	}
	do()
}

// accepted answers as for what Opsgenie would do later.
func (c *call) accepted(request string) {
	c.answer(http.StatusAccepted, request, map[string]any{"result": "Request will be processed"})
}

// found answers with data.
func (c *call) found(data any) {
	c.answer(http.StatusOK, "", map[string]any{"data": data})
}

// refuse answers with what is wrong; errors are by field.
func (c *call) refuse(status int, message string, errors map[string]string) {
	if c.integration != "" {
		outcome := "rejected"
		if status >= http.StatusInternalServerError {
			outcome = "failed"
		}
		c.Count(c.integration, outcome, 1)
	}
	body := map[string]any{"message": message}
	if len(errors) > 0 {
		body["errors"] = errors
	}
	if status == http.StatusServiceUnavailable {
		c.w.Header().Set("Retry-After", "5")
	}
	c.answer(status, "", body)
}

// answer writes a body with what every answer of Opsgenie has, in its headers, too: clients warn where they are empty.
func (c *call) answer(status int, request string, body map[string]any) {
	if request == "" {
		request = uuid.NewString()
	}
	took := max(time.Since(c.began).Seconds(), 0.001)
	body["took"], body["requestId"] = took, request
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Request-Id", request)
	h.Set("X-Response-Time", fmt.Sprintf("%.3f", took))
	h.Set("X-RateLimit-State", "OK")
	c.w.WriteHeader(status)
	_ = json.NewEncoder(c.w).Encode(body) // who does not listen any more need not be told
}
