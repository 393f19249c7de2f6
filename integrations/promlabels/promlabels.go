// Package promlabels turns an alert as the Prometheus world writes it (labels, annotations, startsAt, endsAt,
// generatorURL) into an event. Alertmanager's webhook and Prometheus' own API calls share it. It decides neither
// whether the alert fires nor when it expires: the two protocols differ there. It does no I/O.
package promlabels

import (
	"cmp"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// Alert is what an alert of Alertmanager's webhook and one of its API v2 have in common.
type Alert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     Timestamp         `json:"startsAt"`
	EndsAt       Timestamp         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
}

// Event gives the alert as a firing event. Labels with an empty value are left out, as Prometheus takes them for
// absent. All annotations are in Details under their own names. A time that made no sense is in Details
// as invalid_starts_at or invalid_ends_at, and otherwise ignored.
//
// Title: annotation summary, title, or the label alertname and the instance. Description: annotation description or
// message. Runbook: annotation runbook_url or runbook. Priority: the label priority if it is P1 to P5.
func (a Alert) Event(now time.Time) event.Event {
	labels := Present(a.Labels)
	starts := a.StartsAt
	if starts.After(now.Add(24 * time.Hour)) {
		starts = Timestamp{Unreadable: starts.Format(time.RFC3339)}
	}
	return event.Event{
		Status:      event.Firing,
		DedupKey:    Fingerprint(labels),
		Title:       cmp.Or(a.Annotations["summary"], a.Annotations["title"], name(labels)),
		Description: cmp.Or(a.Annotations["description"], a.Annotations["message"]),
		Source:      labels["instance"],
		Priority:    priority(labels["priority"]),
		Service:     labels["service"],
		Team:        labels["team"],
		Labels:      labels,
		Details:     details(a.Annotations, starts, a.EndsAt),
		Link:        a.GeneratorURL,
		Runbook:     cmp.Or(a.Annotations["runbook_url"], a.Annotations["runbook"]),
		StartsAt:    cmp.Or(starts.Time, now),
	}
}

// Present gives the labels that have a value; the map itself when all have.
func Present(labels map[string]string) map[string]string {
	empty := 0
	for _, v := range labels {
		if v == "" {
			empty++
		}
	}
	if empty == 0 {
		return labels
	}
	kept := make(map[string]string, len(labels)-empty)
	for k, v := range labels {
		if v != "" {
			kept[k] = v
		}
	}
	return kept
}

// Fingerprint is Prometheus' identity of a label set: 16 hexadecimal digits of FNV-1a over the sorted pairs.
func Fingerprint(labels map[string]string) string {
	return model.Fingerprint(model.LabelsToSignature(labels)).String()
}

func name(labels map[string]string) string {
	n := cmp.Or(labels["alertname"], "alert without a name")
	if instance := labels["instance"]; instance != "" {
		return n + " on " + instance
	}
	return n
}

func priority(label string) string {
	if p := strings.ToUpper(label); event.ValidPriority(p) {
		return p
	}
	return ""
}

func details(annotations map[string]string, starts, ends Timestamp) map[string]any {
	if len(annotations) == 0 && starts.Unreadable == "" && ends.Unreadable == "" {
		return nil
	}
	d := make(map[string]any, len(annotations)+2)
	for k, v := range annotations {
		d[k] = v
	}
	if starts.Unreadable != "" {
		d["invalid_starts_at"] = starts.Unreadable
	}
	if ends.Unreadable != "" {
		d["invalid_ends_at"] = ends.Unreadable
	}
	return d
}
