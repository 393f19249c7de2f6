package directory

import "time"

// Incident is how incidents are worked on. Its zero value asks for nothing.
type Incident struct {
	Roles     []string // those that can be given; nil for the usual ones
	Checklist []string // what is ticked or skipped before an incident is closed
	// CommanderAfter is how long an open incident may have no commander before somebody is asked to take it; as
	// long again, and it is escalated. 0 is for ever.
	CommanderAfter time.Duration
	Usual          Usual
	LookBack       time.Duration // how long before the harm a deployment may have begun to be its cause
	Channels       []string      // are told of every change
	Audiences      []Audience    // are told how it goes
	Statuspage     bool          // public updates are published on Atlassian Statuspage
	Chat           *Chat         // nil: incidents get no channel in Slack
	// Conference gives the link under which people meet about an incident; nil for none.
	Conference func(IncidentFacts) (string, error)
}

// Usual are the teams that are called to every wide incident.
type Usual struct {
	Teams      []string
	Priorities []string // of the incidents that are wide by themselves
}
