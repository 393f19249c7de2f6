// Package audit makes of a directory what a coverage audit looks at: policies, schedules and the ways to people, as
// plain data. It decides nothing about what is found, and reads no clock.
package audit

import (
	"maps"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// Settings are what a configuration says about the audit.
type Settings struct {
	MinPeople  int      // that every policy has to reach; 0 is not set
	Urgent     []string // the policies whose alerts must not wait for somebody to read e-mail; nil for all
	Severities map[coverage.Kind]coverage.Severity
	Waivers    []coverage.Waiver
	Unseen     bool // nothing is known of which ways were seen to work, so all count as verified
}

// Plan is what coverage.Audit needs to know of a directory. A channel of a policy is no person: nobody is paged
// by it, but its step is not empty. With no seen, all addresses count as verified.
func Plan(dir *directory.Directory, away []schedules.Away, seen Seen, s Settings) coverage.Plan {
	plan := coverage.Plan{People: map[string]coverage.Person{}, Away: away, Severities: s.Severities, Waivers: s.Waivers}
	for _, name := range sorted(dir.Policies) {
		p := dir.Policies[name]
		out := coverage.Policy{Name: name, Urgent: s.Urgent == nil || slices.Contains(s.Urgent, name), MinPeople: s.MinPeople}
		for _, step := range p.Steps {
			next := coverage.Step{After: step.After}
			for _, t := range step.Notify {
				next.Targets = append(next.Targets, target(dir, t))
			}
			out.Steps = append(out.Steps, next)
		}
		plan.Policies = append(plan.Policies, out)
	}
	for _, name := range sorted(dir.Schedules) {
		plan.Schedules = append(plan.Schedules, dir.Schedules[name])
	}
	high, low := priorities(dir)
	for name := range dir.Users {
		plan.People[name] = coverage.Person{Urgent: channels(dir, seen, name, high), Other: channels(dir, seen, name, low)}
	}
	return plan
}

// priorities are one that uses the plan of high urgency, and one that does not; "" is none of the high ones.
func priorities(dir *directory.Directory) (high, low string) {
	if len(dir.HighUrgency) > 0 {
		high = dir.HighUrgency[0]
	}
	return high, ""
}

// Seen says whether a way to a user was seen to work.
type Seen func(user, via string) bool

// SeenIn are the ways that people have confirmed.
func SeenIn(list []*contact.State, env directory.Env) Seen {
	works := map[[2]string]bool{}
	for _, s := range list {
		works[[2]string{s.User, s.Via}] = s.Works(env)
	}
	return func(user, via string) bool { return works[[2]string{user, via}] }
}

func channels(dir *directory.Directory, seen Seen, user, priority string) (out []coverage.Channel) {
	for _, m := range dir.Reach(user, priority) {
		out = append(out, coverage.Channel{Kind: m.Via, After: m.After, Verified: seen == nil || seen(user, m.Via)})
	}
	return out
}

// target is whom a target of a policy means over time. One that names nothing in the directory means nobody.
func target(dir *directory.Directory, t policy.Target) coverage.Target {
	name := t.String()
	switch s := dir.Schedules[t.Name]; t.Kind {
	case policy.Channel:
		return coverage.Place(name)
	case policy.User:
		return coverage.Always(name, t.Name)
	case policy.Random:
		return coverage.OneOf(name, members(dir, t)...)
	case policy.Team, policy.Admins:
		return coverage.Always(name, members(dir, t)...)
	case policy.Schedule, policy.Next, policy.Previous, policy.Rotation:
		if s == nil {
			break
		}
		return onSchedule(s, t)
	}
	return coverage.Always(name)
}

func onSchedule(s *schedules.Schedule, t policy.Target) coverage.Target {
	switch t.Kind {
	case policy.Next:
		return coverage.Next(s)
	case policy.Previous:
		return coverage.Previous(s)
	case policy.Rotation:
		return coverage.Members(s)
	}
	return coverage.OnCall(s)
}

func members(dir *directory.Directory, t policy.Target) (users []string) {
	for _, m := range dir.Teams[t.Name].Members {
		if t.Kind != policy.Admins || m.Admin {
			users = append(users, m.User)
		}
	}
	return users
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
