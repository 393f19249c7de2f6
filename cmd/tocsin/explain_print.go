package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/rules"
)

// explanation prints the way of one event, from the top: what it is, what the rules did, who is paged.
func (io stdio) explanation(x api.Explanation) {
	d := x.Decision
	fmt.Fprintf(io.out, "%s  %s\n", io.paint(bold, line(cmp.Or(x.Event.Title, "(no title)"))), io.paint(states[x.Event.Status], x.Event.Status))
	t := facts{}
	t.add("from", x.Integration)
	t.add("at", io.exactly(x.At.Time))
	t.add("dedup key", x.DedupKey)
	t.add("group", d.GroupKey)
	t.add("labels", pairs(x.Event.Labels))
	io.facts(t)
	if x.Event.Status == string(event.Resolved) {
		fmt.Fprintln(io.out, "\n"+line(x.Text))
		return
	}
	fmt.Fprintln(io.out, "\nRules")
	for _, r := range x.Tried {
		io.tried(r)
	}
	for _, e := range d.Errors {
		fmt.Fprintln(io.out, "  "+io.paint(red, "! "+line(e)))
	}
	fmt.Fprintln(io.out, "\nOutcome")
	t = facts{}
	t.add("decided by", d.Rule)
	t.add("priority", cmp.Or(d.Priority, event.DefaultPriority+" (default)"))
	t.add("team", d.Team)
	t.add("service", d.Service)
	t.add("tags", strings.Join(d.Tags, ", "))
	if d.Incident {
		t.add("incident", "opens one, or joins it")
	}
	for _, h := range x.Held {
		t.add("held", h)
	}
	for _, a := range x.Aggregates {
		t.add("counts for", "aggregate "+a)
	}
	if d.AutoClose > 0 {
		t.add("auto close", "when no event has come for "+shortened(d.AutoClose.String()))
	}
	t.add("policy", cmp.Or(x.Policy, "none: nobody is paged"))
	io.facts(t)
	io.steps(x)
}

func (io stdio) tried(r rules.Tried) {
	mark, s := "✗", faint
	switch {
	case r.Error != "":
		mark, s = "!", red
	case r.Matched:
		mark, s = "✓", green
	}
	text := r.Path
	if r.Name != "" {
		text += " " + r.Name
	}
	fmt.Fprintln(io.out, "  "+io.paint(s, mark+" "+line(text))+": "+line(cmp.Or(r.When, "always")))
	var did []string
	if r.Matched {
		did = setBy(r.Set)
		if r.To != "" {
			did = append(did, "to "+r.To)
		}
		if r.Continue {
			did = append(did, "continue")
		}
	}
	if r.Error != "" {
		did = append(did, r.Error)
	}
	if len(did) > 0 {
		fmt.Fprintln(io.out, "      → "+line(strings.Join(did, "; ")))
	}
}

// setBy is what a rule changes about an event.
func setBy(s *rules.Set) (did []string) {
	if s == nil {
		return nil
	}
	for _, f := range [...]struct{ name, value string }{
		{"priority", s.Priority}, {"team", s.Team}, {"service", s.Service}, {"title", s.Title}, {"description", s.Description},
		{"link", s.Link}, {"runbook", s.Runbook}, {"tags", strings.Join(s.Tags, ", ")}, {"labels", pairs(s.Labels)}, {"details", pairs(s.Details)},
	} {
		if f.value != "" {
			did = append(did, "sets "+f.name+" "+f.value)
		}
	}
	return did
}

// steps prints who would be paged, when, over which ways, and who is missing and why.
func (io stdio) steps(x api.Explanation) {
	if len(x.Steps) == 0 {
		return
	}
	fmt.Fprintln(io.out, "\nIf nobody acknowledges")
	for _, s := range x.Steps {
		unless := ""
		if s.Unless == "closed" {
			unless = ", even if acknowledged"
		}
		fmt.Fprintf(io.out, "  step %d, after %s, %s: %s%s\n", s.Step, shortened(s.After), io.exactly(s.At.Time), strings.Join(s.Targets, ", "), unless)
		for _, u := range s.Users {
			io.planned(u, s.At.Time)
		}
		for _, c := range s.Channels {
			fmt.Fprintln(io.out, "      channel "+line(c))
		}
		for _, m := range s.Missing {
			fmt.Fprintln(io.out, "      "+io.paint(red, line(m)))
		}
		if len(s.Users)+len(s.Channels) == 0 {
			fmt.Fprintln(io.out, "      "+io.paint(red, "nobody: the next step is taken at once"))
		}
	}
	if r := x.Repeat; r != nil {
		fmt.Fprintf(io.out, "  then again from step %d, %s, every %s\n", r.FromStep, count(r.Times, "time"), shortened(r.Every))
	}
	if x.Fallback != "" && x.Fallback != x.Policy {
		fmt.Fprintf(io.out, "  when that reaches nobody, or is at its end: policy %s\n", x.Fallback)
	}
}

// planned prints who would be paged, and over which ways how long after the step.
func (io stdio) planned(u api.PlannedUser, step time.Time) {
	var ways []string
	for _, w := range u.Ways {
		way := w.Via
		if late := w.At.Sub(step); late > 0 {
			way += " after " + shortened(late.String())
		}
		ways = append(ways, way)
	}
	if len(ways) == 0 {
		fmt.Fprintln(io.out, "      "+io.paint(red, line(u.User)+": no way to reach them works"))
		return
	}
	fmt.Fprintln(io.out, "      "+line(u.User)+": "+strings.Join(ways, ", "))
}

// shortened is a duration without the units that are zero: 10m for 10m0s.
func shortened(d string) string {
	if strings.HasSuffix(d, "m0s") {
		d = strings.TrimSuffix(d, "0s")
	}
	if strings.HasSuffix(d, "h0m") {
		d = strings.TrimSuffix(d, "0m")
	}
	return d
}

func pairs(m map[string]string) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, k+"="+m[k])
	}
	return strings.Join(list, ", ")
}

// facts are names and values, one on a line; those without a value are left out.
type facts [][2]string

func (f *facts) add(name, value string) {
	if value != "" {
		*f = append(*f, [2]string{name, value})
	}
}

func (io stdio) facts(f facts) {
	widest := 0
	for _, fact := range f {
		widest = max(widest, len(fact[0]))
	}
	for _, fact := range f {
		fmt.Fprintf(io.out, "  %s%s\n", io.paint(faint, fmt.Sprintf("%-*s", widest+2, fact[0])), line(fact[1]))
	}
}
