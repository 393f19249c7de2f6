package main

import (
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

// How much a terminal shows; the other formats have all.
const (
	shownOutliers = 5
	shownPersons  = 20
)

// report prints a report for a terminal.
func (io stdio) report(r *report.Report) {
	fmt.Fprintln(io.out, io.paint(bold, r.Period.String()))
	fmt.Fprintf(io.out, "before: %s\n", report.Period{Span: r.Period.Before, Zone: r.Period.Zone})
	if text := chosen(r.Filter); text != "" {
		fmt.Fprintln(io.out, "only "+line(text))
	}
	fmt.Fprintln(io.out)
	io.numbers(r.Numbers)
	for _, n := range r.Numbers {
		io.outliers(n)
	}
	if len(r.Steps) > 0 {
		fmt.Fprintln(io.out, "\n"+io.paint(bold, "Acknowledged after"))
		t := table{head: []string{"STEP", "ALERTS", "NOW", "BEFORE"}}
		for _, s := range r.Steps {
			t.row(text(report.StepText(s.Step)), textf("%d", s.Alerts), text(report.Percent.Text(&s.Percent)), text(report.Percent.Text(s.Before.Value)))
		}
		io.table(t)
	}
	if len(r.People) > 0 {
		fmt.Fprintln(io.out, "\n"+io.paint(bold, "Who was paged"))
		t := table{head: []string{"PERSON", "PAGES", "AT NIGHT", "NIGHTS", "BEFORE", "AT NIGHT", "NIGHTS"}}
		for _, p := range r.People[:min(len(r.People), shownPersons)] {
			t.row(text(p.User), textf("%d", p.Pages), textf("%d", p.Night), textf("%d", p.Nights), textf("%d", p.Before.Pages), textf("%d", p.Before.Night), textf("%d", p.Before.Nights))
		}
		io.table(t)
	}
	if len(r.Frequent) > 0 {
		fmt.Fprintln(io.out, "\n"+io.paint(bold, "Most frequent"))
		t := table{head: []string{"ALERTS", "FIRED", "UNSEEN", "", "LATEST", "TITLE"}, wide: 5}
		for _, f := range r.Frequent {
			flaps := ""
			if f.Flapping {
				flaps = "flaps"
			}
			t.row(textf("%d", f.Alerts), textf("%d", f.Fired), textf("%d", f.Unseen), styled(yellow, flaps), textf("#%d", f.Latest), text(f.Title))
		}
		io.table(t)
	}
	for _, g := range r.Groups {
		name := g.Name
		if name == "" {
			name = "none"
		}
		fmt.Fprintln(io.out, "\n"+io.paint(bold, line(fmt.Sprintf("%s %s", r.By, name))))
		io.numbers(g.Numbers)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(io.out, io.paint(yellow, "! ")+line(n))
	}
}

func (io stdio) numbers(list []report.Number) {
	t := table{head: []string{"", "NOW", "MEDIAN", "P90", "OF", "BEFORE", ""}}
	for _, n := range list {
		change, good := n.Change()
		style := [...]style{red, plain, green}[good+1]
		of, median, p90 := "", "", ""
		if n.Unit != report.Count {
			of = fmt.Sprint(n.Now.Of)
		}
		if n.Unit == report.Seconds {
			median, p90 = n.Unit.Text(n.Now.Median), n.Unit.Text(n.Now.P90)
		}
		t.row(text(n.Title), text(n.Unit.Text(n.Now.Value)), text(median), text(p90), text(of), text(n.Unit.Text(n.Before.Value)), styled(style, change))
	}
	io.table(t)
}

// outliers prints what took far longer than the rest.
func (io stdio) outliers(n report.Number) {
	if len(n.Outliers) == 0 {
		return
	}
	fmt.Fprintf(io.out, "\n%s (%d)\n", io.paint(bold, n.Title+": far above the rest"), n.Far)
	t := table{head: []string{"TOOK", "", "TITLE"}, wide: 2}
	for _, o := range n.Outliers[:min(len(n.Outliers), shownOutliers)] {
		t.row(text(report.Took(o.Seconds)), text(o.Ref), text(o.Title))
	}
	io.table(t)
}

// chosen says what a filter keeps.
func chosen(f report.Filter) string {
	var parts []string
	add := func(what string, list []string) {
		if len(list) > 0 {
			parts = append(parts, what+" "+strings.Join(list, ", "))
		}
	}
	add("team", f.Teams)
	add("service", f.Services)
	add("priority", f.Priorities)
	return strings.Join(parts, "; ")
}
