package config

import "github.com/tocsin-oncall/tocsin/engine/policy"

// Policy is an escalation policy.
type Policy struct {
	Name           Name     `json:"name" doc:"Short, such as it-west-standard."`
	Steps          []Step   `json:"steps" jsonschema:"minItems=1" doc:"In the order of their offsets."`
	Repeat         Repeat   `json:"repeat,omitzero" doc:"Runs the steps again while nobody acknowledges."`
	AckTimeout     Duration `json:"ack_timeout,omitempty" doc:"Re-opens an alert that was acknowledged but not closed for so long. Default: never."`
	ExhaustedAfter Duration `json:"exhausted_after,omitempty" doc:"How long after the last step an alert that nobody acknowledged goes to the fallback. Default 5m."`
}

// Step notifies its targets.
type Step struct {
	Name   string          `json:"name,omitempty" doc:"For repeat.from."`
	After  Duration        `json:"after,omitempty" doc:"How long after the alert was created. Default 0s."`
	Notify []policy.Target `json:"notify" jsonschema:"minItems=1" doc:"Whom: user:NAME, team:NAME, schedule:NAME, next:SCHEDULE, previous:SCHEDULE, rotation:SCHEDULE, random:TEAM, admins:TEAM, channel:NAME."`
	Unless Unless          `json:"unless,omitempty" doc:"The step is skipped if the alert is acked (the default) or only if it is closed."`
}

// Repeat runs a policy again.
type Repeat struct {
	Every Duration `json:"every" doc:"How long after the previous run began."`
	Times int      `json:"times" jsonschema:"minimum=1" doc:"How often."`
	From  string   `json:"from,omitempty" doc:"The name of the step to begin with. Default: the first."`
}

// Rule decides where an alert goes, or changes something about it.
type Rule struct {
	Name     string   `json:"name,omitempty" doc:"For people: what explanations call it."`
	When     Expr     `json:"when,omitempty" doc:"The condition. Default: always."`
	To       string   `json:"to,omitempty" doc:"team:NAME, policy:NAME or nobody; within a team also just a policy's name."`
	Set      *Set     `json:"set,omitempty" doc:"What it changes about the alert."`
	Continue bool     `json:"continue,omitempty" doc:"Go on with the next rule. Such a rule has no to."`
	Suppress bool     `json:"suppress,omitempty" doc:"Record the alert, and page no one."`
	Delay    Duration `json:"delay,omitempty" doc:"How long to wait before the first step."`
	GroupBy  Names    `json:"group_by,omitempty" doc:"Expressions; alerts for which they give the same are one."`
	Incident Expr     `json:"incident,omitempty" doc:"A condition; where it is true, the alert opens an incident, or joins it."`

	DelayUntil  string    `json:"delay_until,omitempty" doc:"Wait until a time of day, such as 07:00 or 07:00 Europe/Berlin, or until one of windows begins; within it not at all."`
	GroupWait   Duration  `json:"group_wait,omitempty" doc:"How long a new group gathers before it pages. Default 0s."`
	GroupWindow Duration  `json:"group_window,omitempty" doc:"How long after its beginning a group takes new members; later ones begin another group. Default: as long as it is open."`
	GroupLimit  int       `json:"group_limit,omitempty" jsonschema:"minimum=2,maximum=500" doc:"How many members a group takes; more begin another. Default: no limit; 500 where there is a group_window."`
	Require     *Require  `json:"require,omitempty" doc:"Page only after so many events."`
	Throttle    *Throttle `json:"throttle,omitempty" doc:"How many alerts of this rule begin to page within a time."`
	AutoClose   Duration  `json:"auto_close,omitempty" doc:"Close the alert when no event has come for so long. Default: never."`
}

// Set is what a rule changes about an alert. Every text of it may have expressions in it.
type Set struct {
	Priority    SetPriority       `json:"priority,omitempty" doc:"P1 to P5, or a template that gives one."`
	Team        string            `json:"team,omitempty" doc:"The team whose routes then decide."`
	Service     string            `json:"service,omitempty" doc:"What it is about."`
	Title       string            `json:"title,omitempty" doc:"One line."`
	Description string            `json:"description,omitempty" doc:"More of it."`
	Link        string            `json:"link,omitempty" doc:"A URL: where the source shows it."`
	Runbook     string            `json:"runbook,omitempty" doc:"A URL: what to do about it."`
	Tags        Names             `json:"tags,omitempty" doc:"Added."`
	Labels      map[string]string `json:"labels,omitempty" doc:"Added or replaced."`
	Details     map[string]string `json:"details,omitempty" doc:"Added or replaced."`
}

// List is a named list of texts, or several of them, each with a name of its own.
type List struct {
	Values []string
	Lists  map[string][]string // instead of Values
}

// Window is a named part of the week.
type Window struct {
	Name     Name   `json:"name" doc:"For during(…)."`
	Timezone string `json:"timezone,omitempty" doc:"IANA zone. Default: timezone."`
	Days     []Day  `json:"days,omitempty" doc:"On which it begins. Default: every day."`
	From     string `json:"from,omitempty" doc:"Wall clock, such as \"09:00\". Default: the whole day."`
	To       string `json:"to,omitempty" doc:"Up to \"24:00\"; before from is on the next day."`
}
