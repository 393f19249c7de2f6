// Package postmortem is the postmortem as a pure state machine: who owns it, when it is due, what it says, who
// reviews it, and how people are reminded until it is published or waived, and until its actions are done. It does
// no I/O, reads no clock and starts nothing; package engine loads, applies and commits, package deliver sends the
// reminders, package export writes it as a document.
package postmortem

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/issue"
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
	Open      Status = "open"      // owed: it is being written, or waits to be
	Completed Status = "completed" // published
	Waived    Status = "waived"    // not needed after all, for a stated reason
)

// Stage is how far a postmortem is; it says more than its status.
type Stage string

// The stages of a postmortem. The first three are those of one that is owed.
const (
	Required  Stage = "required"  // nobody wrote anything yet
	Drafting  Stage = "drafting"  // it is being written
	InReview  Stage = "in_review" // its reviewers read it
	Published Stage = "published" // its status is completed
	NotNeeded Stage = "waived"    // its status is waived
)

// Stages are all of them, in the order of a life.
var Stages = [...]Stage{Required, Drafting, InReview, Published, NotNeeded}

// Format is the version of the State's encoding.
const Format = 1

// State is everything that is known of a postmortem; it is stored as JSON.
type State struct {
	Format int      `json:"v"`
	ID     store.ID `json:"id"`
	Number uint64   `json:"number"` // what people call it: PM-3; never reused
	Status Status   `json:"status"`
	// Phase is the stage of one that is owed; empty in records that are older than stages. See Stage.
	Phase Stage `json:"stage,omitempty"`

	Incident   string   `json:"incident"` // INC-7
	IncidentID store.ID `json:"incident_id"`
	Title      string   `json:"title"`
	Priority   string   `json:"priority,omitempty"` // of the incident
	Service    string   `json:"service,omitempty"`
	Team       string   `json:"team,omitempty"`
	Tags       []string `json:"tags,omitempty"` // what kind of failure it was; those of the incident at first

	Owner   string   `json:"owner,omitempty"`   // a user; empty when nobody could be named
	Reviews []Review `json:"reviews,omitempty"` // by reviewer, in the order in which they were asked
	// Involved are those who worked on the incident: its responders, and who had a role.
	Involved []string  `json:"involved,omitempty"`
	Meeting  *Meeting  `json:"meeting,omitempty"` // where it is talked over; nil until one was set
	DueAt    time.Time `json:"due_at"`
	DueWhy   string    `json:"due_why,omitempty"` // why it is on that day and not on the one that was counted or asked for
	Moves    []Move    `json:"moves,omitempty"`   // of DueAt

	Outline  []Heading         `json:"outline,omitempty"`  // of the template; empty for the standard one
	Template string            `json:"template,omitempty"` // its file; empty for the standard outline
	Sections map[string]string `json:"sections"`           // by name; texts are plain or Markdown
	Given    map[string]string `json:"given,omitempty"`    // what sections began with, before anybody wrote anything

	Causes      []Cause  `json:"causes,omitempty"`       // the tree of root causes: parents before their children
	CausesMade  int      `json:"causes_made,omitempty"`  // the N of the latest
	Lessons     []Lesson `json:"lessons,omitempty"`      //
	LessonsMade int      `json:"lessons_made,omitempty"` // the N of the latest
	Actions     []Item   `json:"actions,omitempty"`      //
	Items       int      `json:"items,omitempty"`        // how many action items were ever made; the N of the latest

	Issues issue.Book `json:"issues,omitzero"` // of the actions, in other systems

	Retrospective Retrospective `json:"retrospective,omitzero"` // the e-mail to everybody concerned

	CreatedAt   time.Time `json:"created_at"`
	CompletedAt time.Time `json:"completed_at,omitzero"`
	CompletedBy string    `json:"completed_by,omitempty"`
	Gaps        []string  `json:"gaps,omitempty"`       // what it was published in spite of
	ForcedFor   string    `json:"forced_for,omitempty"` // and why
	WaivedAt    time.Time `json:"waived_at,omitzero"`
	WaivedBy    string    `json:"waived_by,omitempty"`
	WaivedFor   string    `json:"waived_for,omitempty"` // the reason

	Steps      []Told    `json:"steps,omitempty"`      // what is known of the steps of the plan that the record does not say
	Snoozes    []Rest    `json:"snoozes,omitempty"`    // who is not reminded, and until when
	RemindFrom time.Time `json:"remind_from,omitzero"` // what RemindAt was computed for: when the first open step wants it
	RemindAt   time.Time `json:"remind_at,omitzero"`   // the next reminder of the postmortem; zero when none comes
	RemindedAt time.Time `json:"reminded_at,omitzero"` // the latest one
	Reminders  int       `json:"reminders,omitempty"`  // how many rounds of reminders there were
	Nudges     []Nudge   `json:"nudges,omitempty"`     // when those who owe actions are reminded, by user

	page.Batch     // reminders, invitations, tasks at trackers, and what channels are told
	Announced  int `json:"announced,omitempty"` // how many entries of the timeline the channels know

	Timeline []Entry `json:"timeline,omitempty"`
	Noted    int     `json:"noted,omitempty"` // how many entries were ever written; the N of the latest
}

// Move is one change of a date that was promised.
type Move struct {
	At    time.Time `json:"at"`
	By    string    `json:"by,omitempty"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Why   string    `json:"why,omitempty"`
	Admin bool      `json:"admin,omitempty"` // beyond the one move that everybody may make
}

// Name is what people call it.
func (s *State) Name() string { return Name(s.Number) }

// Name is what people call the postmortem of a number: PM-3.
func Name(number uint64) string { return fmt.Sprintf("PM-%d", number) }

// Overdue reports whether it is still owed after its due date.
func (s *State) Overdue(now time.Time) bool { return s.Status == Open && s.DueAt.Before(now) }

// Promised is when it was to be ready before its due date was moved.
func (s *State) Promised() time.Time { return promised(s.Moves, s.DueAt) }

func promised(moves []Move, due time.Time) time.Time {
	if len(moves) > 0 {
		return moves[0].From
	}
	return due
}

// Stage is how far it is. A record that is older than stages is judged by whether somebody wrote into it.
func (s *State) Stage() Stage {
	switch {
	case s.Status == Completed:
		return Published
	case s.Status == Waived:
		return NotNeeded
	case s.Phase != "":
		return s.Phase
	case len(s.Actions) > 0:
		return Drafting
	}
	for name, text := range s.Sections {
		if name != Course && text != "" {
			return Drafting
		}
	}
	return Required
}
