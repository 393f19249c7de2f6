// Package alertmanager decodes what Alertmanager posts to a webhook receiver: version 4 of its webhook, and Grafana's
// variant of it. It is pure: no I/O, no clock, no HTTP.
//
// Protocol: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
package alertmanager

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
	"github.com/tocsin-oncall/tocsin/integrations/promlabels"
)

type webhook struct {
	Status          string  `json:"status"`
	TruncatedAlerts int     `json:"truncatedAlerts"`
	Alerts          []alert `json:"alerts"`
}

type alert struct {
	promlabels.Alert
	Status      string `json:"status"`
	Fingerprint string `json:"fingerprint"`

	// Grafana's additions.
	DashboardURL string `json:"dashboardURL"`
	PanelURL     string `json:"panelURL"`
	SilenceURL   string `json:"silenceURL"`
	ImageURL     string `json:"imageURL"`
	ValueString  string `json:"valueString"`
}

// Decode gives one event for each alert of the webhook, keyed by the alert's fingerprint, which is computed from the
// labels where the sender leaves it out. If Alertmanager cut the list (max_alerts), every event says in
// Details.truncated_alerts how many are missing. An error means that nothing of the body is to be stored.
func Decode(body []byte, now time.Time) ([]event.Event, error) {
	var hook webhook
	if err := payload.Unmarshal(body, &hook); err != nil {
		return nil, fmt.Errorf("alertmanager: %w", err)
	}
	if hook.Alerts == nil {
		return nil, errors.New(`alertmanager: there is no "alerts" list in the body; Alertmanager's webhook always has one`)
	}
	events := make([]event.Event, len(hook.Alerts))
	for i, a := range hook.Alerts {
		e, err := decode(a, cmp.Or(a.Status, hook.Status), now)
		if err != nil {
			return nil, fmt.Errorf("alertmanager: alert %d of %d: %w", i+1, len(hook.Alerts), err)
		}
		if hook.TruncatedAlerts > 0 {
			note(&e, "truncated_alerts", hook.TruncatedAlerts)
		}
		events[i] = e
	}
	return events, nil
}

func decode(a alert, status string, now time.Time) (event.Event, error) {
	e := a.Event(now)
	if len(e.Labels) == 0 && a.Fingerprint == "" {
		return e, errors.New("it has neither labels nor a fingerprint, so nothing tells it from other alerts")
	}
	e.DedupKey = cmp.Or(strings.TrimSpace(a.Fingerprint), e.DedupKey)
	switch s := strings.ToLower(status); s {
	case "firing", "":
	case "resolved":
		e.Status = event.Resolved
	default:
		return e, fmt.Errorf("status %.40q is neither firing nor resolved", status)
	}
	e.Link = cmp.Or(a.GeneratorURL, a.PanelURL, a.DashboardURL)
	for _, extra := range [...]struct{ name, value string }{
		{"dashboard_url", a.DashboardURL}, {"panel_url", a.PanelURL}, {"silence_url", a.SilenceURL},
		{"image_url", a.ImageURL}, {"value_string", a.ValueString},
	} {
		if extra.value != "" {
			note(&e, extra.name, extra.value)
		}
	}
	return e, nil
}

func note(e *event.Event, name string, value any) {
	if e.Details == nil {
		e.Details = map[string]any{}
	}
	e.Details[name] = value
}
