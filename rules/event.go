package rules

import "time"

// Event is what rules see of one message from a source. The names in
// expressions are those of the JSON tags; weekday and now come with them.
type Event struct {
	Source      string            `json:"source,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Status      string            `json:"status,omitempty"`   // firing or resolved
	Priority    string            `json:"priority,omitempty"` // P1 to P5
	Tags        []string          `json:"tags,omitempty"`
	Actions     []string          `json:"actions,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`  // a missing label reads as ""
	Details     map[string]any    `json:"details,omitempty"` // a missing detail reads as nil
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`
	Integration string            `json:"integration,omitempty"`
	Link        string            `json:"link,omitempty"`    // where the source shows it
	Runbook     string            `json:"runbook,omitempty"` // what to do about it
	StartsAt    time.Time         `json:"starts_at,omitzero"`
}

// Fallback is Decision.Rule where no rule decided.
const Fallback = "fallback"

// Decision is what the rules make of an event.
type Decision struct {
	// Team is the team that the event was routed to, or that a rule or the
	// sender named; it may be empty, or unknown if the sender invented it.
	Team string `json:"team,omitempty"`
	// Policy is the escalation policy. It is empty where Nobody is true, and
	// where nothing decided and the Spec has no fallback.
	Policy string `json:"policy,omitempty"`
	// Nobody says that the event is recorded and pages no one, by destination.
	Nobody bool `json:"nobody,omitempty"`
	// Suppress says that the event is recorded and pages no one, by a rule's
	// suppress; team and policy are still those it would have had.
	Suppress bool `json:"suppress,omitempty"`
	// Delay is how long to wait before the first step.
	Delay time.Duration `json:"delay_ns,omitempty"`
	// DelayUntil is when to begin with the first step, instead of Delay; zero is at once.
	DelayUntil time.Time `json:"delay_until,omitzero"`
	// Require, Throttle and AutoClose are as the rule says; nil and zero where none does.
	Require   *Require      `json:"require,omitempty"`
	Throttle  *Throttled    `json:"throttle,omitempty"`
	AutoClose time.Duration `json:"auto_close_ns,omitempty"`

	// The event's own values after all that was set.
	Priority    string   `json:"priority,omitempty"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Service     string   `json:"service,omitempty"`
	Tags        []string `json:"tags,omitempty"`

	// Link and Runbook are only what rules set.
	Link    string `json:"link,omitempty"`
	Runbook string `json:"runbook,omitempty"`
	// Labels and Details are only what rules added or replaced.
	Labels  map[string]string `json:"labels,omitempty"`
	Details map[string]string `json:"details,omitempty"`

	// GroupKey is equal for events that become one alert; empty means that the
	// event's own dedup key decides. It is at most a few hundred bytes long and readable.
	GroupKey string `json:"group_key,omitempty"`
	// Group is how the group gathers.
	Group Group `json:"group,omitzero"`
	// Incident says that an incident is opened or joined.
	Incident bool `json:"incident,omitempty"`
	// Rule says what decided, for the timeline: names or paths of rules, such
	// as "west > teams[it-west].routes[0]", or "fallback".
	Rule string `json:"rule"`
	// Failed is how many parts of rules (conditions, templates) failed while they ran.
	Failed int `json:"failed,omitempty"`
	// Errors say which parts failed and why, and what was not heeded because of it; at most twenty.
	Errors []string `json:"errors,omitempty"`
}

// Explanation is a decision and the way to it.
type Explanation struct {
	Decision Decision `json:"decision"`
	// Tried are the rules in the order in which they were tried.
	Tried []Tried `json:"tried"`
}

// Tried is one rule as it was tried on an event.
type Tried struct {
	Path    string `json:"path"`
	Name    string `json:"name,omitempty"`
	When    string `json:"when,omitempty"`
	Matched bool   `json:"matched"`
	// To and Set are what a matching rule did.
	To       string `json:"to,omitempty"`
	Set      *Set   `json:"set,omitempty"`
	Continue bool   `json:"continue,omitempty"`
	// Error is why the condition could not be decided, or what else of the rule failed.
	Error string `json:"error,omitempty"`
}
