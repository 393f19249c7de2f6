// Package datadog decodes what Datadog's webhook integration posts: the template that Tocsin's documentation gives to
// administrators, and Datadog's default payload. It is pure: no I/O, no clock, no HTTP.
//
// Protocol: https://docs.datadoghq.com/integrations/webhooks/. Datadog replaces the $VARIABLES of a template; one that
// it does not know, or that has no value for this event, arrives literally and counts as empty.
package datadog

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

// Decode gives the one event of a webhook.
//
// Status: a transition Recovered is a resolve, every other one fires; where there is no transition, the title's
// prefix ("[Recovered] …") and then the alert type decide. Dedup key: the alert cycle, the aggregation key, the
// monitor with its scope, what the title says after its prefix, or the id of the event, in this order. Priority: the
// monitor's, else by alert type: error P2, warning P3, info P5. Tags become tags and, as name:value, labels.
func Decode(body []byte, now time.Time) ([]event.Event, error) {
	v, err := payload.Any(body)
	if err != nil {
		return nil, fmt.Errorf("datadog: %w", err)
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("datadog: the body is not a JSON object; check the payload of the webhook in Datadog")
	}
	m := message(object)
	head := splitTitle(cmp.Or(m.text("alert_title"), m.text("event_title"), m.text("title")))
	tags := list(m.text("tags"))
	labels := labelsOf(tags, list(m.text("alert_scope")))
	for _, name := range [...]string{"service", "env", "team"} {
		if value := m.text(name); value != "" {
			labels[name] = value
		}
	}
	e := event.Event{
		Status:      m.status(head),
		DedupKey:    m.dedupKey(head),
		Title:       cmp.Or(head.rest, m.text("alert_metric"), "Datadog event"),
		Description: cmp.Or(m.text("event_msg"), m.text("body"), m.text("text_only_msg")),
		Source:      cmp.Or(m.text("hostname"), labels["host"]),
		Priority:    m.priority(head),
		Service:     labels["service"],
		Team:        labels["team"],
		Tags:        tags,
		Labels:      labels,
		Details:     m.details(),
		Link:        m.text("link"),
		StartsAt:    m.startsAt(now),
	}
	if e.DedupKey == "" {
		return nil, errors.New("datadog: nothing identifies the alert: alert_cycle_key, aggregation_key, alert_id and event_id are all empty; use the payload template of the documentation")
	}
	return []event.Event{e}, nil
}

// message is the body of a webhook.
type message map[string]any

// unsubstituted is a variable that Datadog left as it was: $ALERT_ID, $TAGS[service].
var unsubstituted = regexp.MustCompile(`^\$[A-Z][A-Z0-9_]*(\[[^\]]*\])?$`)

// text gives a field as text; "" for what is absent, null, not a scalar, or a variable without a value.
func (m message) text(name string) string {
	s, ok := payload.Text(m[name])
	if s = strings.TrimSpace(s); !ok || unsubstituted.MatchString(s) {
		return ""
	}
	return s
}

func (m message) status(head title) event.Status {
	switch transition := strings.ToLower(m.text("alert_transition")); transition {
	case "", "null":
	case "recovered":
		return event.Resolved
	default:
		return event.Firing
	}
	switch {
	case head.transition == "recovered":
		return event.Resolved
	case head.transition == "" && strings.EqualFold(m.text("alert_type"), "success"):
		return event.Resolved
	}
	return event.Firing
}

func (m message) dedupKey(head title) string {
	if key := cmp.Or(m.text("alert_cycle_key"), m.text("aggregation_key")); key != "" {
		return key
	}
	if id := m.text("alert_id"); id != "" {
		if scope := m.text("alert_scope"); scope != "" {
			return id + ":" + scope
		}
		return id
	}
	// Datadog's default payload has no key but the id of the event, which differs between trigger and recovery. A
	// title that carries a transition is the monitor's name, and does not.
	if head.transition != "" {
		return head.key()
	}
	return cmp.Or(m.text("event_id"), m.text("id"))
}

func (m message) priority(head title) string {
	for _, p := range [...]string{m.text("alert_priority"), m.text("priority"), head.priority} {
		if p = strings.ToUpper(p); event.ValidPriority(p) {
			return p
		}
	}
	if strings.EqualFold(m.text("priority"), "low") {
		return "P5"
	}
	switch strings.ToLower(m.text("alert_type")) {
	case "error":
		return "P2"
	case "warning":
		return "P3"
	case "info":
		return "P5"
	}
	return "" // success, or not said
}

// startsAt is when the event happened, in Unix milliseconds in Datadog; now if it does not say or says nonsense.
func (m message) startsAt(now time.Time) time.Time {
	for _, name := range [...]string{"date", "last_updated"} {
		if t, err := payload.Time(m.text(name)); err == nil && !t.IsZero() {
			return t
		}
	}
	return now
}

// details are the fields that an event has no place for.
func (m message) details() map[string]any {
	d := map[string]any{}
	for _, name := range [...]string{
		"alert_cycle_key", "aggregation_key", "alert_id", "alert_transition", "alert_type", "alert_status", "alert_metric", "alert_query",
		"alert_scope", "metric_namespace", "event_id", "id", "event_type", "snapshot", "user", "email", "synthetics_test", "incident_id",
	} {
		if value := m.text(name); value != "" {
			d[name] = value
		}
	}
	switch sample := m["logs_sample"].(type) {
	case map[string]any, []any:
		d["logs_sample"] = sample
	default:
		if value := m.text("logs_sample"); value != "" {
			d["logs_sample"] = value
		}
	}
	if org, ok := m["org"].(map[string]any); ok {
		for _, name := range [...]string{"id", "name"} {
			if value := message(org).text(name); value != "" {
				d["org_"+name] = value
			}
		}
	}
	return d
}
