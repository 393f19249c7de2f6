package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/report"
)

func zoneOf(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// said writes a value as naive does.
func said(unit report.Unit, v report.Value) string {
	switch {
	case v.Value == nil:
		return fmt.Sprintf("%d: nothing", v.Of)
	case unit == report.Count:
		return fmt.Sprintf("%d: %.0f", v.Of, *v.Value)
	case unit == report.PerDay:
		return fmt.Sprintf("%d: %.3f a day", v.Of, *v.Value)
	case unit == report.Percent:
		return fmt.Sprintf("%d: %.2f%%", v.Of, *v.Value)
	}
	return fmt.Sprintf("%d: %.3f, half %.3f, 90%% %.3f", v.Of, *v.Value, *v.Median, *v.P90)
}

// drawing makes a random history around a period, of which many times are equal or at the edges.
type drawing struct {
	*rapid.T
	report.Period
}

func (d drawing) at(label string) time.Time {
	from, to := d.Before.From.Add(-9*24*time.Hour), d.To.Add(24*time.Hour)
	if d.often(label + " at an edge") {
		edge := pick(d, label+" edge", d.Before.From, d.From, d.From, d.To)
		return edge.Add(pick[time.Duration](d, label+" from the edge", -10_081, -10_080, -10_079, -61, -1, 0, 1, 7, 45, 60, 600) * time.Minute).UTC()
	}
	ms := rapid.IntRange(0, int(to.Sub(from)/time.Millisecond)).Draw(d.T, label)
	return from.Add(time.Duration(ms) * time.Millisecond).UTC()
}

// after is a time after another, mostly soon.
func (d drawing) after(at time.Time, label string) time.Time {
	at = at.Add(pick[time.Duration](d, label, 0, 1, 1, 7, 45, 60, 600, 10_080) * time.Minute)
	if !d.often(label + " to the minute") {
		at = at.Add(time.Duration(rapid.IntRange(1, 90_000).Draw(d.T, label+" ms")) * time.Millisecond)
	}
	return at
}

func pick[T any](d drawing, label string, of ...T) T { return rapid.SampledFrom(of).Draw(d.T, label) }

func (d drawing) often(label string) bool { return pick(d, label, true, true, false) }

func (d drawing) alert(number uint64) *alert.State {
	a := &alert.State{
		Number: number, Title: fmt.Sprintf("Alert %d", number), Integration: pick(d, "integration", "prom", "prom", "json", "tocsin:canary"),
		DedupKey: pick(d, "key", "disk", "cpu", "net"), Priority: pick(d, "priority", "P1", "P3"), Team: pick(d, "team", "ops", "web", ""),
		Service: pick(d, "service", "shop", "pay"), Policy: pick(d, "policy", "standard", "standard", ""), Status: alert.Open,
		Responds: pick(d, "responds", "", "", "", "team:ops"), CreatedAt: d.at("created"),
	}
	last := a.CreatedAt
	for range rapid.IntRange(0, 5).Draw(d.T, "entries") {
		last = d.after(last.Add(time.Millisecond*time.Duration(min(1, len(a.Timeline)))), "entry")
		e := alert.Entry{At: last, Kind: pick(d, "kind", "acked", "acked", "snoozed", "reopened", "repeat", "fallback", "exhausted", "note")}
		a.Timeline = append(a.Timeline, e)
		if e.Kind == "acked" {
			a.AckedAt, a.AckedBy = e.At, "ethan"
		}
		if e.Kind == "exhausted" && d.often("exhausted still") {
			a.ExhaustedAt = e.At
		}
	}
	if d.often("closed") {
		a.Status, a.ClosedAt, a.ClosedBy = alert.Closed, d.after(last, "close"), pick(d, "closer", "", "amir")
	}
	for n := range rapid.IntRange(0, 4).Draw(d.T, "pages") {
		p := page.Page{
			N: n + 1, Kind: pick(d, "page kind", page.Escalation, page.Escalation, page.Notice), Step: rapid.IntRange(0, 3).Draw(d.T, "step"),
			User: pick(d, "user", "ethan", "amir", "jason", ""), Status: pick(d, "page status", page.Sent, page.Delivered, page.Failed, page.Pending),
		}
		if p.Status != page.Pending {
			p.SentAt = d.after(a.CreatedAt, "sent")
		}
		if bundle := rapid.IntRange(0, 6).Draw(d.T, "bundle"); bundle < 2 && p.User != "" {
			p.Bundle = fmt.Sprintf("%s-%d", p.User, bundle) // a message goes to one person
		}
		a.Pages = append(a.Pages, p)
	}
	return a
}

func (d drawing) incident(number uint64) *incident.State {
	i := &incident.State{
		Number: number, Title: fmt.Sprintf("Incident %d", number), Priority: pick(d, "priority", "P1", "P3"), Team: pick(d, "team", "ops", "web"),
		Service: pick(d, "service", "shop", ""), Services: []string{"pay"}, OpenedAt: d.at("opened"), OpenedBy: pick(d, "opener", "", "amir"),
		DetectedBy: pick(d, "detector", "", "", incident.ByCustomer, incident.ByStaff, incident.ByMonitoring), Status: incident.Open,
	}
	if d.often("has an alert") {
		i.DetectedAt = i.OpenedAt.Add(time.Duration(rapid.IntRange(-9, 9).Draw(d.T, "detected")) * time.Minute)
		i.StartedAt = i.DetectedAt.Add(-time.Duration(rapid.IntRange(0, 99).Draw(d.T, "started")) * time.Second)
	}
	if d.often("told") {
		i.Updates = []incident.StatusUpdate{{At: d.after(i.OpenedAt, "told")}, {At: d.after(i.OpenedAt, "told again")}}
	}
	if d.often("caused") {
		i.Cause.Deployment = pick(d, "cause", "DEP-1", "DEP-2", "DEP-3", "DEP-99")
	}
	if d.often("engaged") {
		i.EngagedAt = d.after(i.OpenedAt, "engaged")
	}
	if d.often("mitigated") {
		i.MitigatedAt = d.after(i.OpenedAt, "mitigated")
	}
	if d.often("resolved") {
		i.ResolvedAt = d.after(i.OpenedAt, "resolved")
	}
	if d.often("as recorded") {
		return i
	}
	i.Times = map[incident.Moment]incident.Time{pick(d, "moment", incident.Moments[:]...): {At: d.after(i.OpenedAt.Add(-time.Hour), "set"), By: "amir"}}
	return i
}

func (d drawing) postmortem(number uint64) *postmortem.State {
	p := &postmortem.State{
		Number: number, Priority: "P1", Team: pick(d, "team", "ops", "web"), Service: "shop", DueAt: d.at("due"),
		Status: pick(d, "status", postmortem.Open, postmortem.Completed, postmortem.Waived),
	}
	if p.Status == postmortem.Completed {
		p.CompletedAt = p.DueAt.Add(pick[time.Duration](d, "completed", -600, -1, 0, 1, 600) * time.Minute)
	}
	if d.often("moved") {
		p.Moves = []postmortem.Move{{From: d.at("promised"), To: p.DueAt}}
	}
	for range rapid.IntRange(0, 3).Draw(d.T, "actions") {
		a := postmortem.Item{}
		if d.often("has a date") {
			a.DueAt = d.at("action due")
		}
		if d.often("was moved") && !a.DueAt.IsZero() {
			a.Moves = []postmortem.Move{{From: d.at("action promised"), To: a.DueAt}}
		}
		if d.often("done") {
			a.Done, a.DoneAt = true, a.Promised().Add(pick[time.Duration](d, "done at", -600, 0, 1)*time.Minute)
		}
		p.Actions = append(p.Actions, a)
	}
	return p
}

func (d drawing) deployment(number uint64) *deployment.State {
	return &deployment.State{
		Number: number, Status: pick(d, "deployed", deployment.Succeeded, deployment.Succeeded, deployment.Failed), Service: "shop",
		Tier: pick(d, "tier", deployment.Production, "", deployment.Staging), FinishedAt: d.at("finished"),
	}
}

// Every number of a report is computed again from all records, by code that has nothing in common with it.
func TestEveryNumberIsWhatARecomputationInThePlainestWaySays(t *testing.T) {
	t.Parallel()
	zones := map[string]*time.Location{"ethan": zoneOf(t, "America/Santiago"), "amir": zoneOf(t, "Asia/Kathmandu")}
	zone := zoneOf(t, "Europe/Berlin")
	now := time.Date(2026, 10, 27, 9, 30, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom([]string{"7d", "month", "2026-03", "2026-W36", "quarter", "2026-10-25", "2026", "last-month"}).Draw(rt, "period")
		period, err := report.Named(name, zone, now)
		if err != nil {
			rt.Fatal(err)
		}
		d := drawing{rt, period}
		var all records
		for n := range rapid.IntRange(0, 40).Draw(rt, "alerts") {
			all.Alerts = append(all.Alerts, d.alert(uint64(n+1)))
		}
		for n := range rapid.IntRange(0, 12).Draw(rt, "incidents") {
			all.Incidents = append(all.Incidents, d.incident(uint64(n+1)))
		}
		for n := range rapid.IntRange(0, 6).Draw(rt, "postmortems") {
			all.Postmortems = append(all.Postmortems, d.postmortem(uint64(n+1)))
		}
		for n := range rapid.IntRange(0, 6).Draw(rt, "deployments") {
			all.Deployments = append(all.Deployments, d.deployment(uint64(n+1)))
		}
		r := compute(rt, report.Input{Period: period, Zone: zone, Zones: zones, Now: now, By: report.ByTeam}, all)

		slow := naive{records: all, everyIncident: all.Incidents, now: now, zones: zones, zone: zone}
		of := func(s report.Span, since time.Time) naive {
			n := slow
			n.span, n.since = s, since
			return n
		}
		compare := func(what string, want map[string]string, got map[string]string) {
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("%s of %s (-slow +report)\n%s", what, name, diff)
			}
		}
		this, last := of(period.Span, period.From), of(period.Before, period.Before.From)
		now, before := map[string]string{}, map[string]string{}
		units := map[string]report.Unit{}
		for _, n := range r.Numbers {
			now[n.Name], before[n.Name], units[n.Name] = said(n.Unit, n.Now), said(n.Unit, n.Before), n.Unit
		}
		compare("the period", this.numbers(), now)
		compare("the period before", last.numbers(), before)
		for _, p := range r.Trend {
			want, got := of(p.Span, period.From).numbers(), map[string]string{}
			for name, v := range p.Values {
				got[name] = said(units[name], v)
			}
			delete(want, "flapping")
			compare("the trend at "+p.From.String(), want, got)
		}
		steps := map[string]int{}
		for _, s := range r.Steps {
			if s.Alerts > 0 {
				steps[s.Step] = s.Alerts
			}
		}
		if diff := cmp.Diff(this.steps(), steps); diff != "" {
			rt.Fatalf("steps (-slow +report)\n%s", diff)
		}
		if diff := cmp.Diff(this.hours(), r.Hours); diff != "" {
			rt.Fatalf("hours (-slow +report)\n%s", diff)
		}
		for _, g := range r.Groups {
			n := this
			n.records = of1(all, g.Name)
			got := map[string]string{}
			for _, v := range g.Numbers {
				got[v.Name] = said(v.Unit, v.Now)
			}
			compare("team "+g.Name, n.numbers(), got)
		}
	})
}

// of1 are the records of one team.
func of1(all records, team string) (one records) {
	for _, a := range all.Alerts {
		if a.Team == team {
			one.Alerts = append(one.Alerts, a)
		}
	}
	for _, i := range all.Incidents {
		if i.Team == team {
			one.Incidents = append(one.Incidents, i)
		}
	}
	for _, p := range all.Postmortems {
		if p.Team == team {
			one.Postmortems = append(one.Postmortems, p)
		}
	}
	if team == "ops" {
		one.Deployments = all.Deployments
	}
	return one
}

// compute makes a report of records.
func compute(t interface{ Fatal(...any) }, in report.Input, all records) *report.Report {
	f, err := report.New(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all.Alerts {
		f.Alert(a)
	}
	for _, i := range all.Incidents {
		f.Incident(i)
	}
	for _, d := range all.Deployments {
		f.Deployment(d, "ops")
	}
	for _, p := range all.Postmortems {
		f.Postmortem(p)
	}
	return f.Report()
}
