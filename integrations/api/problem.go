package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

// retryAfter is how many seconds to wait while the store is away.
const retryAfter = "5"

// problem is an answer that is not 2xx.
type problem struct {
	status              int
	code, message, hint string
}

func (p *problem) Error() string { return p.message }

// invalid is a field or parameter that makes no sense.
func invalid(field, format string, args ...any) *problem {
	return &problem{http.StatusBadRequest, "invalid", field + ": " + fmt.Sprintf(format, args...), ""}
}

// Failure is the body of every answer that is not 2xx.
type Failure struct {
	Error Reason `json:"error"`
}

// Reason says what was wrong.
type Reason struct {
	Code    string `json:"code" doc:"For programs."`
	Message string `json:"message" doc:"What was wrong, and where."`
	Hint    string `json:"hint" doc:"What to do about it; may be empty."`
}

func (p *problem) write(c echo.Context) error {
	switch p.status {
	case http.StatusUnauthorized:
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="tocsin"`)
	case http.StatusServiceUnavailable:
		c.Response().Header().Set("Retry-After", retryAfter)
	}
	return c.JSON(p.status, Failure{Reason{p.code, p.message, p.hint}})
}

// problemOf is what an error of the engine means for whoever asked.
func problemOf(err error) *problem {
	var p *problem
	var ofAlert *alert.Refused
	var ofIncident *incident.Refused
	var ofPostmortem *postmortem.Refused
	var ofOverride *override.Refused
	var ofContact *contact.Refused
	var ofMaintenance *maintenance.Refused
	var ofQuery *search.BadQuery
	var notLearned *engine.NotLearned
	var ofSubscriber *subscriber.Refused
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &ofAlert), errors.As(err, &ofIncident), errors.As(err, &ofPostmortem), errors.As(err, &ofOverride), errors.As(err, &ofContact), errors.As(err, &ofMaintenance), errors.As(err, &ofSubscriber):
		return &problem{http.StatusConflict, "refused", err.Error(), ""}
	case errors.As(err, &ofQuery):
		return &problem{http.StatusBadRequest, "invalid", "q: " + ofQuery.Text, ofQuery.Hint}
	case errors.As(err, &notLearned):
		return &problem{http.StatusServiceUnavailable, "not_ready", err.Error(), "try again in " + retryAfter + " seconds"}
	case errors.Is(err, engine.ErrNoIndex):
		return &problem{http.StatusNotFound, "not_found", err.Error(), ""}
	case errors.Is(err, engine.ErrNotFound):
		return &problem{http.StatusNotFound, "not_found", err.Error(), ""}
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &problem{http.StatusServiceUnavailable, "store_unavailable", "the store does not answer now",
			"try again in " + retryAfter + " seconds"}
	}
	return &problem{http.StatusInternalServerError, "internal", "this could not be done", "the log of Tocsin says why"}
}
