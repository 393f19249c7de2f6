package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/rules"
)

// use notes that something is named somewhere where it counts. Expectations of the audit do not.
func (b *builder) use(path string, what thing, name string) {
	if strings.HasPrefix(path, "coverage.") {
		return
	}
	if b.used == nil {
		b.used = map[thing]map[string]bool{}
	}
	if b.used[what] == nil {
		b.used[what] = map[string]bool{}
	}
	b.used[what][name] = true
}

// unused warns of what nothing names: mostly a name that was changed in one place, or a rule that is missing. Services are a
// catalogue, and complete without any use.
func (b *builder) unused(router *rules.Router) {
	uses := b.uses(router)
	for i, w := range b.f.Windows {
		if !uses.Windows[string(w.Name)] && !b.used[window][string(w.Name)] {
			b.spare("windows", i, string(w.Name), "use it as during(%q), or remove it")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.f.Lists)) {
		if !uses.Lists[name] {
			example := name
			for _, inner := range slices.Sorted(maps.Keys(b.f.Lists[name].Lists)) {
				example = name + "." + inner
				break
			}
			b.warn("lists."+name, fmt.Sprintf("write labels.customer in %s, or remove it", example), "no rule uses the list %s", name)
		}
	}
	everyones := slices.ContainsFunc(b.f.Users, func(u User) bool { return u.Holidays == nil })
	for i, h := range b.f.Holidays {
		if name := string(h.Name); !uses.Calendars[name] && !b.used[holidays][name] && !everyones {
			b.spare("holidays", i, name, "use it as holiday(%q), or remove it")
		}
	}
	for i, p := range b.f.Policies {
		b.spareThing("policies", i, pol, string(p.Name), "write to: policy:%s in a rule, or remove it")
	}
	for i, s := range b.f.Schedules {
		b.spareThing("schedules", i, schedule, string(s.Name), "write schedule:%s in a step of a policy, or remove it")
	}
	for i, c := range b.f.Channels {
		b.spareThing("channels", i, channel, string(c.Name), "write channel:%s in a step of a policy, or remove it")
	}
	for i, t := range b.f.Teams {
		if !b.chosen(t) {
			b.spareThing("teams", i, team, string(t.Name), "write to: team:%s in a rule, or team:%[1]s in a step of a policy, or remove it")
		}
	}
}

func (b *builder) spareThing(list string, i int, what thing, name, hint string) {
	if !b.used[what][name] {
		b.spare(list, i, name, hint)
	}
}

func (b *builder) spare(list string, i int, name, hint string) {
	if name != "" {
		b.warn(fmt.Sprintf("%s[%d].name", list, i), fmt.Sprintf(hint, name), "nothing uses %s", name)
	}
}

// chosen says whether alerts may come to a team that no rule names: where its name is given by a template, or by the
// sender and rules leave the choice to the team.
func (b *builder) chosen(t Team) bool {
	if len(t.Routes) > 0 || t.DefaultPolicy != "" {
		last := len(b.f.Rules) - 1
		if last < 0 || b.f.Rules[last].When != "" || b.f.Rules[last].Continue {
			return true
		}
		if slices.ContainsFunc(b.f.Rules, func(r Rule) bool { return r.To == "" && !r.Continue }) {
			return true
		}
	}
	return slices.ContainsFunc(b.f.Rules, func(r Rule) bool { return r.Set != nil && strings.Contains(r.Set.Team, "{{") })
}

// lint warns of rules that do not do what was probably meant.
func (b *builder) lint(spec rules.Spec) {
	for _, p := range rules.Lint(spec) {
		if at := b.origin.tree.find(p.Other).at; p.Other != "" && at.src != nil {
			p.Hint += "; the other one is at " + at.String()
		}
		b.report(Warning, p.Path, p.Offset, p.Message, p.Hint)
	}
}
