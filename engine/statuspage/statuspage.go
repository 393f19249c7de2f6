// Package statuspage is what customers are shown: how the services are that they know, what is wrong, what is planned,
// and what was. It is pure: Build makes the page of incidents and of a directory at an instant. How it looks is not its
// business, and it takes care that nothing leaves which is not for customers: of an incident it takes what public
// audiences were told, when the harm began and ended, its priority, and which services of the page it harms; of a
// maintenance its public text and its times. Incidents of which the public was told nothing are not on it.
package statuspage

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// State is how a service is, in the words of Atlassian Statuspage.
type State string

// The states, from the best to the worst. Unknown is of days before the page counts.
const (
	Unknown     State = ""
	Operational State = "operational"
	Maintained  State = "under_maintenance"
	Degraded    State = "degraded_performance"
	Partial     State = "partial_outage"
	Major       State = "major_outage"
)

var ranks = map[State]int{Operational: 1, Maintained: 2, Degraded: 3, Partial: 4, Major: 5}

// Worse is the worse of two states.
func (s State) Worse(t State) State {
	if ranks[t] > ranks[s] {
		return t
	}
	return s
}

// Down reports whether the time in a state counts against the uptime.
func (s State) Down() bool { return s == Partial || s == Major }

// Days is how many days of each service are shown, today among them.
const Days = 90

// MostPast is how many incidents that are over are shown at most, so that a page stays one that can be read and sent.
const MostPast = 100

// Ahead is how long before it begins a maintenance is announced.
const Ahead = 14 * 24 * time.Hour

// Grain is how often the figures of a page change: they are those of the latest whole five minutes, so that replicas make
// the same page. What was said, and the states of now, are never late.
const Grain = 5 * time.Minute

// Page is everything that customers are shown. Lists are never nil.
type Page struct {
	Title, Description, URL, Support string

	Zone    *time.Location // that times are shown in, and whose days are counted
	AsOf    time.Time      // of the figures
	Changed time.Time      // when the public was told something last; zero for never
	State   State          // the worst of the services and of the incidents
	Groups  []Group
	Active  []Incident    // not over, the latest first
	Planned []Maintenance // in progress, or announced, the soonest first
	Past    []Incident    // over, the latest first; MostPast at most
	History time.Duration // how far back Past goes
}

// Group is services that are shown together.
type Group struct {
	Name     string // empty for those without one
	Services []Service
}

// Service is one that customers know.
type Service struct {
	Name, Description string
	State             State
	Days              []Day   // the oldest first; Days of them
	Uptime            float64 // percent of the time that is counted, rounded down to two places
	Counted           int     // of how many days; 0 for none, then there is no uptime
}

// Day is one day of a service.
type Day struct {
	Date  time.Time // its midnight in the page's zone
	State State     // the worst of it; Unknown when it is not counted
	Down  time.Duration
}

// Incident is one that the public was told of.
type Incident struct {
	ID       string // the same for ever, and tells nothing
	Title    string // of the latest update
	Phase    incident.Phase
	State    State     // what it makes of its services now
	Began    time.Time // the harm
	Over     time.Time // zero while it is active
	Services []string  // those of the page that it harms, as customers call them
	Updates  []Update  // the latest first
}

// Update is what the public was told at a time.
type Update struct {
	ID    string // the same for ever
	At    time.Time
	Phase incident.Phase
	Title string
	Text  string    // plain, with line breaks
	Next  time.Time // when the next one is promised; zero once it followed, or nothing more does
}

// Maintenance is a time in which work is done on a service.
type Maintenance struct {
	Text        string
	From, Until time.Time
	Now         bool   // it is in progress
	Service     string // as customers call it; empty for none in particular
}
