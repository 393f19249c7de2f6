// Package pagerduty takes change events as PagerDuty's Events API v2 does: POST /v2/change/enqueue, with the routing key
// in the body, answered with exactly 202. A change event is a deployment that has been done. The protocol is that of
// PagerDuty's "Send a change event to the Events API".
package pagerduty

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

// ChangesPath is where change events are sent to.
const ChangesPath = "/v2/change/enqueue"

// maxBody is PagerDuty's limit, in bytes.
const maxBody = 512 << 10

// timeout is how long a request waits for the commit.
const timeout = 10 * time.Second

// Options are what the surface works with.
type Options struct {
	// Integration gives the name of the integration with a routing key.
	Integration func(routingKey string) (name string, ok bool)
	// Deploy makes a change durable.
	Deploy func(ctx context.Context, r deployment.Report) error
	// Unavailable reports whether an error of Deploy is worth trying again.
	Unavailable func(error) bool
	Count       func(integration, status string, n int)
	Log         *slog.Logger
}

// event is what is sent.
type event struct {
	RoutingKey string `json:"routing_key"`
	Payload    struct {
		Summary   string         `json:"summary"`
		Source    string         `json:"source"`
		Timestamp any            `json:"timestamp"`
		Details   map[string]any `json:"custom_details"`
	} `json:"payload"`
	Links []struct {
		Href string `json:"href"`
		Text string `json:"text"`
	} `json:"links"`
}

// Changes serves ChangesPath.
func Changes(o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			refuse(w, http.StatusMethodNotAllowed, "Method not allowed", "change events are sent by POST")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, "invalid event", fmt.Sprintf("the body has more than %d bytes, or broke off", maxBody))
			return
		}
		var ev event
		if err := payload.Unmarshal(body, &ev); err != nil {
			refuse(w, http.StatusBadRequest, unrecognized, err.Error())
			return
		}
		key := ev.RoutingKey
		if key == "" {
			key = req.Header.Get("X-Routing-Key")
		}
		name, ok := o.Integration(key)
		if !ok {
			refuse(w, http.StatusBadRequest, "invalid event", "routing_key is not the key of an integration of type pagerduty")
			return
		}
		r, err := report(ev)
		if err != nil {
			o.Count(name, "rejected", 1)
			refuse(w, http.StatusBadRequest, "invalid event", err.Error())
			return
		}
		r.Integration = name
		o.take(w, req, *r)
	})
}

// take waits for the commit even if the sender hangs up meanwhile.
func (o Options) take(w http.ResponseWriter, req *http.Request, r deployment.Report) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), timeout)
	defer cancel()
	err := o.Deploy(ctx, r)
	var refused *deployment.Refused
	switch {
	case err == nil:
		o.Count(r.Integration, "deployment", 1)
		answer(w, http.StatusAccepted, map[string]any{"status": "success", "message": "Change event processed"})
	case errors.As(err, &refused):
		o.Count(r.Integration, "rejected", 1)
		refuse(w, http.StatusBadRequest, "invalid event", err.Error())
	default:
		o.Count(r.Integration, "failed", 1)
		o.Log.Error("a change event could not be stored", "integration", r.Integration, "error", err)
		if o.Unavailable(err) {
			w.Header().Set("Retry-After", "5")
			refuse(w, http.StatusServiceUnavailable, "unavailable", "the event could not be stored now; send it again")
			return
		}
		refuse(w, http.StatusInternalServerError, "error", "the event could not be stored")
	}
}

// Decode makes a report of a change event that came another way than over ChangesPath.
func Decode(body []byte) (*deployment.Report, error) {
	var ev event
	if err := payload.Unmarshal(body, &ev); err != nil {
		return nil, fmt.Errorf("pagerduty: %w", err)
	}
	return report(ev)
}

// report is the deployment that a change event tells of. What is about it stands in custom_details, in names of the
// sender's choice: the usual ones are understood.
func report(ev event) (*deployment.Report, error) {
	p := ev.Payload
	if p.Summary == "" {
		return nil, errors.New("payload.summary is missing")
	}
	at, err := payload.Time(p.Timestamp)
	if err != nil {
		return nil, fmt.Errorf("payload.timestamp: %w", err)
	}
	detail := func(names ...string) string {
		for _, name := range names {
			if text, ok := payload.Text(p.Details[name]); ok && text != "" {
				return text
			}
		}
		return ""
	}
	r := &deployment.Report{
		Project: detail("service", "service_name", "app", "application", "repository", "repo", "project"), Environment: detail("environment", "env"),
		Version: detail("version", "release", "build_number", "tag"), Revision: detail("revision", "commit", "sha", "git_sha", "commit_sha"),
		By: detail("user", "author", "deployed_by", "triggered_by"), Message: p.Summary, Status: deployment.Succeeded, At: at,
	}
	if r.Project == "" {
		r.Project = p.Source
	}
	if r.Revision != "" {
		r.Commits = []deployment.Commit{{SHA: r.Revision}}
	}
	if !at.IsZero() { // the same event, sent again: two that differ in anything are two, though they are of the same second
		whole, err := json.Marshal(ev.Payload)
		if err != nil {
			return nil, fmt.Errorf("payload: %w", err)
		}
		sum := sha256.Sum256(whole)
		r.External = hex.EncodeToString(sum[:16])
	}
	for _, l := range ev.Links {
		r.Links = append(r.Links, deployment.Link{Text: l.Text, Href: l.Href})
	}
	return r, nil
}

// unrecognized is the status of what is no JSON.
const unrecognized = "Unrecognized object"

func refuse(w http.ResponseWriter, status int, what string, reasons ...string) {
	message := "Event object is invalid"
	if what == unrecognized {
		message = "Event object format is unrecognized"
	}
	answer(w, status, map[string]any{"status": what, "message": message, "errors": reasons})
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who does not listen any more need not be told
}
