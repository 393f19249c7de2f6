package webhook

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// The types of posts.
const (
	TypePage         = "alert.page"             // a step of a policy reached the channel
	TypeUpdated      = "alert.updated"          // an alert that was posted before has changed
	TypeNotice       = "alert.notice"           // what became of an alert; text says it
	TypeBundle       = "alert.bundle"           // several alerts of a storm, worst first
	TypeReminder     = "reminder"               // something is due; no alert
	TypeStatusUpdate = "incident.status_update" // an audience is told how an incident goes
	TypeIncident     = "incident.updated"       // an incident was opened, or has changed; text says what is new
	TypePostmortem   = "postmortem.updated"     // a postmortem was made, or has changed; text says what is new
)

// Body is what is posted.
type Body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of this attempt, UTC
	Data      Data      `json:"data"`
}

// Data is what a post is about: one alert, several, or only words.
type Data struct {
	Alert  *Alert  `json:"alert,omitempty"`
	Alerts []Alert `json:"alerts,omitempty"`
	// Incident is the whole incident as it is now.
	Incident *Incident `json:"incident,omitempty"`
	// Postmortem is how far the postmortem is now.
	Postmortem *Postmortem `json:"postmortem,omitempty"`
	// Update is what an audience is told.
	Update *incident.StatusUpdate `json:"update,omitempty"`
	Title  string                 `json:"title,omitempty"`
	Text   string                 `json:"text,omitempty"`
	// Link acts on the alert as this channel, or leads to what a reminder is about.
	Link string `json:"link,omitempty"`
	Next *Next  `json:"next,omitempty"`
}

// Next is who is paged next, and when.
type Next struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Alert is an alert as other systems see it; who was paged over what is left out.
type Alert struct {
	ID           string            `json:"id"`
	Number       uint64            `json:"number"`
	Status       string            `json:"status"`
	Priority     string            `json:"priority"`
	Title        string            `json:"title"`
	Description  string            `json:"description,omitempty"`
	Integration  string            `json:"integration,omitempty"`
	DedupKey     string            `json:"dedup_key"`
	Source       string            `json:"source,omitempty"`
	Service      string            `json:"service,omitempty"`
	Team         string            `json:"team,omitempty"`
	Policy       string            `json:"policy,omitempty"`
	Tags         []string          `json:"tags"`
	Labels       map[string]string `json:"labels"`
	Details      map[string]any    `json:"details,omitempty"`
	Link         string            `json:"link,omitempty"`
	Runbook      string            `json:"runbook,omitempty"`
	Count        int               `json:"count"`
	Incident     string            `json:"incident,omitempty"`
	AckedBy      string            `json:"acked_by,omitempty"`
	ClosedBy     string            `json:"closed_by,omitempty"`
	CreatedAt    time.Time         `json:"created_at"`
	LastEventAt  time.Time         `json:"last_event_at,omitzero"`
	AckedAt      time.Time         `json:"acked_at,omitzero"`
	SnoozedUntil time.Time         `json:"snoozed_until,omitzero"`
	RecoveredAt  time.Time         `json:"recovered_at,omitzero"`
	ClosedAt     time.Time         `json:"closed_at,omitzero"`
}

func payload(m deliver.Message, kind string, now time.Time) Body {
	d := Data{Title: m.Title, Text: m.Text, Link: m.Link}
	if m.Alert != nil {
		a := view(m.Alert)
		d.Alert = &a
	}
	if m.Update != nil {
		u := *m.Update
		u.Request = ""
		d.Update = &u
	}
	if m.Incident != nil {
		d.Incident = viewIncident(m.Incident)
	}
	if m.Postmortem != nil {
		d.Postmortem = viewPostmortem(m.Postmortem)
	}
	for _, st := range m.Bundle {
		d.Alerts = append(d.Alerts, view(st))
	}
	if !m.NextAt.IsZero() {
		d.Next = &Next{At: m.NextAt.UTC(), Text: m.NextText}
	}
	return Body{Type: kind, Timestamp: now.UTC(), Data: d}
}

func eventType(m deliver.Message) string {
	switch {
	case len(m.Bundle) > 0:
		return TypeBundle
	case m.Update != nil:
		return TypeStatusUpdate
	case m.Incident != nil:
		return TypeIncident
	case m.Postmortem != nil:
		return TypePostmortem
	case m.Alert == nil:
		return TypeReminder
	case m.Kind == page.Notice:
		return TypeNotice
	}
	return TypePage
}

func view(s *alert.State) Alert {
	a := Alert{
		ID: string(s.ID), Number: s.Number, Status: string(s.Status), Priority: s.Priority,
		Title: s.Title, Description: s.Description, Integration: s.Integration, DedupKey: s.DedupKey,
		Source: s.Source, Service: s.Service, Team: s.Team, Policy: s.Policy,
		Tags: s.Tags, Labels: s.Labels, Details: s.Details, Link: s.Link, Runbook: s.Runbook,
		Count: s.Count, Incident: s.Incident, AckedBy: s.AckedBy, ClosedBy: s.ClosedBy,
		CreatedAt: s.CreatedAt, LastEventAt: s.LastEventAt, AckedAt: s.AckedAt, SnoozedUntil: s.SnoozedUntil,
		RecoveredAt: s.RecoveredAt, ClosedAt: s.ClosedAt,
	}
	if a.Tags == nil {
		a.Tags = []string{}
	}
	if a.Labels == nil {
		a.Labels = map[string]string{}
	}
	return a
}
