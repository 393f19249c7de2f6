package coverage

import (
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Plan is everything that decides who would be reached.
type Plan struct {
	Policies   []Policy
	Schedules  []*schedules.Schedule // looked through for endings, absences and people who cannot be reached
	People     map[string]Person     // by user; somebody who is not in it cannot be reached
	Away       []schedules.Away
	Severities map[Kind]Severity // instead of the kinds' own
	Waivers    []Waiver
}

// Policy is an escalation policy.
type Policy struct {
	Name      string
	Urgent    bool // it serves alerts for which e-mail alone is not enough
	MinPeople int  // how many people its steps together have to reach; 1 says that one is enough, 0 is not set
	Steps     []Step
}

// Step notifies its targets so long after the alert.
type Step struct {
	After   time.Duration // whole seconds, not negative
	Targets []Target
}

// Person is how somebody is reached.
type Person struct {
	Urgent []Channel // for urgent policies
	Other  []Channel // for the others
}

// Channel is one way to a person.
type Channel struct {
	Kind     string        // Email, SMS, Voice, or any other word
	After    time.Duration // after the step
	Verified bool          // it has been seen to work
}

// Kinds of channels that matter here.
const (
	Email = "email"
	SMS   = "sms"
	Voice = "voice"
)

func (p Person) channels(urgent bool) []Channel {
	if urgent {
		return p.Urgent
	}
	return p.Other
}
