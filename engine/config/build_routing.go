package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func (b *builder) policies() {
	for i, p := range b.f.Policies {
		path := fmt.Sprintf("policies[%d]", i)
		built := policy.Policy{Name: string(p.Name), AckTimeout: time.Duration(p.AckTimeout), ExhaustedAfter: time.Duration(p.ExhaustedAfter)}
		for j, s := range p.Steps {
			at := fmt.Sprintf("%s.steps[%d]", path, j)
			for k, t := range s.Notify {
				b.target(fmt.Sprintf("%s.notify[%d]", at, k), t)
			}
			if j > 0 && s.After < p.Steps[j-1].After {
				b.fail(at+".after", "put the steps in the order of their offsets, which all count from the alert's creation",
					"the step comes %s after the alert, which is before the step above it", s.After)
			}
			step := policy.Step{After: time.Duration(s.After), Notify: s.Notify}
			if s.Unless == "closed" {
				step.Unless = policy.UnlessClosed
			}
			built.Steps = append(built.Steps, step)
		}
		built.Repeat = b.repeat(path+".repeat", p)
		b.dir.Policies[built.Name] = built
	}
}

func (b *builder) repeat(path string, p Policy) policy.Repeat {
	r := policy.Repeat{Every: time.Duration(p.Repeat.Every), Times: p.Repeat.Times}
	if r.Times == 0 || len(p.Steps) == 0 {
		return r
	}
	if last := p.Steps[len(p.Steps)-1].After; r.Every == 0 {
		b.fail(path+".every", "write for example 1h", "a policy cannot be repeated without any pause")
	} else if p.Repeat.Every < last {
		b.warn(path+".every", fmt.Sprintf("the last step comes %s after the first", last), "the policy begins again before its last step")
	}
	if p.Repeat.From == "" {
		return r
	}
	var names []string
	for i, s := range p.Steps {
		if s.Name == p.Repeat.From {
			r.From = i
			return r
		}
		if s.Name != "" {
			names = append(names, s.Name)
		}
	}
	b.fail(path+".from", suggest(p.Repeat.From, names, "give the step a name"), "the policy has no step %q", p.Repeat.From)
	return r
}

// targets says what a kind of target names.
var targets = map[policy.TargetKind]thing{
	policy.User: user, policy.Team: team, policy.Random: team, policy.Admins: team, policy.Channel: channel,
	policy.Schedule: schedule, policy.Next: schedule, policy.Previous: schedule, policy.Rotation: schedule,
}

func (b *builder) target(path string, t policy.Target) {
	if !b.refer(path, targets[t.Kind], t.Name) || t.Kind != policy.Admins {
		return
	}
	if users, _ := b.dir.Everyone([]policy.Target{t}); len(users) == 0 {
		b.warn(path, fmt.Sprintf("write members of %s as {user: NAME, role: admin}", t.Name), "team %s has no admins", t.Name)
	}
}

// rules checks the rules and the teams' routes, and compiles them.
func (b *builder) rules() *rules.Router {
	spec := rules.Spec{Zone: b.zone.String(), Fallback: b.f.Fallback, Instant: schedules.Instant}
	spec.Rules = b.list("rules", b.f.Rules, false)
	seen := map[Name]bool{}
	for i, t := range b.f.Teams {
		routes := b.list(fmt.Sprintf("teams[%d].routes", i), t.Routes, true)
		if t.Name == "" || seen[t.Name] {
			continue
		}
		seen[t.Name] = true
		spec.Teams = append(spec.Teams, rules.TeamRoutes{Team: string(t.Name), Routes: routes, Default: t.DefaultPolicy})
	}
	for _, w := range b.f.Windows {
		spec.Windows = append(spec.Windows, rules.Window{Name: string(w.Name), Zone: w.Timezone, Days: texts(w.Days), From: w.From, To: w.To})
	}
	spec.Holidays = map[string]map[rules.Date]bool{}
	for name, days := range b.dir.Holidays {
		dates := map[rules.Date]bool{}
		for _, d := range days {
			dates[rules.DateOf(d.Date)] = true
		}
		spec.Holidays[name] = dates
	}
	spec.Lists = map[string]rules.List{}
	for name, l := range b.f.Lists {
		spec.Lists[name] = rules.List{Values: l.Values, Lists: l.Lists}
	}
	spec.High = b.high()
	router, problems := rules.Compile(spec)
	for _, p := range problems {
		b.report(Error, p.Path, p.Offset, p.Message, p.Hint)
	}
	if router != nil {
		b.lint(spec)
	}
	return router
}

// high are the priorities whose urgency is high. An alert without a priority has the default one in the end.
func (b *builder) high() []string {
	high := texts(b.f.Urgency.High)
	if slices.Contains(high, event.DefaultPriority) {
		high = append(high, "")
	}
	return high
}

func (b *builder) list(path string, list []Rule, routes bool) []rules.Rule {
	var out []rules.Rule
	for i, r := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		b.destination(at+".to", r.To, routes)
		if r.Set != nil {
			b.setTeam(at+".set.team", r.Set.Team)
		}
		out = append(out, r.rule())
	}
	return out
}

// setTeam leaves a template to the time when it gives a name.
func (b *builder) setTeam(path, name string) {
	if !strings.Contains(name, "{{") {
		b.refer(path, team, name)
	}
}

func (b *builder) destination(path, to string, route bool) {
	kind, name, named := strings.Cut(to, ":")
	switch {
	case named && kind == string(team) && !route:
		b.refer(path, team, name)
	case named && kind == string(pol):
		b.refer(path, pol, name)
	case route && !named && to != "nobody":
		b.refer(path, pol, to)
	}
}

func (r Rule) rule() rules.Rule {
	out := rules.Rule{
		Name: r.Name, When: string(r.When), To: r.To, Continue: r.Continue, Suppress: r.Suppress,
		Delay: time.Duration(r.Delay), GroupBy: r.GroupBy, Incident: string(r.Incident),
	}
	r.hold(&out)
	if s := r.Set; s != nil {
		out.Set = &rules.Set{
			Priority: string(s.Priority), Team: s.Team, Service: s.Service, Title: s.Title, Description: s.Description,
			Link: s.Link, Runbook: s.Runbook, Tags: s.Tags, Labels: s.Labels, Details: s.Details,
		}
	}
	return out
}
