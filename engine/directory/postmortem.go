package directory

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// Postmortem is when an incident owes one, when it is due, and how its owner is reminded.
type Postmortem struct {
	// Required decides at the close of an incident; nil for never.
	Required func(IncidentFacts) (bool, error)
	Due      time.Duration
	Remind   Remind
	Digest   Digest // of the review that comes again; none where it is zero
	// Templates are tried in their order; where none applies, the standard outline is used.
	Templates []Template
	Channels  []string // are told of every change

	Retrospective Retrospective
}

// Retrospective is who gets the retrospective of a postmortem, beside those who worked on the incident and who are told
// by e-mail how it goes, as long as they are colleagues.
type Retrospective struct {
	On       bool // the plan of a postmortem has it sent
	Targets  []policy.Target
	Emails   []string // of people who are not in the configuration
	Audience string   // of incidents, whose e-mail recipients get it though it may be public; "" for none
}

// Template is an outline by which the postmortems of some incidents are written.
type Template struct {
	File    string // as the configuration names it
	When    func(IncidentFacts) (bool, error)
	Outline []Heading
}

// Heading is a section of an outline.
type Heading struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Guidance string `json:"guidance,omitempty"` // what is to be written here; it is not part of the document
	Required bool   `json:"required,omitempty"` // it cannot be published while this is empty
	Text     string `json:"-"`                  // what the section begins with; of a template only
}

// IncidentFacts is what postmortem.required_when and templates see as `incident`.
type IncidentFacts struct {
	Priority string        `expr:"priority"`
	Title    string        `expr:"title"`
	Service  string        `expr:"service"`
	Team     string        `expr:"team"`
	Duration time.Duration `expr:"duration"` // from its opening to its resolution (or to its close, unresolved)
	Impact   time.Duration `expr:"impact"`   // from the start of the harm to its mitigation
	Services []string      `expr:"services"` // impacted
	Alerts   int           `expr:"alerts"`   // how many alerts joined
	Tags     []string      `expr:"tags"`
	Name     string        `expr:"name"`     // INC-7
	Status   string        `expr:"status"`   // open, mitigated, resolved, closed
	Severity string        `expr:"severity"` // SEV1 for P1
	Number   int           `expr:"number"`   // 7
}

// Remind is the rhythm of reminders: every so often, at a wall-clock time in the owner's zone, on the
// named days only, over the given ways.
type Remind struct {
	Every time.Duration
	At    string         // "17:00"
	Days  []time.Weekday // empty for every day
	Via   []string
	// From and To are the working hours, in everybody's own zone, such as "09:00" and "17:00": what comes late waits for
	// them. Empty: at any hour.
	From, To string
}
