package api

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/rules"
)

// hold writes what an alert of this decision would wait for, and returns from when the offsets of its policy count, as
// far as that is known: not for want of further events.
func (c *call) hold(x *Explanation, at time.Time, ev rules.Event, d rules.Decision, priority string) time.Time {
	begin := at
	wait := func(until time.Time, why string) {
		if until.After(at) {
			x.Held = append(x.Held, why+", until "+until.In(c.env.Dir.Zone).Format("Mon 2006-01-02 15:04 MST"))
		}
		if until.After(begin) {
			begin = until
		}
	}
	wait(at.Add(d.Delay), "delayed by "+config.Duration(d.Delay).String())
	wait(d.DelayUntil, "delayed")
	if d.GroupKey != "" {
		wait(at.Add(d.Group.Wait), "a new group gathers")
	}
	if r := d.Require; r != nil {
		x.Held = append(x.Held, fmt.Sprintf("until it has had %d events within %s", r.Events, config.Duration(r.Within)))
	}
	if t := d.Throttle; t != nil && d.GroupKey == "" {
		x.Held = append(x.Held, fmt.Sprintf("where %d alerts of %s began to page within %s before it: gathered until that time is over", t.Pages, t.Key, config.Duration(t.Per)))
	}
	service := cmp.Or(d.Service, ev.Service)
	if in := c.env.Dir.Services[service].Inhibit; in != nil {
		wait(at.Add(in.Delay), "an alert of what "+service+" depends on may be on its way")
		var names []string
		for _, b := range c.env.Dir.Blocked(service, priority) {
			names = append(names, b.Service)
		}
		switch {
		case len(names) > 0:
			x.Held = append(x.Held, fmt.Sprintf("as long as the alerts of %s are open, which %s depends on, at most %s", strings.Join(names, ", "), service, in.For))
		default:
			x.Held = append(x.Held, fmt.Sprintf("where an alert of %s were open: as long as it is, at most %s", strings.Join(c.env.Dir.Upstream[service], ", "), in.For))
		}
	}
	// Quiet hours and maintenances may follow each other, such as a night and a weekend; within a week they have all come.
	asAlert := func() rules.Event { return asDecided(ev, d, priority) }
	for range 50 {
		before := begin
		in, failed := c.env.Dir.Maintained(asAlert, begin)
		for _, m := range in {
			wait(m.Until, "maintenance "+m.Name+": "+m.Reason)
		}
		for _, problem := range failed {
			if !slices.Contains(x.Decision.Errors, problem) {
				x.Decision.Errors = append(x.Decision.Errors, problem)
			}
		}
		if until, window := c.env.Dir.Quiet(d.Team, priority, begin); !until.IsZero() {
			wait(until, "quiet hours "+window)
		}
		if begin.Equal(before) {
			break
		}
	}
	return begin
}

// asDecided is the alert of a decision, as conditions see it.
func asDecided(ev rules.Event, d rules.Decision, priority string) rules.Event {
	ev.Priority, ev.Tags = priority, d.Tags
	ev.Title, ev.Description = cmp.Or(d.Title, ev.Title), cmp.Or(d.Description, ev.Description)
	ev.Service, ev.Team = cmp.Or(d.Service, ev.Service), cmp.Or(d.Team, ev.Team)
	ev.Link, ev.Runbook = cmp.Or(d.Link, ev.Link), cmp.Or(d.Runbook, ev.Runbook)
	if len(d.Labels) > 0 {
		labels := maps.Clone(ev.Labels)
		if labels == nil {
			labels = map[string]string{}
		}
		maps.Copy(labels, d.Labels)
		ev.Labels = labels
	}
	if len(d.Details) > 0 {
		details := maps.Clone(ev.Details)
		if details == nil {
			details = map[string]any{}
		}
		for name, value := range d.Details {
			details[name] = value
		}
		ev.Details = details
	}
	return ev
}

// aggregate says which aggregates the alert would count for.
func (c *call) aggregate(x *Explanation, at time.Time, ev rules.Event, d rules.Decision, priority string) {
	feeds, failed := c.env.Dir.FeedsOf(asDecided(ev, d, priority), at)
	for _, f := range feeds {
		name := f.Aggregate
		if f.Value != "" {
			name += " as " + f.Value
		}
		x.Aggregates = append(x.Aggregates, name)
	}
	x.Decision.Errors = append(x.Decision.Errors, failed...)
}
