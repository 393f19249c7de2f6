// Package incident is the incident as a pure state machine: which alerts it gathers, who is called and works on it,
// how it is mitigated, resolved and closed, and whether its close owes a postmortem. It does no I/O, reads no clock
// and starts nothing; package engine loads, applies and commits, and runs the errands that the incident has in the
// records of others.
package incident

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Status is where an incident is in its life.
type Status string

// The statuses of an incident.
const (
	Open      Status = "open"
	Mitigated Status = "mitigated" // the harm is stopped, its cause is not mended yet
	Resolved  Status = "resolved"  // it is over; a new alert opens it again
	Closed    Status = "closed"    // nothing joins it any more
)

// Statuses are all of them, in the order of a life.
var Statuses = [...]Status{Open, Mitigated, Resolved, Closed}

// Format is the version of the State's encoding.
const Format = 1

// The roles that mean something here.
const (
	Commander      = "commander"      // leads the work on an incident
	Communications = "communications" // tells others how it goes
)

// Roles are those that can be given where the configuration has none.
var Roles = [...]string{Commander, Communications, "scribe", "expert"}

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
	Tags     []string `json:"tags,omitempty"`   // those of its alerts too
	Labels   []string `json:"labels,omitempty"` // NAME=VALUE, of its first alerts

	Description string            `json:"description,omitempty"`
	Conference  string            `json:"conference,omitempty"` // the link under which people meet
	Services    []string          `json:"services,omitempty"`   // impacted, beside Service; see Impacted
	Properties  map[string]string `json:"properties,omitempty"`
	Links       []Link            `json:"links,omitempty"`

	Cause Cause `json:"cause,omitzero"` // the deployment that somebody marked as such

	Alerts []Alert `json:"alerts,omitempty"` // the first and the latest that joined, without those that left
	Count  int     `json:"count,omitempty"`  // how many joined
	Left   int     `json:"left,omitempty"`   // how many of them left

	Roles      map[string]string `json:"roles,omitempty"`      // role to user
	Responders []string          `json:"responders,omitempty"` // the users who work on it
	Calls      []Call            `json:"calls,omitempty"`      // who was called to it
	Wide       bool              `json:"wide,omitempty"`       // the usual teams were called

	OpenedAt    time.Time `json:"opened_at"`
	OpenedBy    string    `json:"opened_by,omitempty"`   // empty for a rule
	StartedAt   time.Time `json:"started_at,omitzero"`   // when the first of its alerts says that it began
	DetectedAt  time.Time `json:"detected_at,omitzero"`  // when the first of its alerts came
	EngagedAt   time.Time `json:"engaged_at,omitzero"`   // when somebody took it or one of its alerts up
	EngagedBy   string    `json:"engaged_by,omitempty"`  //
	MitigatedAt time.Time `json:"mitigated_at,omitzero"` // when somebody said so; see Time
	MitigatedBy string    `json:"mitigated_by,omitempty"`
	ResolvedAt  time.Time `json:"resolved_at,omitzero"`
	ResolvedBy  string    `json:"resolved_by,omitempty"`
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	ClosedBy    string    `json:"closed_by,omitempty"`
	// DetectedBy is who noticed it first, as somebody set it; see Detector.
	DetectedBy Detector `json:"detected_by,omitempty"`
	// Times are the times that somebody set, in place of those of the record.
	Times map[Moment]Time `json:"times,omitempty"`

	Checks []Check `json:"checks,omitempty"` // what is done of the checklist
	Forced string  `json:"forced,omitempty"` // why the last close did without the rest of it

	CommandDue   time.Time `json:"command_due,omitzero"`    // when something is done about it that nobody commands
	CommandAsked int       `json:"command_asked,omitempty"` // 1: responders were asked, 2: it was escalated

	// Postmortem is the name of the one that it owed, PM-3; PostmortemID is that one's id. They stay when the
	// incident is opened again.
	Postmortem   string   `json:"postmortem,omitempty"`
	PostmortemID store.ID `json:"postmortem_id,omitempty"`
	// TeamPostmortems are those that teams asked for, beside it.
	TeamPostmortems []TeamPostmortem `json:"team_postmortems,omitempty"`
	// PostmortemReason says why the last close owed one, or did not.
	PostmortemReason string `json:"postmortem_reason,omitempty"`

	KeepUntil time.Time `json:"keep_until,omitzero"` // a closed one stays until then, for its postmortem is owed
	Released  bool      `json:"released,omitempty"`  // its postmortem is not owed any more

	Alike string `json:"alike,omitempty"` // the earlier incident that it was found to be like: INC-3

	Timeline []Entry `json:"timeline,omitempty"`
	Noted    int     `json:"noted,omitempty"` // how many entries were ever written; the N of the latest

	Files []File `json:"files,omitempty"` // what was attached

	Errands []Errand `json:"errands,omitempty"` // what is still to be done to other records
	Sent    int      `json:"sent,omitempty"`    // how many errands there ever were; the N of the latest

	Updates []StatusUpdate `json:"updates,omitempty"` // what audiences were told, oldest first
	Watches []Watch        `json:"watches,omitempty"` // which audiences wait for the next

	Statuspage Statuspage `json:"statuspage,omitzero"` // what of that is at Atlassian Statuspage
	Issues     issue.Book `json:"issues,omitzero"`     // in other systems

	Out       page.Batch `json:"out,omitzero"`        // what is asked of responders, and what channels are told
	Announced int        `json:"announced,omitempty"` // how many entries of the timeline the channels know

	Chat Chat `json:"chat,omitzero"` // its channel in Slack

	claimed []Errand // by the transition that was just made
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
	Kind string    `json:"kind"` // opened, joined, mitigated, resolved, closed, reopened, note, …
	By   string    `json:"by,omitempty"`
	Via  string    `json:"via,omitempty"` // where it was done: api, link, slack, …; empty for what happens by itself
	Text string    `json:"text,omitempty"`

	LoggedAt time.Time `json:"logged_at,omitzero"`  // when it was written down, where that was later than At
	LoggedBy string    `json:"logged_by,omitempty"` // who wrote down what By had said
	Link     string    `json:"link,omitempty"`      // where it can be seen
	Ref      string    `json:"ref,omitempty"`       // what it is elsewhere; the same is not written down twice
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

// Active reports whether the incident is not closed: nothing joins a closed one.
func (s *State) Active() bool { return s.Status != Closed }

// Facts is what postmortem.required_when is asked about.
func (s *State) Facts(now time.Time) directory.IncidentFacts {
	return directory.IncidentFacts{
		Name: s.Name(), Number: int(s.Number), Status: string(s.Status), Severity: s.Severity(),
		Priority: s.Priority, Title: s.Title, Service: s.Service, Team: s.Team,
		Duration: s.Duration(now), Impact: s.ImpactDuration(now), Services: s.Impacted(), Alerts: s.Count, Tags: s.Tags,
	}
}

// Harmful reports whether it is neither resolved nor closed.
func (s *State) Harmful() bool { return s.Status == Open || s.Status == Mitigated }

// Impacted are the services that it harms, the one that it was opened for first.
func (s *State) Impacted() []string {
	if s.Service == "" || slices.Contains(s.Services, s.Service) {
		return s.Services
	}
	return append([]string{s.Service}, s.Services...)
}

// Duration is how long it lasted from its opening to its resolution; until now while it is not resolved.
func (s *State) Duration(now time.Time) time.Duration {
	if at := s.Time(Resolution).At; !at.IsZero() {
		now = at
	}
	return max(0, now.Sub(s.OpenedAt))
}
