// Package directory is who and what a configuration names: users, teams, services, schedules, policies,
// channels and sources. A Directory is built once per configuration, checked, and never changed
// afterwards; a reload swaps it whole. It resolves targets at an instant and does nothing over time.
package directory

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Directory is one configuration's people and places.
type Directory struct {
	Users     map[string]User
	Teams     map[string]Team
	Services  map[string]Service
	Schedules map[string]*schedules.Schedule
	Policies  map[string]policy.Policy
	Channels  map[string]Channel
	Sources   map[string]Source
	Calendars map[string]Calendar // by ID
	Imported  map[string]Imported // by schedule; those without imported rotations are not in it

	DefaultNotify Plans
	HighUrgency   []string // the priorities whose plan is Plans.High
	Fallback      string   // the policy for whatever reaches nobody
	Zone          *time.Location

	QuietHours  []Quiet
	Maintenance []Maintenance
	Aggregates  []Aggregate
	Language    *rules.Router       // compiles the conditions that are made at run time
	Upstream    map[string][]string // by service, what alerts of it wait for; see Depends
	Depended    []string            // the services that others wait for, sorted
	Blockers    []Blocker           // of them, those with an open alert; known at run time only
	Storm       Storm
	Retention   Retention
	Postmortem  Postmortem
	Incident    Incident
	StatusPage  StatusPage
	Trackers    map[string]Tracker // of issues, by name: jira, github
	// IssueRefresh is how often they are asked how their issues are.
	IssueRefresh time.Duration
	Heartbeats   map[string]Heartbeat // by integration
	Holidays     map[string]Holidays  // calendars of holidays, by name
	Fairness     Fairness
	Canary       Canary
	Handoffs     map[string]Handoff // by schedule; those that tell nobody are not in it
	// Vias are the ways that have a provider, such as "slack"; a method over another one reaches nobody.
	Vias map[string]bool
}

// User is a person who can be paged.
type User struct {
	Name     string
	FullName string
	Email    string
	Phone    string // E.164
	Slack    string // Slack member id, U…
	Zone     *time.Location
	Holidays []string // the calendars of holidays that are the user's; nil for all that there are
	Notify   *Plans   // nil for the default plans
}

// Plans are the ways to reach a person, by urgency.
type Plans struct {
	High []Method
	Low  []Method
}

// Method is one way to reach a person, After the step was taken.
type Method struct {
	Via   string // email, slack, sms, voice, console, …
	After time.Duration
	// During is when it is used; what is due outside waits for it. Nil is always.
	During *rules.Hours
}

// Team is a group that owns services and is paged together.
type Team struct {
	Name    string
	Members []Member
}

// Member is a user's place in a team.
type Member struct {
	User  string
	Admin bool
}

// Service is something that a team runs.
type Service struct {
	Name      string
	Team      string
	DependsOn []string
	Component string   // its component at Statuspage; "" for none
	Inhibit   *Inhibit // nil: its alerts do not wait for those of what it depends on
}

// Channel is a place that is notified as a whole.
type Channel struct {
	Name   string
	Type   string // slack, webhook, shoutrrr, email, console
	To     string // "#sre", an address
	URL    string // secret for shoutrrr
	Secret string // signs webhooks; secret
}

// Source is what the engine must know of an integration.
type Source struct {
	Name          string
	Type          string
	KeepOnResolve bool          // a resolved event only marks the alert recovered
	ReopenWithin  time.Duration // a re-fire so soon after the close re-opens the alert

	Service      string            // of deployments of which Services does not say it
	Services     map[string]string // of deployments: by project, or PROJECT@ENVIRONMENT
	Environments map[string]string // of deployments: the tier by environment
}

// Storm bounds what one person gets over one way: at most Messages in each Per; the rest is bundled.
type Storm struct {
	Messages int
	Per      time.Duration
}

// Retention is how long closed records are kept; 0 is for ever.
type Retention struct {
	Alerts, Incidents, Postmortems, Deployments time.Duration
}

// High reports whether a priority uses the high urgency plan.
func (d *Directory) High(priority string) bool {
	for _, p := range d.HighUrgency {
		if p == priority {
			return true
		}
	}
	return false
}

// Plan returns how the user wants to be reached for a priority.
func (d *Directory) Plan(user, priority string) []Method {
	plans := d.DefaultNotify
	if u, ok := d.Users[user]; ok && u.Notify != nil {
		plans = *u.Notify
	}
	if d.High(priority) {
		return plans.High
	}
	return plans.Low
}

// Address returns where a way reaches a user, and "" when it cannot: no such user, no such contact, or no
// provider for it.
func (d *Directory) Address(user, via string) string {
	u, ok := d.Users[user]
	if !ok || !d.Vias[via] {
		return ""
	}
	switch via {
	case "email":
		return u.Email
	case "sms", "voice":
		return u.Phone
	case "slack":
		return u.Slack
	case "console":
		return u.Name
	}
	return ""
}
