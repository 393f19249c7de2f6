package api

import (
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// Alert is an alert as the API shows it.
type Alert struct {
	ID          string            `json:"id"`
	Number      uint64            `json:"number" doc:"What people call it: #1042."`
	Integration string            `json:"integration"`
	DedupKey    string            `json:"dedup_key"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Status      alert.Status      `json:"status" jsonschema:"enum=open,enum=acked,enum=snoozed,enum=closed"`
	Priority    string            `json:"priority" doc:"P1 to P5."`
	Count       int               `json:"count" doc:"How many events it is made of."`
	Tags        []string          `json:"tags"`
	Actions     []string          `json:"actions"`
	Labels      map[string]string `json:"labels"`
	Details     map[string]any    `json:"details"`
	Source      string            `json:"source"`
	Service     string            `json:"service"`
	Team        string            `json:"team"`
	Policy      string            `json:"policy" doc:"Empty when it pages nobody."`
	Rule        string            `json:"rule" doc:"What routed it."`
	Link        string            `json:"link"`
	Runbook     string            `json:"runbook"`
	Incident    string            `json:"incident" doc:"INC-7; empty when it belongs to none."`
	Responds    string            `json:"responds" doc:"Whom it calls to its incident, such as team:ops; empty for all other alerts."`

	AckedBy      string `json:"acked_by"`
	ClosedBy     string `json:"closed_by"`
	CreatedAt    Time   `json:"created_at"`
	StartsAt     Time   `json:"starts_at"`
	LastEventAt  Time   `json:"last_event_at"`
	AckedAt      Time   `json:"acked_at"`
	SnoozedUntil Time   `json:"snoozed_until"`
	RecoveredAt  Time   `json:"recovered_at" doc:"When its source said that it is over, where that does not close it."`
	ClosedAt     Time   `json:"closed_at"`
	ExhaustedAt  Time   `json:"exhausted_at" doc:"When everything had been tried and nobody had acknowledged."`

	Held     []Hold    `json:"held" doc:"What it waits for before it pages; empty when it does not."`
	Next     *NextStep `json:"next,omitempty" doc:"What the policy does next, unless somebody acknowledges."`
	Pages    []Page    `json:"pages"`
	Timeline []Entry   `json:"timeline"`
}

// Hold keeps an alert from paging.
type Hold struct {
	Reason alert.HoldReason `json:"reason" doc:"delay, quiet_hours, require, group_wait, throttle."`
	Name   string           `json:"name" doc:"Tells apart those of one reason, such as the window of quiet hours."`
	Text   string           `json:"text" doc:"Why, in words."`
	Since  Time             `json:"since"`
	Until  Time             `json:"until" doc:"When it ends, or for require when the alert closes for want of events; null when something else ends it."`
}

// NextStep is when a policy notifies whom.
type NextStep struct {
	At      Time     `json:"at"`
	Targets []string `json:"targets"`
	Text    string   `json:"text"`
}

// Page is one notification to one person or place.
type Page struct {
	N           int         `json:"n" doc:"1, 2, … in its record."`
	Kind        string      `json:"kind" doc:"escalation, notice or reminder."`
	Step        int         `json:"step" doc:"Which step of the policy, from 1; 0 for none."`
	Round       int         `json:"round" doc:"Which repeat of the policy, from 0."`
	User        string      `json:"user" doc:"Empty when a place is told."`
	Channel     string      `json:"channel" doc:"The way it goes: slack, sms, voice, email, console, webhook, shoutrrr."`
	To          string      `json:"to" doc:"The name of the place that is told; empty when a user is."`
	Status      page.Status `json:"status" jsonschema:"enum=pending,enum=sending,enum=sent,enum=delivered,enum=failed,enum=cancelled,enum=held"`
	DueAt       Time        `json:"due_at"`
	SentAt      Time        `json:"sent_at"`
	DeliveredAt Time        `json:"delivered_at"`
	Attempts    int         `json:"attempts"`
	Error       string      `json:"error"`
	Text        string      `json:"text,omitempty" doc:"What a notice says."`
	AckURL      string      `json:"ack_url,omitempty" doc:"For admins only: whoever has it can act as the recipient."`
}

// Entry is one line of a timeline.
type Entry struct {
	At   Time   `json:"at"`
	Kind string `json:"kind"`
	By   string `json:"by" doc:"A user, or api:NAME for a key; empty for Tocsin itself."`
	Text string `json:"text"`
}

// showAlert shows an alert to whoever calls.
func (c *call) showAlert(a *alert.State) Alert {
	v := Alert{
		ID: string(a.ID), Number: a.Number, Integration: a.Integration, DedupKey: a.DedupKey,
		Title: a.Title, Description: a.Description, Status: a.Status, Priority: a.Priority, Count: a.Count,
		Tags: some(a.Tags), Actions: some(a.Actions), Labels: filled(a.Labels), Details: filled(a.Details),
		Source: a.Source, Service: a.Service, Team: a.Team, Policy: a.Policy, Rule: a.Rule, Link: a.Link, Runbook: a.Runbook,
		Incident: a.Incident, Responds: a.Responds, AckedBy: a.AckedBy, ClosedBy: a.ClosedBy,
		CreatedAt: utc(a.CreatedAt), StartsAt: utc(a.StartsAt), LastEventAt: utc(a.LastEventAt), AckedAt: utc(a.AckedAt),
		SnoozedUntil: utc(a.SnoozedUntil), RecoveredAt: utc(a.RecoveredAt), ClosedAt: utc(a.ClosedAt), ExhaustedAt: utc(a.ExhaustedAt),
		Pages: make([]Page, len(a.Pages)), Timeline: make([]Entry, len(a.Timeline)),
	}
	v.Held = holds(a)
	if at, targets := a.NextStep(c.env); !at.IsZero() {
		names := targetNames(targets)
		v.Next = &NextStep{utc(at), names, "notifies " + strings.Join(names, ", ")}
	}
	for i, p := range a.Pages {
		v.Pages[i] = showPage(p)
		if c.key.Role.includes(Admin) {
			v.Pages[i].AckURL = c.LinkFor(a, p)
		}
	}
	for i, e := range a.Timeline {
		v.Timeline[i] = Entry{utc(e.At), e.Kind, e.By, e.Text}
	}
	return v
}

// holds are those of an alert that may page when they end.
func holds(a *alert.State) []Hold {
	held := []Hold{}
	if a.Active() {
		for _, h := range a.Holds {
			held = append(held, Hold{h.Reason, h.Name, h.Text, utc(h.Since), utc(h.Until)})
		}
	}
	return held
}

func showPage(p page.Page) Page {
	kind := string(p.Kind)
	if p.Kind == page.Escalation {
		kind = "escalation"
	}
	return Page{
		N: p.N, Kind: kind, Step: p.Step, Round: p.Round, User: p.User, Channel: p.Via, To: p.Channel, Status: p.Status,
		DueAt: utc(p.DueAt), SentAt: utc(p.SentAt), DeliveredAt: utc(p.DeliveredAt),
		Attempts: p.Attempts, Error: p.Error, Text: p.Text,
	}
}

func targetNames(targets []policy.Target) []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.String()
	}
	return names
}
