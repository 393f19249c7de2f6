package alert

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/rules"
)

// How often it is looked at whether the cause of a hold that others may take away is still there, should nobody have
// said so. The first look comes soon: whoever placed the hold may not have heard of the latest.
const (
	lookSoon = 2 * time.Second
	lookEach = time.Minute
)

// maintain holds the alert for the maintenances that it is in now, and ends the holds of those that it is not in any
// more, because they were taken back or changed.
func (s *State) maintain(env Env, fx *Effects) {
	if !s.Active() || s.Overridden {
		return
	}
	if !s.wouldPage(env) && !s.heldFor(HoldMaintenance) {
		return
	}
	in, failed := env.Dir.Maintained(s.RuleEvent, env.Now)
	for _, problem := range failed {
		s.complain(env, fx, problem)
	}
	wanted := make([]Hold, len(in))
	for i, m := range in {
		wanted[i] = Hold{Reason: HoldMaintenance, Name: m.Name, Text: "maintenance " + m.Name + ": " + m.Reason, Until: m.Until}
	}
	s.renew(HoldMaintenance, wanted, env)
}

// renew brings the holds for a reason of which others are the cause in line with what is known of those: it holds the
// alert for what is wanted, if it has anything to put off, and ends the holds whose cause is gone. What is newer than
// what is known here stays.
func (s *State) renew(reason HoldReason, wanted []Hold, env Env) {
	begins := s.wouldPage(env)
	current := map[string]bool{"": true} // one without a name has no other cause than time
	for _, h := range wanted {
		was := s.holdOf(reason, h.Name)
		switch {
		case was != nil:
			h.Look = was.nextLook(env)
		case begins:
			h.Look = env.Now.Add(lookSoon)
		default:
			continue
		}
		current[h.Name] = true
		s.hold(h, env)
	}
	for i := range s.Holds {
		if h := &s.Holds[i]; h.Reason == reason && !current[h.Name] && !env.Knows(h.Since) {
			current[h.Name], h.Look = true, env.Now.Add(lookSoon/2)
		}
	}
	s.release(env.Now, "", env, func(h Hold) bool { return h.Reason == reason && !current[h.Name] })
}

// heldFor reports whether the alert is held for a reason.
func (s *State) heldFor(reason HoldReason) bool {
	return slices.ContainsFunc(s.Holds, func(h Hold) bool { return h.Reason == reason })
}

// wouldPage reports whether the policy has anything to do that a hold would put off.
func (s *State) wouldPage(env Env) bool {
	for i := range s.Runs {
		if !s.pace(i, env).IsZero() {
			return true
		}
	}
	return false
}

// holdOf is the hold of that reason and name, nil where there is none.
func (s *State) holdOf(reason HoldReason, name string) *Hold {
	i := slices.IndexFunc(s.Holds, func(h Hold) bool { return h.Reason == reason && h.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Holds[i]
}

// nextLook is when a hold that is still justified is looked at next.
func (h *Hold) nextLook(env Env) time.Time {
	if reached(h.Look, env.Now) {
		return env.Now.Add(lookEach)
	}
	return h.Look
}

// complain says once in the timeline that something could not be evaluated, and counts it.
func (s *State) complain(env Env, fx *Effects, problem string) {
	if !slices.ContainsFunc(s.Timeline, func(e Entry) bool { return e.Text == problem }) {
		s.note(env, "rule_error", "", problem)
		fx.RuleErrors++
	}
}

// RuleEvent is the alert as conditions see it: a firing event with what rules have set.
func (s *State) RuleEvent() rules.Event {
	return rules.Event{
		Source: s.Source, Title: s.Title, Description: s.Description, Status: string(event.Firing), Priority: s.Priority,
		Tags: s.Tags, Actions: s.Actions, Labels: s.Labels, Details: s.Details,
		Service: s.Service, Team: s.Team, Integration: s.Integration, Link: s.Link, Runbook: s.Runbook, StartsAt: s.StartsAt,
	}
}
