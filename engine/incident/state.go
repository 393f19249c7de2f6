// Package incident is the incident as a pure state machine: which alerts it gathers, who works on it, how it
// is resolved and closed, and whether its close owes a postmortem. It does no I/O, reads no clock and starts
// nothing; package engine loads, applies and commits.
package incident

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Status is where an incident is in its life.
type Status string

// The statuses of an incident.
const (
	Open     Status = "open"
	Resolved Status = "resolved" // the harm is over; a new alert opens it again
	Closed   Status = "closed"   // nothing joins it any more
)

// Format is the version of the State's encoding.
const Format = 1

// Commander is the role of whoever leads the work on an incident.
const Commander = "commander"

// State is everything that is known of an incident; it is stored as JSON.
type State struct {
	Format int      `json:"v"`
	ID     store.ID `json:"id"`
	Number uint64   `json:"number"` // what people call it: INC-7; never reused
	Status Status   `json:"status"`

	// Key is what alerts join it by while it is not closed; empty when none joins by itself.
	Key      string   `json:"key,omitempty"`
	Title    string   `json:"title"`
	Priority string   `json:"priority"` // the worst of its alerts, unless somebody set it since
	Service  string   `json:"service,omitempty"`
	Team     string   `json:"team,omitempty"`
	Tags     []string `json:"tags,omitempty"` // those of its alerts too

	Alerts []Alert `json:"alerts,omitempty"` // the first and the latest that joined
	Count  int     `json:"count,omitempty"`  // how many joined

	Roles      map[string]string `json:"roles,omitempty"` // role to user
	Responders []string          `json:"responders,omitempty"`

	OpenedAt   time.Time `json:"opened_at"`
	OpenedBy   string    `json:"opened_by,omitempty"` // empty for a rule
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	ResolvedBy string    `json:"resolved_by,omitempty"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	ClosedBy   string    `json:"closed_by,omitempty"`

	// Postmortem is the name of the one that it owed, PM-3; PostmortemID is that one's id. They stay when the
	// incident is opened again.
	Postmortem   string   `json:"postmortem,omitempty"`
	PostmortemID store.ID `json:"postmortem_id,omitempty"`
	// PostmortemReason says why the last close owed one, or did not.
	PostmortemReason string `json:"postmortem_reason,omitempty"`

	Timeline []Entry `json:"timeline,omitempty"`
	Noted    int     `json:"noted,omitempty"` // how many entries were ever written; the N of the latest
}

// Alert names an alert that joined.
type Alert struct {
	ID       store.ID  `json:"id"`
	Number   uint64    `json:"number"`
	Title    string    `json:"title"`
	JoinedAt time.Time `json:"joined_at"`
}

// Entry is one line of a timeline.
type Entry struct {
	N    int       `json:"n"` // 1, 2, …; a number that is missing was left out to keep the record small
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // opened, joined, resolved, closed, reopened, note, …
	By   string    `json:"by,omitempty"`
	Text string    `json:"text,omitempty"`
}

// Name is what people call it.
func (s *State) Name() string { return Name(s.Number) }

// Name is what people call the incident of a number: INC-7.
func Name(number uint64) string { return fmt.Sprintf("INC-%d", number) }

// Severity is how its priority is shown: SEV1 for P1.
func (s *State) Severity() string {
	if len(s.Priority) != 2 {
		return ""
	}
	return "SEV" + s.Priority[1:]
}

// Active reports whether the incident is not closed: open, or resolved and waiting to be closed.
func (s *State) Active() bool { return s.Status != Closed }

// Facts is what postmortem.required_when is asked about.
func (s *State) Facts(now time.Time) directory.IncidentFacts {
	return directory.IncidentFacts{
		Priority: s.Priority, Title: s.Title, Service: s.Service, Team: s.Team,
		Duration: s.Duration(now), Alerts: s.Count, Tags: s.Tags,
	}
}

// Duration is how long it lasted until its resolution; until now while it is open.
func (s *State) Duration(now time.Time) time.Duration {
	if !s.ResolvedAt.IsZero() {
		now = s.ResolvedAt
	}
	return max(0, now.Sub(s.OpenedAt))
}
