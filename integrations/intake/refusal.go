package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// refusal is an answer that is not 2xx.
type refusal struct {
	status              int
	code, message, hint string
	cause               error // for the log only
}

const (
	maxReason  = 4000 // bytes of a decoder's error that a sender is told
	retryAfter = "5"  // seconds
)

func invalidBody(err error, stored int) *refusal {
	hint := "nothing of this request was stored"
	if stored > 0 {
		hint = fmt.Sprintf("the %d valid alerts of this request were stored", stored)
	}
	reason := strings.ToValidUTF8(err.Error(), "\uFFFD")
	if len(reason) > maxReason {
		reason = cutBytes(reason, maxReason) + " …"
	}
	return &refusal{status: http.StatusBadRequest, code: "invalid_body", message: reason, hint: hint}
}

func notStored(err error) *refusal {
	if errors.Is(err, store.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
		return &refusal{http.StatusServiceUnavailable, "store_unavailable", "this could not be stored now",
			"send it again in " + retryAfter + " seconds", err}
	}
	return &refusal{http.StatusInternalServerError, "internal", "this could not be stored", "the log of Tocsin says why", err}
}

// check finds what no limit can mend.
func check(e event.Event) error {
	if strings.TrimSpace(e.DedupKey) == "" {
		return fmt.Errorf("the event %.100q has no dedup key, so nothing tells it from other alerts", e.Title)
	}
	if e.Status != event.Firing && e.Status != event.Resolved {
		return fmt.Errorf("the event %.100q has status %.40q; firing or resolved was expected", e.Title, e.Status)
	}
	return nil
}

// refuse answers, counts and logs. The integration is empty when none of that name exists: names that anybody makes
// up become neither a metric nor a log field.
func (o Options) refuse(c echo.Context, integration string, r *refusal) error {
	if integration != "" {
		o.Count(integration, outcome(r.status), 1)
	}
	level := slog.LevelWarn
	if r.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	req := c.Request()
	o.Log.LogAttrs(req.Context(), level, "request refused", slog.String("integration", integration), slog.Int("status", r.status),
		slog.String("code", r.code), slog.String("reason", r.message), slog.Any("cause", r.cause), slog.String("remote", req.RemoteAddr))

	o.drain(c)
	return r.write(c)
}

func (r *refusal) write(c echo.Context) error {
	type body struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	}
	header := c.Response().Header()
	switch r.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Bearer realm="tocsin"`)
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", retryAfter)
	case http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	case http.StatusUnsupportedMediaType:
		header.Set("Accept-Encoding", "gzip, deflate")
	}
	return c.JSON(r.status, struct {
		Error body `json:"error"`
	}{body{r.code, r.message, r.hint}})
}

func outcome(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return Unauthorized
	case status >= http.StatusInternalServerError:
		return Failed
	}
	return Rejected
}

func methodNotAllowed(c echo.Context) error {
	r := refusal{status: http.StatusMethodNotAllowed, code: "method_not_allowed", message: "alerts are sent by POST",
		hint: "set the method of the webhook to POST"}
	return r.write(c)
}
