package rules

import (
	"fmt"
	"time"
)

// Spec is a whole routing configuration, as written down.
type Spec struct {
	// Zone is the IANA zone of weekday, now, starts_at, time_between and of
	// windows without a zone of their own. Empty means UTC.
	Zone string
	// Rules are the global rules, tried first.
	Rules []Rule
	// Teams are the routes of each team that has any. Others are listed without, for set to name them by a template.
	Teams []TeamRoutes
	// Windows are the named windows for during.
	Windows []Window
	// Holidays are the named calendars of holidays, as sets of their days.
	Holidays map[string]map[Date]bool
	// Lists are the named lists.
	Lists map[string]List
	// High are the priorities whose urgency is high; an empty one stands for an event without. Nil is P1 and P2.
	High []string
	// Fallback is the policy for whatever nothing else decides.
	Fallback string
	// Instant is when clocks in a zone show a wall-clock time, for delay_until; the zone of wall does not matter.
	// Without one it is as time.Date has it.
	Instant func(wall time.Time, loc *time.Location) time.Time
}

// Rule is one step of a list of rules.
type Rule struct {
	// Name is for people; it may be empty.
	Name string
	// When is the condition, an expression that gives true or false. Empty
	// always matches.
	When string
	// To is where the event goes: "nobody", "policy:NAME", and in global rules
	// "team:NAME", in a team's routes also a bare policy name. Empty leaves it
	// to the team or the fallback.
	To string
	// Set changes the event; later conditions see the change.
	Set *Set
	// Continue applies the rule and goes on to the next one. Such a rule has no To.
	Continue bool
	// Suppress records the event and pages no one.
	Suppress bool
	// Delay is how long to wait before the policy's first step. Zero is at once.
	Delay time.Duration
	// GroupBy are expressions, such as labels.cluster; events of one
	// destination for which they give the same values become one alert. An
	// event for which all of them are empty is not grouped.
	GroupBy []string
	// Group is how GroupBy gathers.
	Group Group
	// Incident is an expression; where it gives true, an incident is opened or
	// joined. It sees what the rule itself sets.
	Incident string
	// DelayUntil waits before the policy's first step until clocks show a time of day ("07:00", in Spec.Zone, or
	// "07:00 Europe/Berlin"), or until the window of that name begins; not at all within it. Not with Delay.
	DelayUntil string
	// Require and Throttle hold back; nil does not.
	Require  *Require
	Throttle *Throttle
	// AutoClose closes the alert when no event has come for so long. Zero is never.
	AutoClose time.Duration
}

// Set is what a rule changes about an event. Empty fields change nothing. Every text may have expressions in it, as in
// "{{ labels.alertname }} on {{ source }}"; one that gives nothing changes nothing.
type Set struct {
	Priority    string `json:"priority,omitempty"` // P1 to P5
	Team        string `json:"team,omitempty"`     // in global rules only
	Service     string `json:"service,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Link        string `json:"link,omitempty"`    // http or https
	Runbook     string `json:"runbook,omitempty"` // http or https
	// Tags are added to the event's.
	Tags []string `json:"tags,omitempty"`
	// Labels and Details are added to the event's, replacing those of the same name.
	Labels  map[string]string `json:"labels,omitempty"`
	Details map[string]string `json:"details,omitempty"`
}

// TeamRoutes are the rules that choose a policy within a team.
type TeamRoutes struct {
	Team   string
	Routes []Rule
	// Default is the policy where no route decides; empty means Spec.Fallback.
	Default string
}

// Window is a named span of the week, for during.
type Window struct {
	Name string
	// Zone is an IANA zone; empty means Spec.Zone.
	Zone string
	// Days are mon to sun; empty means every day. A window that runs over
	// midnight belongs to the day on which it starts.
	Days []string
	// From (inclusive) and To (exclusive) are wall clock, "15:04". Both empty
	// means the whole day; To may be "24:00".
	From, To string
}

// Problem is one mistake in a Spec.
type Problem struct {
	// Path is where: "rules[2].when", "teams[it-west].routes[0].to".
	Path string
	// Offset is the place within the expression, in runes from its start; -1
	// if the mistake is not at one place of an expression.
	Offset  int
	Message string
	// Hint says what to write instead; it may be empty.
	Hint string
	// Other is the path of another rule that the message is about; mostly empty.
	Other string
}

// String gives the problem on one line.
func (p Problem) String() string {
	s := p.Path + ": " + p.Message
	if p.Offset >= 0 {
		s = fmt.Sprintf("%s (at character %d)", s, p.Offset+1)
	}
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}
