// Package prometheus decodes what Prometheus posts straight to /api/v2/alerts, as if Tocsin were an Alertmanager. It
// is pure: no I/O, no clock, no HTTP.
//
// Protocol: Alertmanager's API v2, POST /alerts (its openapi.yaml).
package prometheus

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
	"github.com/tocsin-oncall/tocsin/integrations/promlabels"
)

// DefaultResolveTimeout is how long an alert that came without endsAt lives after it was sent last.
const DefaultResolveTimeout = 5 * time.Minute

// Options are the settings of one integration.
type Options struct {
	ResolveTimeout time.Duration // 0 for DefaultResolveTimeout
}

// Decode gives the events of the valid alerts, and one error for each invalid one: the sender is told of those, the
// others are stored, as Alertmanager does. An alert is valid with at least one label that is not empty, and with an
// endsAt that is not before startsAt.
//
// An endsAt that has passed is a resolve; one to come is when the event expires unless it is sent again; without one
// it expires after opts.ResolveTimeout. The dedup key is the fingerprint of the label set.
func Decode(body []byte, now time.Time, opts Options) ([]event.Event, []error) {
	alerts, errs := split(body)
	timeout := cmp.Or(opts.ResolveTimeout, DefaultResolveTimeout)
	events := make([]event.Event, 0, len(alerts))
	for _, a := range alerts {
		e, err := decode(a.Alert, now, timeout)
		if err != nil {
			errs = append(errs, fmt.Errorf("alert %d: %w", a.number, err))
			continue
		}
		events = append(events, e)
	}
	return events, errs
}

type numbered struct {
	promlabels.Alert
	number int // from 1, its place in the batch
}

// split decodes the batch at once, and one by one when that fails, so that a bad alert costs only itself.
func split(body []byte) ([]numbered, []error) {
	var whole []promlabels.Alert
	if payload.Unmarshal(body, &whole) == nil {
		alerts := make([]numbered, len(whole))
		for i, a := range whole {
			alerts[i] = numbered{a, i + 1}
		}
		return alerts, nil
	}
	var parts []json.RawMessage
	if err := payload.Unmarshal(body, &parts); err != nil {
		return nil, []error{fmt.Errorf("prometheus: %w; an array of alerts was expected", err)}
	}
	var alerts []numbered
	var errs []error
	for i, part := range parts {
		a := numbered{number: i + 1}
		if err := payload.Unmarshal(part, &a.Alert); err != nil {
			errs = append(errs, fmt.Errorf("alert %d: %w", i+1, err))
			continue
		}
		alerts = append(alerts, a)
	}
	return alerts, errs
}

func decode(a promlabels.Alert, now time.Time, timeout time.Duration) (event.Event, error) {
	e := a.Event(now)
	if len(e.Labels) == 0 {
		return e, errors.New("it has no label with a value; at least alertname was expected")
	}
	ends := a.EndsAt.Time
	given := e.StartsAt.Equal(a.StartsAt.Time)
	if !given && !ends.IsZero() && ends.Before(now) {
		e.StartsAt = ends // resolved, and nobody knows since when it fired
	}
	switch {
	case ends.IsZero():
		e.ExpiresAt = now.Add(timeout)
	case ends.Before(e.StartsAt):
		return e, fmt.Errorf("endsAt %s is before startsAt %s", ends.Format(time.RFC3339), e.StartsAt.Format(time.RFC3339))
	case ends.After(now):
		e.ExpiresAt = ends
	default:
		e.Status = event.Resolved
	}
	return e, nil
}
