package tracker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

const (
	maxAnswer = 16 << 20  // bytes: a page of a hundred issues, with all that was written into them
	maxWait   = time.Hour // that GitHub may ask for
)

// errGone is what do returns for 404 and 410, beside an error for people.
var errGone = errors.New("not found")

// do makes one request and reads its answer into into, which may be nil.
func (c *Client) do(ctx context.Context, method, address string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return deliver.Permanent("github: writing the request: %w", err)
	}
	reader := io.Reader(bytes.NewReader(data))
	if body == nil {
		reader = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return deliver.Permanent("github: base_url cannot be used for requests")
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	req.Header.Set("User-Agent", "Tocsin")
	req.Header.Set("Authorization", "Bearer "+c.cfg.Token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return deliver.RetryAfter(0, "github: no answer: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	answer, readErr := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode/100 != 2 {
		return c.refusal(resp, answer)
	}
	if into == nil {
		return nil
	}
	if err := errors.Join(readErr, json.Unmarshal(answer, into)); err != nil {
		return deliver.RetryAfter(0, "github: answered %d with something that is not its JSON: is base_url its API?", resp.StatusCode)
	}
	return nil
}

// refused is what GitHub says of a request that it does not carry out.
type refused struct {
	Message string `json:"message"`
	Errors  []struct {
		Field   string `json:"field"`
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// refusal sorts a refused request into tried again later and failed for good. Rate limits come as 429, or as 403 with
// Retry-After or without anything remaining.
func (c *Client) refusal(resp *http.Response, answer []byte) error {
	var said refused
	_ = json.Unmarshal(answer, &said) // proxies answer with pages
	what := fmt.Sprintf("HTTP %d", resp.StatusCode)
	if said.Message != "" {
		what += ": " + c.clean(said.Message)
	}
	for _, e := range said.Errors {
		what += fmt.Sprintf("; field %s: %s", c.clean(e.Field), c.clean(e.Code+" "+e.Message))
	}
	after := c.wait(resp.Header)
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && after > 0:
		return deliver.Limited(max(after, time.Minute), "github: rate limit (%s)", what)
	case status >= 500, status == http.StatusRequestTimeout:
		return deliver.RetryAfter(after, "github: %s", what)
	case status == http.StatusUnauthorized:
		return deliver.Permanent("github: refused the token (%s): it is wrong or has expired; give another one under providers.github, then refresh", what)
	case status == http.StatusForbidden:
		return deliver.Permanent("github: the token may not do that (%s): give it the permission to read and write issues of the repository; then refresh", what)
	case status/100 == 3:
		return deliver.Permanent("github: %s: the repository moved; name it as it is called now", what)
	case status == http.StatusNotFound, status == http.StatusGone:
		return deliver.Permanent("github: %w there, or not shown to this token, or issues are turned off (%s)", errGone, what)
	}
	return deliver.Permanent("github: %s", what)
}

// wait is how long GitHub asks to be left alone; 0 when it does not.
func (c *Client) wait(h http.Header) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After"))); err == nil {
		return time.Duration(max(0, min(seconds, int(maxWait/time.Second)))) * time.Second
	}
	reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil || h.Get("X-RateLimit-Remaining") != "0" {
		return 0
	}
	return max(time.Second, min(time.Unix(reset, 0).Sub(c.now()), maxWait))
}

// clean keeps an answer short and without the token, should a proxy have echoed it.
func (c *Client) clean(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, c.cfg.Token, "***"))
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// withoutURL is the cause of a failed request, without the address.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
