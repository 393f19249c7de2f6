package engine

import (
	"cmp"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules"
)

// patience is how long somebody who is called without a policy may take before the fallback policy takes over.
const patience = 10 * time.Minute

// call is how a responder alert is routed: a team by its own routes, a person by their own plan. The rules do not see
// it, and nothing delays, holds, groups or suppresses it.
func (in *intake) call(to string, ev event.Event, env directory.Env) (rules.Decision, policy.Policy) {
	d := rules.Decision{
		Rule: incident.Rule, Title: ev.Title, Description: ev.Description, Priority: ev.Priority,
		Team: ev.Team, Service: ev.Service, Tags: ev.Tags,
	}
	target, err := policy.ParseTarget(to)
	if err != nil { // the fallback itself
		return d, in.policy("", env)
	}
	if target.Kind == policy.Team {
		d.Team = target.Name
		routed := in.world.Router.RouteWithin(target.Name, RuleEvent(in.integration, ev), env.Now)
		if p, ok := env.Dir.Policies[routed.Policy]; ok && !routed.Nobody {
			return d, p
		}
	}
	return d, policy.Policy{Name: to, Steps: []policy.Step{{Notify: []policy.Target{target}}}, ExhaustedAfter: patience}
}

// policy is the one of that name, or else the fallback.
func (in *intake) policy(name string, env directory.Env) policy.Policy {
	return env.Dir.Policies[cmp.Or(name, env.Dir.Fallback)]
}

// summons is the event of a responder alert.
func summons(inc *incident.State, to, by string) event.Event {
	text := inc.Name() + " needs you"
	if by != "" {
		text = by + " asks you to respond to " + inc.Name()
	}
	if team, ok := strings.CutPrefix(to, string(policy.Team)+":"); ok { // somebody of several teams tells the calls apart
		text += " for " + team
	}
	text += ": acknowledge if you do, decline if you cannot."
	if c := inc.CallOf(to); c != nil && c.Note != "" {
		text += "\n\n" + c.Note
	}
	if inc.Conference != "" {
		text += "\n\nConference: " + inc.Conference
	}
	if inc.Description != "" {
		text += "\n\n" + inc.Description
	}
	return event.Event{
		Status: event.Firing, DedupKey: incident.DedupKey(inc.Name(), to), Title: inc.Name() + " " + inc.Severity() + ": " + inc.Title,
		Description: text, Source: inc.Name(), Priority: inc.Priority, Service: inc.Service, Team: inc.Team, Tags: inc.Tags,
	}
}
