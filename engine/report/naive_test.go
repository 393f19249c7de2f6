package report_test

import (
	"fmt"
	"math/big"
	"slices"
	"sort"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/report"
)

// records are a whole history.
type records struct {
	Alerts      []*alert.State
	Incidents   []*incident.State
	Postmortems []*postmortem.State
	Deployments []*deployment.State
}

// naive computes the numbers of a span from the records, one number after the other, in the plainest way: it shares
// nothing with the program but the records.
type naive struct {
	records
	span  report.Span
	since time.Time // the beginning of the period that the span is a part of
	now   time.Time
	zones map[string]*time.Location
	zone  *time.Location

	everyIncident []*incident.State // of those that are not in the records, too
}

func (n naive) in(t time.Time) bool {
	return t.UnixNano() >= n.span.From.UnixNano() && t.UnixNano() < n.span.To.UnixNano()
}

// begun are the alerts of the span.
func (n naive) begun() (list []*alert.State) {
	for _, a := range n.Alerts {
		if a.Integration != "tocsin:canary" && a.Responds == "" && n.in(a.CreatedAt) {
			list = append(list, a)
		}
	}
	return list
}

func firstAck(a *alert.State) (time.Time, bool) {
	for _, e := range a.Timeline {
		if e.Kind == "acked" || e.Kind == "snoozed" {
			return e.At, true
		}
	}
	return a.AckedAt, !a.AckedAt.IsZero()
}

func had(a *alert.State, kind string, until time.Time) bool {
	for _, e := range a.Timeline {
		if e.Kind == kind && !e.At.After(until) {
			return true
		}
	}
	return false
}

var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// numbers are all of them by name, each as text.
func (n naive) numbers() map[string]string {
	out := map[string]string{}
	number := func(name string, v int) { out[name] = fmt.Sprintf("%d: %d", v, v) }

	var acks, closes []time.Duration
	exhausted, ended, unseen := 0, 0, 0
	for _, a := range n.begun() {
		if at, ok := firstAck(a); ok {
			from := a.CreatedAt
			for _, e := range a.Timeline {
				if e.Kind == "reopened" && e.At.Before(at) {
					from = e.At
				}
			}
			acks = append(acks, at.Sub(from))
		}
		if a.Status == alert.Closed {
			closes = append(closes, a.ClosedAt.Sub(a.CreatedAt))
			ended++
			if _, ok := firstAck(a); !ok && a.ClosedBy == "" {
				unseen++
			}
		}
		if !a.ExhaustedAt.IsZero() || had(a, "exhausted", forever) {
			exhausted++
		}
	}
	number("alerts", len(n.begun()))
	out["mtta"], out["mttr"] = took(acks), took(closes)
	number("exhausted", exhausted)
	out["closed_unseen"] = percent(unseen, ended)
	number("flapping", n.flapping())

	pages, night, nights := n.pages()
	number("pages", pages)
	number("night_pages", night)
	number("interrupted_nights", nights)

	number("incidents", len(n.opened()))
	out["time_to_detect"] = n.between("impact_start", "detected")
	out["time_to_engage"] = n.between("detected", "engaged")
	out["time_to_mitigate"] = n.between("impact_start", "mitigated")
	out["time_to_fix"] = n.between("impact_start", "resolved")
	n.changes(out)
	monitoring, customers := 0, 0
	for _, i := range n.opened() {
		early := !i.DetectedAt.IsZero() && i.DetectedAt.Sub(i.OpenedAt) <= 0
		if i.DetectedBy == "monitoring" || i.DetectedBy == "" && (i.OpenedBy == "" || early) {
			monitoring++
		}
		if i.DetectedBy == "customer" {
			customers++
		}
	}
	out["detected_by_monitoring"] = percent(monitoring, len(n.opened()))
	out["detected_by_customers"] = percent(customers, len(n.opened()))

	due, kept := 0, 0
	actions, done := 0, 0
	for _, p := range n.Postmortems {
		promise := p.DueAt
		if len(p.Moves) > 0 {
			promise = p.Moves[0].From
		}
		if p.Status != "waived" && n.in(promise) && n.now.Sub(promise) >= 0 {
			due++
			if p.Status == "completed" && p.CompletedAt.Sub(promise) <= 0 {
				kept++
			}
		}
		for _, a := range p.Actions {
			promise := a.DueAt
			if len(a.Moves) > 0 {
				promise = a.Moves[0].From
			}
			if promise.IsZero() || !n.in(promise) || n.now.Sub(promise) < 0 {
				continue
			}
			actions++
			if a.Done && a.DoneAt.Sub(promise) <= 0 {
				done++
			}
		}
	}
	out["postmortems_on_time"], out["actions_on_time"] = percent(kept, due), percent(done, actions)
	return out
}

func (n naive) opened() (list []*incident.State) {
	for _, i := range n.Incidents {
		if n.in(i.OpenedAt) {
			list = append(list, i)
		}
	}
	return list
}

func (n naive) between(from, to incident.Moment) string {
	var all []time.Duration
	for _, i := range n.opened() {
		if end := i.Time(to).At; !end.IsZero() {
			all = append(all, end.Sub(i.Time(from).At))
		}
	}
	return took(all)
}

// message is what a person got, perhaps about several alerts.
type message struct {
	user  string
	at    time.Time
	about time.Time
}

func (n naive) messages() (list []message) {
	bundles := map[string][]message{}
	for _, a := range n.Alerts {
		if a.Integration == "tocsin:canary" {
			continue
		}
		for _, p := range a.Pages {
			if p.Kind != "" || p.User == "" || p.SentAt.IsZero() || p.Status != page.Sent && p.Status != page.Delivered {
				continue
			}
			m := message{p.User, p.SentAt, a.CreatedAt}
			if p.Bundle == "" {
				list = append(list, m)
			} else {
				bundles[p.Bundle] = append(bundles[p.Bundle], m)
			}
		}
	}
	for _, parts := range bundles {
		whole := parts[0]
		for _, m := range parts {
			if m.at.Before(whole.at) {
				whole.at = m.at
			}
			if m.about.After(whole.about) {
				whole.about = m.about
			}
		}
		list = append(list, whole)
	}
	return list
}

func (n naive) pages() (pages, night, nights int) {
	interrupted := map[string]bool{}
	for _, m := range n.messages() {
		if !n.in(m.at) || m.about.Before(n.since.Add(-7*24*time.Hour)) {
			continue
		}
		pages++
		local := n.local(m)
		if h := local.Hour(); h >= 22 || h < 6 {
			night++
			evening := local
			if h < 6 {
				evening = time.Date(local.Year(), local.Month(), local.Day()-1, 12, 0, 0, 0, time.UTC)
			}
			interrupted[m.user+evening.Format(" 2006-01-02")] = true
		}
	}
	return pages, night, len(interrupted)
}

func (n naive) local(m message) time.Time {
	zone := n.zones[m.user]
	if zone == nil {
		zone = n.zone
	}
	return m.at.In(zone)
}

// hours are the pages by the hour of the week.
func (n naive) hours() (table [7][24]int) {
	days := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
	for _, m := range n.messages() {
		if n.in(m.at) && !m.about.Before(n.since.Add(-7*24*time.Hour)) {
			table[slices.Index(days, n.local(m).Weekday())][n.local(m).Hour()]++
		}
	}
	return table
}

func (n naive) flapping() (found int) {
	began := map[[2]string][]time.Time{}
	for _, a := range n.begun() {
		key := [2]string{a.Integration, a.DedupKey}
		began[key] = append(began[key], a.CreatedAt)
		for _, e := range a.Timeline {
			if e.Kind == "reopened" && n.in(e.At) {
				began[key] = append(began[key], e.At)
			}
		}
	}
	for _, times := range began {
		yes := false
		for _, first := range times {
			near := 0
			for _, t := range times {
				if d := t.Sub(first); d >= 0 && d <= time.Hour {
					near++
				}
			}
			yes = yes || near >= 3
		}
		if yes {
			found++
		}
	}
	return found
}

// steps are the alerts that page somebody, by the step after which they were acknowledged.
func (n naive) steps() map[string]int {
	out := map[string]int{}
	for _, a := range n.begun() {
		if a.Policy == "" {
			continue
		}
		at, ok := firstAck(a)
		name := "before"
		switch {
		case !ok:
			name = "never"
		case had(a, "repeat", at) || had(a, "fallback", at):
			name = "again"
		default:
			for step := 1; step <= 9; step++ {
				for _, p := range a.Pages {
					if p.Kind == "" && p.Step == step && !p.SentAt.IsZero() && p.SentAt.Sub(at) <= 0 {
						name = fmt.Sprint(step)
					}
				}
			}
		}
		out[name]++
	}
	return out
}

// took sums up durations with exact fractions.
func took(all []time.Duration) string {
	if len(all) == 0 {
		return "0: nothing"
	}
	var ms []int
	sum := new(big.Rat)
	for _, d := range all {
		n := int(max(0, d) / time.Millisecond)
		ms = append(ms, n)
		sum.Add(sum, big.NewRat(int64(n), 1000))
	}
	sort.Ints(ms)
	mean := sum.Quo(sum, big.NewRat(int64(len(ms)), 1))
	// The smallest value that is not exceeded by so many of 100.
	rank := func(percent int) string {
		for i := range ms {
			if (i+1)*100 >= percent*len(ms) {
				return big.NewRat(int64(ms[i]), 1000).FloatString(3)
			}
		}
		return ""
	}
	return fmt.Sprintf("%d: %s, half %s, 90%% %s", len(ms), mean.FloatString(3), rank(50), rank(90))
}

func percent(part, whole int) string {
	if whole == 0 {
		return "0: nothing"
	}
	return fmt.Sprintf("%d: %s%%", whole, big.NewRat(int64(100*part), int64(whole)).FloatString(2))
}

// changes are the numbers of deployments, and of what came of telling people.
func (n naive) changes(out map[string]string) {
	var delays, restores []time.Duration
	for _, i := range n.opened() {
		if len(i.Updates) > 0 {
			delays = append(delays, i.Updates[0].At.Sub(i.Time("detected").At))
		}
		if end := i.Time("mitigated").At; i.Cause.Deployment != "" && !end.IsZero() {
			restores = append(restores, end.Sub(i.Time("impact_start").At))
		}
	}
	shipped, failed := 0, 0
	for _, d := range n.Deployments {
		if d.Status != "succeeded" || d.Tier != "" && d.Tier != "production" || !n.in(d.FinishedAt) {
			continue
		}
		shipped++
		for _, i := range n.everyIncident {
			if i.Cause.Deployment == fmt.Sprintf("DEP-%d", d.Number) {
				failed++
				break
			}
		}
	}
	out["communication_delay"], out["time_to_restore"] = took(delays), took(restores)
	out["change_failure_rate"] = percent(failed, shipped)
	out["deployment_frequency"] = "0: nothing"
	over := n.span.To
	if n.now.Before(over) {
		over = n.now
	}
	if ms := over.UnixMilli() - n.span.From.UnixMilli(); ms > 0 {
		out["deployment_frequency"] = fmt.Sprintf("%d: %s a day", shipped, big.NewRat(int64(shipped)*86_400_000, ms).FloatString(3))
	}
}
