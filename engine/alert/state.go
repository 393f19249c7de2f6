// Package alert is the alert as a pure state machine: what an event, an acknowledgement, a delivery or the
// passing of time makes of it, and when it wants to be woken next. It does no I/O, reads no clock and
// starts nothing; package engine loads, applies and commits.
package alert

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Status is where an alert is in its life.
type Status string

// The statuses of an alert.
const (
	Open    Status = "open"
	Acked   Status = "acked"
	Snoozed Status = "snoozed"
	Closed  Status = "closed"
)

// Format is the version of the State's encoding.
const Format = 1

// State is everything that is known of an alert; it is stored as JSON.
type State struct {
	Format int      `json:"v"`
	ID     store.ID `json:"id"`
	Number uint64   `json:"number"` // what people call it: #1042; never reused
	Status Status   `json:"status"`

	Integration string `json:"integration"`
	DedupKey    string `json:"dedup_key"`
	// Grouped says that a rule's group_by made it of several events; Members are their dedup keys that fire.
	Grouped bool            `json:"grouped,omitempty"`
	Members map[string]bool `json:"members,omitempty"`
	Roster  *Roster         `json:"roster,omitempty"`  // where what it takes has bounds
	Summary *Summary        `json:"summary,omitempty"` // where it gathers what exceeds a throttle

	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Source      string            `json:"source,omitempty"`
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`
	Policy      string            `json:"policy,omitempty"` // empty when it pages nobody
	Rule        string            `json:"rule,omitempty"`   // what routed it
	Priority    string            `json:"priority"`
	Tags        []string          `json:"tags,omitempty"`
	Actions     []string          `json:"actions,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Details     map[string]any    `json:"details,omitempty"`
	Link        string            `json:"link,omitempty"`
	Runbook     string            `json:"runbook,omitempty"`

	// Came makes, of what the alert says, the event that began it: what the rules made of that is above. For a Summary it
	// makes it of nothing. Past are the events of the members, where there are any; see Began and Member.
	Came     *event.Delta `json:"came,omitempty"`
	Past     []Past       `json:"past,omitempty"`
	PastLost int          `json:"past_lost,omitempty"` // how many of them are not kept

	Count        int       `json:"count"`
	CreatedAt    time.Time `json:"created_at"`
	StartsAt     time.Time `json:"starts_at,omitzero"`
	LastEventAt  time.Time `json:"last_event_at"`
	ExpiresAt    time.Time `json:"expires_at,omitzero"`
	RecoveredAt  time.Time `json:"recovered_at,omitzero"` // the source says it is over, but it stays until a person closes it
	AckedAt      time.Time `json:"acked_at,omitzero"`
	AckedBy      string    `json:"acked_by,omitempty"`
	SnoozedUntil time.Time `json:"snoozed_until,omitzero"`
	ClosedAt     time.Time `json:"closed_at,omitzero"`
	ClosedBy     string    `json:"closed_by,omitempty"`
	ExhaustedAt  time.Time `json:"exhausted_at,omitzero"` // everything was tried and nobody acknowledged

	Holds      []Hold    `json:"holds,omitempty"`      // what it waits for before it pages
	HeldAt     time.Time `json:"held_at,omitzero"`     // since when the clock of its policy stands still
	Overridden bool      `json:"overridden,omitempty"` // a person said that it shall not wait
	Blocks     string    `json:"blocks,omitempty"`     // its urgency, where alerts of services that depend on its own wait for it
	// DependUntil is until when it may be held for alerts of what its service depends on; zero before the first of them.
	DependUntil time.Time     `json:"depend_until,omitzero"`
	Require     *Required     `json:"require,omitempty"`    // until it has had enough events
	AutoClose   time.Duration `json:"auto_close,omitempty"` // it closes when no event has come for so long; 0 for never
	StaleAt     time.Time     `json:"stale_at,omitzero"`    // when that is

	Runs    []Run       `json:"runs,omitempty"`    // the policies being run: the routed one, then the fallback
	Started int         `json:"started,omitempty"` // how many runs were ever started
	Pages   []page.Page `json:"pages,omitempty"`
	Paged   int         `json:"paged,omitempty"` // how many pages were ever made; the N of the latest
	Posts   []Post      `json:"posts,omitempty"`
	Rev     int         `json:"rev,omitempty"` // counts what changes in the look of its posts

	Incident     string    `json:"incident,omitempty"`      // INC-7, once it has joined one
	WantIncident bool      `json:"want_incident,omitempty"` // until the incident's commit is known
	IncidentDue  time.Time `json:"incident_due,omitzero"`   // when to try again
	Responds     string    `json:"responds,omitempty"`      // whom it calls to Incident, such as team:ops: a responder alert
	Declined     []string  `json:"declined,omitempty"`      // the users who will not respond
	Answer       *Answer   `json:"answer,omitempty"`        // until the incident knows it
	Feeding      *Feeding  `json:"feeding,omitempty"`       // where aggregates count it

	Timeline []Entry `json:"timeline,omitempty"`
	Dropped  int     `json:"dropped,omitempty"` // how many timeline entries were left out in the middle
}

// Run is one policy being run. Offsets count from Base.
type Run struct {
	ID       int           `json:"id,omitempty"` // what its pages name it by; every start of a policy has its own
	Policy   policy.Policy `json:"policy"`       // pinned: a reload does not change it
	Base     time.Time     `json:"base"`
	Round    int           `json:"round,omitempty"`  // 0 is the first, then the repeats
	Next     int           `json:"next,omitempty"`   // the step that fires next
	LastAt   time.Time     `json:"last_at,omitzero"` // when its last step fired
	Lost     bool          `json:"lost,omitempty"`   // its last step is known to have reached nobody
	Fallback bool          `json:"fallback,omitempty"`
	Over     bool          `json:"over,omitempty"`
}

// Post is a message that can be edited or answered in a thread: where it is, and which Rev it shows.
type Post struct {
	Via        string    `json:"via"`
	User       string    `json:"user,omitempty"`
	Channel    string    `json:"channel,omitempty"`
	Ref        string    `json:"ref"` // the provider's id for it, such as channel and timestamp
	Shown      int       `json:"shown"`
	DueAt      time.Time `json:"due_at,omitzero"` // when to edit it; zero when it is up to date
	Attempts   int       `json:"attempts,omitempty"`
	Replica    string    `json:"replica,omitempty"`
	LeaseUntil time.Time `json:"lease_until,omitzero"`
}

// Entry is one line of an alert's timeline.
type Entry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // created, repeated, step, paged, acked, closed, …
	By   string    `json:"by,omitempty"`
	Text string    `json:"text,omitempty"`
}

// Active reports whether the alert is not closed.
func (s *State) Active() bool { return s.Status != Closed }
