package alert

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Wake is the earliest thing that the alert is waiting for, zero when it waits for nothing.
func (s *State) Wake(env Env) time.Time {
	var at earliest
	for i := range s.Pages {
		at.add(s.Pages[i].Wake())
	}
	for i := range s.Posts {
		at.add(s.Posts[i].wake())
	}
	for i := range s.Runs {
		at.add(s.nextAt(i, env))
	}
	at.add(s.ackTimeout())
	at.add(s.IncidentDue)
	switch s.Status {
	case Closed:
		at.add(s.GoneAt(env))
	default:
		at.add(s.SnoozedUntil)
		at.add(s.ExpiresAt)
	}
	return at.time
}

// GoneAt is when a closed alert is deleted; zero for never.
func (s *State) GoneAt(env Env) time.Time {
	keep := env.Dir.Retention.Alerts
	if s.Status != Closed || keep <= 0 || s.WantIncident {
		return time.Time{}
	}
	return s.ClosedAt.Add(keep)
}

// NextStep is when the policy notifies somebody next, and which targets; for people to read.
func (s *State) NextStep(env Env) (at time.Time, targets []string) {
	for i := range s.Runs {
		run := &s.Runs[i]
		if run.Over || run.Next >= len(run.Policy.Steps) {
			continue
		}
		if next := s.nextAt(i, env); !next.IsZero() && (at.IsZero() || next.Before(at)) {
			at, targets = next, nil
			for _, t := range run.Policy.Steps[run.Next].Notify {
				targets = append(targets, t.String())
			}
		}
	}
	return at, targets
}

type earliest struct{ time time.Time }

func (e *earliest) add(t time.Time) {
	if !t.IsZero() && (e.time.IsZero() || t.Before(e.time)) {
		e.time = t
	}
}

// Lists are the lists that the alert is found in: one by its state and priority, one for every person it
// has paged while it is not closed, and one for every bundle that carried it.
func (s *State) Lists() []string {
	lists := []string{ListOf(s.Status, s.Priority)}
	seen := map[string]bool{}
	put := func(name string) {
		if !seen[name] {
			seen[name] = true
			lists = append(lists, name)
		}
	}
	if s.Status == Open && !s.ExhaustedAt.IsZero() {
		put(ListExhausted)
	}
	for i := range s.Pages {
		p := &s.Pages[i]
		if s.Active() && p.User != "" && p.Kind == page.Escalation && p.Attempts > 0 {
			put(ListPaged(p.User))
		}
		if p.Bundle != "" {
			put(ListBundle(p.Bundle))
		}
	}
	return lists
}

// ListExhausted holds the alerts for which everything was tried.
const ListExhausted = "exhausted"

// ListOf names the list of a state and priority. Closed alerts share one.
func ListOf(status Status, priority string) string {
	if status == Closed {
		return string(Closed)
	}
	return string(status) + "/" + priority
}

// ListPaged names the list of the alerts that have paged a person.
func ListPaged(user string) string { return "paged/" + user }

// ListBundle names the list of the alerts that were sent in one message.
func ListBundle(id string) string { return "bundle/" + id }

// Keys are the lookup keys by which the alert is found.
func (s *State) Keys() []string { return []string{Key(s.Integration, s.DedupKey)} }

// Key is the lookup key of a dedup key; its shard is that of the alert.
func Key(integration, dedup string) string { return "dedup/" + integration + "\x00" + dedup }
