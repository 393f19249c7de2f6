// Package report draws what a replay found as a page for a browser and for paper: figures, pages of each person, when in
// the day they come, and the alerts of which something else becomes. The page needs nothing from elsewhere, runs no
// script, and what senders and configurations wrote is text in it. It does no I/O.
package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	_ "embed"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
)

// Options say what a page tells beside the report.
type Options struct {
	Old, New string // what the configurations are called
	Zone     *time.Location
}

// shown is how many changes the page lists; the patterns count all of them.
const shown = 500

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

// HTML is the page.
func HTML(r *replay.Report, o Options) string {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	v := view{
		Old: o.Old, New: o.New, Zone: o.Zone.String(), Events: r.Events, Approximate: r.Approximate,
		From: r.From.In(o.Zone).Format(day), Until: r.Until.In(o.Zone).Format(day),
		Changed: r.Changed, Repaged: r.Repaged, Unchanged: r.Unchanged(), Notes: r.Notes,
		Figures: figures(r), Bars: bars(r.People), Hours: hours(r.People),
	}
	for _, p := range r.Patterns {
		v.Patterns = append(v.Patterns, row{Count: p.Count, Title: p.Title, What: words(p.What), Old: routeOf(p.Old), New: routeOf(p.New)})
	}
	for i, c := range r.Changes {
		if i == shown {
			v.More = len(r.Changes) - shown
			break
		}
		v.Changes = append(v.Changes, change(c, o.Zone))
	}
	var b strings.Builder
	if err := page.Execute(&b, v); err != nil {
		return fmt.Sprintf("<!doctype html><p>The report cannot be written: %s</p>", template.HTMLEscapeString(err.Error()))
	}
	return b.String()
}

const day = "Mon 2 Jan 2006"

// view is what the page shows.
type view struct {
	Old, New, Zone, From, Until string
	Unchanged                   string // says that nothing is otherwise
	Events, Approximate         int
	Changed, Repaged, More      int
	Figures                     []figure
	Bars, Hours                 template.HTML
	Patterns                    []row
	Changes                     []row
	Notes                       []string
}

// figure is a number before and after.
type figure struct {
	Name, Old, New, Change string
	Class                  string // better, worse, or none
}

// row is a change, or many that are alike.
type row struct {
	Count       int
	At, Title   string
	Alert       uint64
	Integration string
	What        string
	Old, New    side
}

// side is one configuration's part of a row.
type side struct {
	Priority, Policy, Team, Rule, Paged, First string
	Flags                                      []flag
}

type flag struct{ Text, Class string }

func words(what []string) string {
	return strings.ReplaceAll(strings.Join(what, ", "), "_", " ")
}

func routeOf(r replay.Route) side {
	s := side{Priority: r.Priority, Policy: r.Policy, Team: r.Team, Rule: r.Rule, Paged: strings.Join(r.Paged, ", ")}
	if r.Pages > 0 {
		s.First = fmt.Sprintf("%d pages", r.Pages)
	}
	s.flag(r.Incident, "incident", "")
	s.flag(r.Held, "held", "")
	s.flag(r.Fallback, "fallback", "worse")
	s.flag(r.Unreached, "reaches nobody", "worse")
	return s
}

func (s *side) flag(is bool, text, class string) {
	if is {
		s.Flags = append(s.Flags, flag{text, class})
	}
}

func change(c replay.Change, zone *time.Location) row {
	fate := func(f replay.Fate) side {
		s := side{Priority: f.Priority, Policy: f.Policy, Team: f.Team, Rule: f.Rule, Paged: paged(f.Paged)}
		if f.FirstPage >= 0 {
			s.First = "after " + seconds(f.FirstPage)
		}
		s.flag(f.Incident, "incident", "")
		s.flag(f.Held, "held", "")
		s.flag(f.Fallback, "fallback", "worse")
		s.flag(f.Exhausted, "exhausted", "worse")
		s.flag(f.Unreached, "reaches nobody", "worse")
		return s
	}
	return row{At: c.At.In(zone).Format("2006-01-02 15:04"), Alert: c.Alert, Integration: c.Integration, Title: c.Title, What: words(c.What), Old: fate(c.Old), New: fate(c.New)}
}

// figures are the numbers of both, without those that both have not.
func figures(r *replay.Report) (list []figure) {
	number := func(name string, a, b int, always, bad bool) {
		if a == 0 && b == 0 && !always {
			return
		}
		f := figure{Name: name, Old: fmt.Sprint(a), New: fmt.Sprint(b)}
		if a != b {
			f.Change = fmt.Sprintf("%+d", b-a)
			if a > 0 {
				f.Change += fmt.Sprintf(" (%+.0f%%)", 100*float64(b-a)/float64(a))
			}
			switch {
			case bad && b > a:
				f.Class = "worse"
			case bad:
				f.Class = "better"
			}
		}
		list = append(list, f)
	}
	wait := func(name string, a, b float64) {
		f := figure{Name: name, Old: seconds(a), New: seconds(b)}
		switch {
		case b > a:
			f.Change, f.Class = "+"+seconds(b-a), "worse"
		case b < a:
			f.Change, f.Class = "−"+seconds(a-b), "better"
		}
		list = append(list, f)
	}
	a, b := r.Old, r.New
	number("Alerts", a.Alerts, b.Alerts, true, false)
	number("Pages to people", a.Pages, b.Pages, true, true)
	number("Pages at night", a.NightPages, b.NightPages, true, true)
	number("Interrupted nights", a.Nights, b.Nights, true, true)
	number("Alerts that reach nobody", a.Unreached, b.Unreached, true, true)
	number("Steps without anybody", a.EmptySteps, b.EmptySteps, false, true)
	number("Alerts that go to the fallback", a.Fallback, b.Fallback, false, true)
	number("Alerts that are exhausted", a.Exhausted, b.Exhausted, false, true)
	number("Alerts that no rule matches", a.Unmatched, b.Unmatched, false, true)
	number("Alerts that page nobody, by rule", a.Nobody, b.Nobody, false, false)
	number("Alerts that are held for a while", a.Held, b.Held, false, false)
	number("Alerts of which a rule failed", a.RuleErrors, b.RuleErrors, false, true)
	number("Messages to channels", a.Channel, b.Channel, false, false)
	number("Incidents", a.Incidents, b.Incidents, false, false)
	wait("First page, median", a.FirstPage50, b.FirstPage50)
	wait("First page, 95 of 100", a.FirstPage95, b.FirstPage95)
	wait("First page, the longest", a.FirstPage, b.FirstPage)
	return list
}

// seconds writes a duration: 45s, 2m30s, 1h5m.
func seconds(s float64) string {
	d := time.Duration(math.Round(s)) * time.Second
	text := d.String()
	if d >= time.Hour {
		text = d.Round(time.Minute).String()
	}
	for _, zero := range [...]string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = strings.TrimSuffix(text, zero[1:])
		}
	}
	return text
}
