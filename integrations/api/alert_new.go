package api

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

// ownIntegration is what alerts come from that name no integration.
const ownIntegration = "api"

// NewAlert is an event that makes an alert, or tells the one there is of the same integration and dedup key.
type NewAlert struct {
	Title       string            `json:"title" doc:"One line, up to 500 characters."`
	DedupKey    string            `json:"dedup_key,omitempty" doc:"What makes two events the same alert. One is made up when there is none."`
	Status      event.Status      `json:"status,omitempty" jsonschema:"enum=firing,enum=resolved" doc:"Default firing."`
	Description string            `json:"description,omitempty"`
	Source      string            `json:"source,omitempty" doc:"The host or thing it is about."`
	Priority    string            `json:"priority,omitempty" jsonschema:"enum=P1,enum=P2,enum=P3,enum=P4,enum=P5" doc:"Default P3, unless a rule says otherwise."`
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Actions     []string          `json:"actions,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Details     map[string]any    `json:"details,omitempty"`
	Link        string            `json:"link,omitempty" doc:"Where the source shows it."`
	Runbook     string            `json:"runbook,omitempty" doc:"What to do about it."`
	StartsAt    string            `json:"starts_at,omitempty" jsonschema:"format=date-time" doc:"RFC 3339; now by default."`
	ExpiresAt   string            `json:"expires_at,omitempty" jsonschema:"format=date-time" doc:"When it counts as resolved unless it is sent again; never by default."`
	Integration string            `json:"integration,omitempty" doc:"The integration that it is to come from; default api."`
}

// Receipts say what became of events.
type Receipts struct {
	Alerts []Receipt `json:"alerts"`
}

// Receipt says what became of an event.
type Receipt struct {
	ID       string `json:"id" doc:"Empty for the end of an alert that there is not."`
	Number   uint64 `json:"number"`
	DedupKey string `json:"dedup_key"`
	Status   string `json:"status" doc:"The alert's status, or ignored."`
}

// The limits of an event. What a program sends to /in/ is cut to size; whoever writes an alert here is told.
const (
	maxTitle       = 500    // characters
	maxDescription = 15_000 // characters
	maxText        = 256    // characters of source, service, team, a tag, an action, the name of a label
	maxDedupKey    = 512    // bytes
	maxValue       = 1024   // characters of a label
	maxLink        = 4096   // bytes
	maxMany        = 100    // tags, actions, labels, details
)

func createAlert(c *call) (any, error) {
	var body NewAlert
	if err := c.read(&body); err != nil {
		return nil, err
	}
	integration, ev, err := c.event(body)
	if err != nil {
		return nil, err
	}
	// Whoever hangs up now has sent an alert all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), timeout)
	defer cancel()
	receipts, err := c.Engine.Ingest(ctx, integration, []event.Event{ev})
	if err != nil {
		return nil, err
	}
	c.Count(integration, string(ev.Status), 1)
	c.status = http.StatusAccepted
	out := Receipts{Alerts: []Receipt{}}
	for _, r := range receipts {
		out.Alerts = append(out.Alerts, Receipt{string(r.ID), r.Number, r.DedupKey, r.Status})
	}
	return out, nil
}

// event checks a body and makes an event of it.
func (c *call) event(b NewAlert) (integration string, ev event.Event, err error) {
	if integration, ev, err = b.event(c.env.Dir.Sources); err != nil {
		return "", ev, err
	}
	if strings.TrimSpace(ev.DedupKey) == "" {
		ev.DedupKey = "api-" + uuid.NewString()
	}
	return integration, c.Clean(ev), nil
}

// ReadEvent reads a body as POST /alerts takes it, for a configuration with these sources, and gives the integration
// that the event comes from. An event without a dedup key has none.
func ReadEvent(body []byte, sources map[string]directory.Source) (integration string, ev event.Event, err error) {
	var b NewAlert
	if err := decode(body, &b); err != nil {
		return "", ev, err
	}
	return b.event(sources)
}

func (b NewAlert) event(sources map[string]directory.Source) (integration string, ev event.Event, err error) {
	integration = cmp.Or(b.Integration, ownIntegration)
	if _, ok := sources[integration]; !ok && integration != ownIntegration {
		return "", ev, invalid("integration", "there is none called %q in the configuration", clip(integration))
	}
	if err := b.check(); err != nil {
		return "", ev, err
	}
	ev = event.Event{
		Status: cmp.Or(b.Status, event.Firing), DedupKey: b.DedupKey, Title: strings.TrimSpace(b.Title), Description: b.Description,
		Source: b.Source, Priority: b.Priority, Service: b.Service, Team: b.Team, Tags: b.Tags, Actions: b.Actions,
		Labels: b.Labels, Details: b.Details, Link: b.Link, Runbook: b.Runbook,
	}
	if ev.StartsAt, err = optionalTime("starts_at", b.StartsAt); err != nil {
		return "", ev, err
	}
	if ev.ExpiresAt, err = optionalTime("expires_at", b.ExpiresAt); err != nil {
		return "", ev, err
	}
	return integration, ev, nil
}

func (b NewAlert) check() error {
	switch {
	case strings.TrimSpace(b.Title) == "":
		return invalid("title", "missing: say in one line what is wrong")
	case strings.ContainsAny(b.Title, "\r\n"):
		return invalid("title", "it is one line; write the rest into description")
	case b.Status != "" && b.Status != event.Firing && b.Status != event.Resolved:
		return invalid("status", "%q is neither firing nor resolved", clip(string(b.Status)))
	case b.Status == event.Resolved && strings.TrimSpace(b.DedupKey) == "":
		return invalid("dedup_key", "missing: say which alert is over")
	case b.Priority != "" && !event.ValidPriority(b.Priority):
		return invalid("priority", "%q is not P1 to P5", clip(b.Priority))
	case len(b.DedupKey) > maxDedupKey:
		return invalid("dedup_key", "it has %d bytes, %d are possible", len(b.DedupKey), maxDedupKey)
	case len(b.Details) > maxMany:
		return invalid("details", "there are %d, %d are possible", len(b.Details), maxMany)
	}
	for _, t := range [...]struct {
		field, text string
		most        int
	}{
		{"title", b.Title, maxTitle}, {"description", b.Description, maxDescription}, {"source", b.Source, maxText},
		{"service", b.Service, maxText}, {"team", b.Team, maxText}, {"link", b.Link, maxLink}, {"runbook", b.Runbook, maxLink},
	} {
		if err := short(t.field, t.text, t.most); err != nil {
			return err
		}
	}
	return b.checkMany()
}

func (b NewAlert) checkMany() error {
	for field, list := range map[string][]string{"tags": b.Tags, "actions": b.Actions} {
		if len(list) > maxMany {
			return invalid(field, "there are %d, %d are possible", len(list), maxMany)
		}
		for _, text := range list {
			if err := short(field, text, maxText); err != nil {
				return err
			}
		}
	}
	if len(b.Labels) > maxMany {
		return invalid("labels", "there are %d, %d are possible", len(b.Labels), maxMany)
	}
	for name, value := range b.Labels {
		if err := short("labels", name, maxText); err != nil {
			return err
		}
		if err := short("labels."+clip(name), value, maxValue); err != nil {
			return err
		}
	}
	return nil
}

func short(field, text string, most int) error {
	if n := utf8.RuneCountInString(text); n > most {
		return invalid(field, "it has %d characters, %d are possible", n, most)
	}
	return nil
}
