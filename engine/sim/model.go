package sim

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// What an alert waits for, read off its state by the words of the design (section 4), not by the engine's code.

// debt is something that must be done at a time.
type debt struct {
	at   time.Time
	what string
	page bool // a page or a post: may have to wait for a place at its provider
}

const atOnce = "at once"

// debts are all that the alert waits for. What is due at once has the time of what made it so.
func debts(s *alert.State, retention time.Duration) (list []debt) {
	add := func(at time.Time, what string, page bool) {
		if !at.IsZero() {
			list = append(list, debt{at, what, page})
		}
	}
	for _, p := range s.Pages {
		switch p.Status {
		case page.Pending:
			add(p.DueAt, "a page", true)
		case page.Sending:
			add(p.LeaseUntil, "the end of a claim", true)
		}
	}
	if s.Status == alert.Closed {
		if retention > 0 && (!s.WantIncident || len(s.Holds) > 0) {
			add(s.ClosedAt.Add(retention), "the end of retention", false)
		}
		return list
	}
	add(s.ExpiresAt, "expiry", false)
	for _, h := range s.Holds {
		add(h.Until, "the end of a hold", false)
	}
	if len(s.Holds) == 0 && s.Status != alert.Snoozed {
		add(s.StaleAt, "the end of the time without events", false)
	}
	add(s.SnoozedUntil, "the end of the snooze", false)
	if s.Status == alert.Acked && len(s.Runs) > 0 && s.Runs[0].Policy.AckTimeout > 0 {
		add(s.AckedAt.Add(s.Runs[0].Policy.AckTimeout), "the end of the acknowledgement", false)
	}
	for i := range s.Runs {
		if at, what := nextOf(s, &s.Runs[i]); what != "" {
			add(at, what, false)
		}
	}
	return list
}

// nextOf is what a run does next, "" for nothing.
func nextOf(s *alert.State, r *alert.Run) (at time.Time, what string) {
	if r.Over || len(s.Holds) > 0 {
		return at, ""
	}
	steps := r.Policy.Steps
	switch s.Status {
	case alert.Acked:
		for n := r.Next; n < len(steps); n++ {
			if steps[n].Unless == policy.UnlessClosed {
				return r.Base.Add(offset(r, n)), "a step that comes all the same"
			}
		}
		return at, ""
	case alert.Open:
	default:
		return at, ""
	}
	lost := reachedNobody(s, r)
	last := r.LastAt
	if last.IsZero() {
		last = r.Base
	}
	switch {
	case r.Next < len(steps) && lost:
		return last, atOnce + ": the step before reached nobody"
	case r.Next < len(steps):
		return r.Base.Add(offset(r, r.Next)), "a step"
	case lost && !heard(s, r) && !fallenBack(s):
		return last, atOnce + ": nobody heard of it, and there is the fallback"
	case r.Round < r.Policy.Repeat.Times:
		return later(r.Base.Add(r.Policy.Repeat.Every), r.LastAt), "the next round"
	case lost:
		return last, atOnce + ": the last step reached nobody"
	}
	return r.LastAt.Add(grace(r)), "giving up"
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func grace(r *alert.Run) time.Duration {
	if r.Policy.ExhaustedAfter > 0 {
		return r.Policy.ExhaustedAfter
	}
	return 5 * time.Minute
}

func firstOf(r *alert.Run) int {
	if r.Round == 0 {
		return 0
	}
	return r.Policy.Repeat.From
}

func offset(r *alert.Run, n int) time.Duration {
	d := r.Policy.Steps[n].After
	if r.Round > 0 {
		d -= r.Policy.Steps[firstOf(r)].After
	}
	return d
}

func fallenBack(s *alert.State) bool {
	for _, r := range s.Runs {
		if r.Fallback {
			return true
		}
	}
	return false
}

// ofStep are the pages of the step that a run took last in its present round.
func ofStep(s *alert.State, r *alert.Run) (pages []page.Page) {
	for _, p := range s.Pages {
		if p.Kind == page.Escalation && p.Run == r.ID && p.Round == r.Round && p.Step == r.Next && p.Step > 0 {
			pages = append(pages, p)
		}
	}
	return pages
}

// reachedNobody reports whether the step taken last had nobody to page or every page of its people (of its
// places, where it has no people) failed for good.
func reachedNobody(s *alert.State, r *alert.Run) bool {
	if r.Next <= firstOf(r) {
		return false
	}
	people, places, hope := false, false, map[bool]bool{}
	for _, p := range ofStep(s, r) {
		person := p.User != ""
		people, places = people || person, places || !person
		if p.Status != page.Failed {
			hope[person] = true
		}
	}
	if people {
		return !hope[true]
	}
	return !places || !hope[false]
}

// heard reports whether any page of the round got through.
func heard(s *alert.State, r *alert.Run) bool {
	for _, p := range s.Pages {
		if p.Kind == page.Escalation && p.Run == r.ID && p.Round == r.Round && p.Step > 0 && (p.Status == page.Sent || p.Status == page.Delivered) {
			return true
		}
	}
	return false
}
