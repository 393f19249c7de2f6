// Package postmortem is the postmortem as a pure state machine: who owns it, when it is due, what it says, and
// how its owner is reminded until it is completed or waived. It does no I/O, reads no clock and starts nothing;
// package engine loads, applies and commits, package deliver sends the reminders.
package postmortem

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Entry is one line of the timeline, the same as an incident's.
type Entry = incident.Entry

// Status is where a postmortem is in its life.
type Status string

// The statuses of a postmortem.
const (
	Open      Status = "open" // owed: it is being written, or waits to be
	Completed Status = "completed"
	Waived    Status = "waived" // not needed after all, for a stated reason
)

// Format is the version of the State's encoding.
const Format = 1

// The standard sections, which every postmortem has, in their order.
const (
	Summary     = "summary"
	Impact      = "impact"
	Course      = "timeline" // prefilled from the incident
	RootCauses  = "root_causes"
	WentWell    = "went_well"
	WentBadly   = "went_badly"
	ActionsText = "actions" // what is to be done in general; what is followed are the action items
)

// Sections are the standard sections in their order.
var Sections = [...]string{Summary, Impact, Course, RootCauses, WentWell, WentBadly, ActionsText}

// State is everything that is known of a postmortem; it is stored as JSON.
type State struct {
	Format int      `json:"v"`
	ID     store.ID `json:"id"`
	Number uint64   `json:"number"` // what people call it: PM-3; never reused
	Status Status   `json:"status"`

	Incident   string   `json:"incident"` // INC-7
	IncidentID store.ID `json:"incident_id"`
	Title      string   `json:"title"`
	Priority   string   `json:"priority,omitempty"` // of the incident
	Service    string   `json:"service,omitempty"`
	Team       string   `json:"team,omitempty"`

	Owner string    `json:"owner,omitempty"` // a user; empty when nobody could be named
	DueAt time.Time `json:"due_at"`

	Sections map[string]string `json:"sections"` // by name; texts are plain or Markdown
	Actions  []Item            `json:"actions,omitempty"`
	Items    int               `json:"items,omitempty"` // how many action items were ever made; the N of the latest

	CreatedAt   time.Time `json:"created_at"`
	CompletedAt time.Time `json:"completed_at,omitzero"`
	CompletedBy string    `json:"completed_by,omitempty"`
	WaivedAt    time.Time `json:"waived_at,omitzero"`
	WaivedBy    string    `json:"waived_by,omitempty"`
	WaivedFor   string    `json:"waived_for,omitempty"` // the reason

	RemindAt   time.Time `json:"remind_at,omitzero"`   // the next reminder; zero when none comes
	RemindedAt time.Time `json:"reminded_at,omitzero"` // the latest one
	Reminders  int       `json:"reminders,omitempty"`  // how many there were

	Pages []page.Page `json:"pages,omitempty"`
	Paged int         `json:"paged,omitempty"` // how many pages were ever made; the N of the latest

	Timeline []Entry `json:"timeline,omitempty"`
	Noted    int     `json:"noted,omitempty"` // how many entries were ever written; the N of the latest
}

// Item is one action that came out of the postmortem.
type Item struct {
	N      int       `json:"n"` // 1, 2, …; never reused
	Text   string    `json:"text"`
	Owner  string    `json:"owner,omitempty"`
	DueAt  time.Time `json:"due_at,omitzero"`
	Done   bool      `json:"done,omitempty"`
	DoneAt time.Time `json:"done_at,omitzero"`
	DoneBy string    `json:"done_by,omitempty"`
}

// Name is what people call it.
func (s *State) Name() string { return Name(s.Number) }

// Name is what people call the postmortem of a number: PM-3.
func Name(number uint64) string { return fmt.Sprintf("PM-%d", number) }

// Overdue reports whether it is still owed after its due date.
func (s *State) Overdue(now time.Time) bool { return s.Status == Open && s.DueAt.Before(now) }
