package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/rules"
)

// hold adds what a rule holds alerts back with.
func (r Rule) hold(out *rules.Rule) {
	out.DelayUntil, out.AutoClose = r.DelayUntil, time.Duration(r.AutoClose)
	out.Group = rules.Group{Wait: time.Duration(r.GroupWait), Window: time.Duration(r.GroupWindow), Limit: r.GroupLimit}
	if q := r.Require; q != nil {
		out.Require = &rules.Require{Events: q.Events, Within: time.Duration(q.Within)}
	}
	if t := r.Throttle; t != nil {
		out.Throttle = &rules.Throttle{Pages: t.Pages, Per: time.Duration(t.Per), By: t.By}
	}
}

// window is the compiled window of that name, nil where there is none.
func (b *builder) window(path, name string, router *rules.Router) *rules.Hours {
	if router != nil {
		if h, ok := router.Hours(name); ok {
			b.use(path, window, name)
			return h
		}
	}
	var names []string
	for _, w := range b.f.Windows {
		names = append(names, string(w.Name))
	}
	if name != "" && !slices.Contains(names, name) {
		b.fail(path, suggest(name, names, "there is no window at all yet: add it to windows"), "there is no window %q", name)
	}
	return nil
}

// quietHours adds those of all, and those of the teams.
func (b *builder) quietHours(router *rules.Router) {
	b.quiet("quiet_hours", "", b.f.QuietHours, router)
	for i, t := range b.f.Teams {
		b.quiet(fmt.Sprintf("teams[%d].quiet_hours", i), string(t.Name), t.QuietHours, router)
	}
}

func (b *builder) quiet(path, team string, list []QuietHours, router *rules.Router) {
	for i, q := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if q.Urgency != "" && len(q.Priorities) > 0 {
			b.fail(at+".priorities", "leave out one of them", "quiet hours are for an urgency or for priorities, not for both")
		}
		hours := b.window(at+".during", q.During, router)
		if hours == nil {
			continue
		}
		if _, ends := hours.Ends(quietFrom); !ends {
			b.fail(at+".during", "name a window with from and to, or with days", "window %s never ends: nobody would ever be paged", q.During)
			continue
		}
		b.dir.QuietHours = append(b.dir.QuietHours, directory.Quiet{Window: q.During, Hours: hours, Team: team, Priorities: b.ofUrgency(q)})
	}
}

// quietFrom is a moment from which windows are looked at, whenever the configuration is loaded.
var quietFrom = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ofUrgency are the priorities that quiet hours are for.
func (b *builder) ofUrgency(q QuietHours) (priorities []string) {
	if len(q.Priorities) > 0 {
		return texts(q.Priorities)
	}
	for _, p := range event.Priorities {
		if b.dir.High(p) == (q.Urgency == "high") {
			priorities = append(priorities, p)
		}
	}
	return priorities
}

// during gives the methods of all plans their windows.
func (b *builder) during(router *rules.Router) {
	set := func(path string, list []Method, built []directory.Method) {
		for i, m := range list {
			if m.During == "" || i >= len(built) {
				continue
			}
			at := fmt.Sprintf("%s[%d].during", path, i)
			if b.written(at) || router != nil { // a plan that was copied from the other is not looked at twice
				built[i].During = b.window(at, m.During, router)
			}
		}
	}
	plans := func(path string, p *Plans, built *directory.Plans) {
		if p != nil && built != nil {
			set(path+".high", p.High, built.High)
			set(path+".low", p.Low, built.Low)
		}
	}
	plans("default_notify", b.f.DefaultNotify, &b.dir.DefaultNotify)
	for i, u := range b.f.Users {
		plans(fmt.Sprintf("users[%d].notify", i), u.Notify, b.dir.Users[string(u.Name)].Notify)
	}
}
