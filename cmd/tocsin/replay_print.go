package main

import (
	"fmt"
	"math"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
)

// The terminal shows so many; --json and --html have all.
const (
	shownPatterns = 15
	shownPeople   = 20
)

// print shows a report in a terminal: the figures, then what changes, the worst first.
func (r *replayed) print(got *replay.Report) {
	fmt.Fprintf(r.out, "%s from %s to %s", count(got.Events, "event"), r.at(got.From), r.at(got.Until))
	if got.Approximate > 0 {
		fmt.Fprintf(r.out, ", of %d of which the time is not known exactly", got.Approximate)
	}
	fmt.Fprintln(r.out)
	r.figures(got)
	r.patterns(got)
	r.people(got)
	for _, n := range got.Notes {
		fmt.Fprintln(r.out, r.paint(yellow, "! ")+line(n))
	}
}

// figures prints the figures of both; those that are of no interest when both are zero are left out.
func (r *replayed) figures(got *replay.Report) {
	t := table{head: []string{"", "OLD", "NEW", ""}}
	number := func(name string, a, b int, always, bad bool) {
		if a == 0 && b == 0 && !always {
			return
		}
		style, change := plain, ""
		switch {
		case a == b:
		case a == 0:
			change = fmt.Sprintf("%+d", b)
		default:
			change = fmt.Sprintf("%+d (%+.0f%%)", b-a, 100*float64(b-a)/float64(a))
		}
		if bad && a != b {
			style = green
			if b > a {
				style = red
			}
		}
		t.row(text(name), textf("%d", a), textf("%d", b), styled(style, change))
	}
	seconds := func(name string, a, b float64) {
		change := ""
		if a != b {
			change = wait(b-a, "+")
		}
		t.row(text(name), text(wait(a, "")), text(wait(b, "")), text(change))
	}
	a, b := got.Old, got.New
	number("alerts", a.Alerts, b.Alerts, true, false)
	number("pages", a.Pages, b.Pages, true, true)
	number("  at night", a.NightPages, b.NightPages, true, true)
	number("interrupted nights", a.Nights, b.Nights, true, true)
	number("messages to channels", a.Channel, b.Channel, false, false)
	number("reached nobody", a.Unreached, b.Unreached, true, true)
	number("steps without anybody", a.EmptySteps, b.EmptySteps, false, true)
	number("went to the fallback", a.Fallback, b.Fallback, false, true)
	number("exhausted", a.Exhausted, b.Exhausted, false, true)
	number("matched by no rule", a.Unmatched, b.Unmatched, false, true)
	number("page nobody, by rule", a.Nobody, b.Nobody, false, false)
	number("held for a while", a.Held, b.Held, false, false)
	number("rules failed", a.RuleErrors, b.RuleErrors, false, true)
	number("incidents", a.Incidents, b.Incidents, false, false)
	seconds("first page, median", a.FirstPage50, b.FirstPage50)
	seconds("  95 of 100", a.FirstPage95, b.FirstPage95)
	seconds("  the longest", a.FirstPage, b.FirstPage)
	fmt.Fprintln(r.out)
	r.table(t)
}

// wait writes seconds; sign is put before what is not negative.
func wait(s float64, sign string) string {
	text := span(time.Duration(math.Abs(s) * float64(time.Second)).Round(time.Second))
	if s < 0 {
		return "-" + text
	}
	return sign + text
}

func (r *replayed) patterns(got *replay.Report) {
	if same := got.Unchanged(); same != "" {
		fmt.Fprintf(r.out, "\n%s\n", r.paint(green, same))
		return
	}
	fmt.Fprintf(r.out, "\n%s routed otherwise; %d more page otherwise. The worst first:\n", are(got.Changed, "alert"), got.Repaged)
	t := table{head: []string{"ALERTS", "BEFORE", "AFTER", "PAGES", "SUCH AS"}, wide: 4}
	for i, p := range got.Patterns {
		if i == shownPatterns {
			break
		}
		bad := plain
		if p.New.Unreached && !p.Old.Unreached {
			bad = red
		}
		t.row(textf("%d", p.Count), text(routeText(p.Old)), styled(bad, routeText(p.New)), bothCell(p.Old.Pages, p.New.Pages), text(p.Title))
	}
	r.table(t)
	if more := len(got.Patterns) - shownPatterns; more > 0 {
		fmt.Fprintf(r.out, "and %d more kinds of changes; --json and --html have all\n", more)
	}
}

func are(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}

// routeText is a route in a few words: P1 standard (databases), incident.
func routeText(r replay.Route) string {
	policy := r.Policy
	if policy == "" {
		policy = "nobody"
	}
	text := r.Priority + " " + policy
	if r.Team != "" {
		text += " of " + r.Team
	}
	text += " (" + r.Rule + ")"
	for _, also := range []struct {
		is   bool
		text string
	}{{r.Incident, "incident"}, {r.Held, "held"}, {r.Fallback, "fallback"}, {r.Unreached, "REACHES NOBODY"}} {
		if also.is {
			text += ", " + also.text
		}
	}
	return text
}

// bothCell is a number before and after; more is worse.
func bothCell(a, b int) cell {
	switch {
	case a == b:
		return textf("%d", a)
	case b > a:
		return styled(red, fmt.Sprintf("%d → %d", a, b))
	}
	return styled(green, fmt.Sprintf("%d → %d", a, b))
}

func (r *replayed) people(got *replay.Report) {
	if len(got.People) == 0 {
		return
	}
	fmt.Fprintln(r.out)
	t := table{head: []string{"PERSON", "PAGES", "AT NIGHT", "INTERRUPTED NIGHTS"}}
	for i, p := range got.People {
		if i == shownPeople {
			break
		}
		t.row(text(p.Name), bothCell(p.Old.Pages, p.New.Pages), bothCell(p.Old.NightPages, p.New.NightPages), bothCell(p.Old.Nights, p.New.Nights))
	}
	r.table(t)
	if more := len(got.People) - shownPeople; more > 0 {
		fmt.Fprintf(r.out, "and %d more people\n", more)
	}
}
