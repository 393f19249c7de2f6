package alert

import (
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Waits names every time that the alert is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	for i := range s.Pages {
		add(s.Pages[i].Wake())
	}
	for i := range s.Posts {
		add(s.Posts[i].wake())
	}
	for i := range s.Runs {
		add(s.nextAt(i, env))
	}
	add(s.ackTimeout())
	if !s.Held() {
		add(s.IncidentDue)
	}
	if s.Answer != nil {
		add(s.Answer.Due)
	}
	if s.Feeding != nil {
		add(s.Feeding.Wake())
	}
	if s.Active() {
		for _, h := range s.Holds {
			add(h.Until)
			add(h.Look)
		}
		add(s.staleAt())
		add(s.SnoozedUntil)
		add(s.ExpiresAt)
	}
	add(s.GoneAt(env))
}

// GoneAt is when a closed alert is deleted; zero for never.
func (s *State) GoneAt(env Env) time.Time {
	keep := env.Dir.Retention.Alerts
	if s.Status != Closed || keep <= 0 || s.WantIncident && !s.Held() || s.Answer != nil || s.Feeding != nil && s.Feeding.Pending {
		return time.Time{}
	}
	return s.ClosedAt.Add(keep)
}

// NextStep is when the policy notifies somebody next, and whom; zero when it does not.
func (s *State) NextStep(env Env) (at time.Time, targets []policy.Target) {
	for i := range s.Runs {
		run := &s.Runs[i]
		n := s.nextStep(run)
		if run.Over || n >= len(run.Policy.Steps) {
			continue
		}
		if next := s.pace(i, env); !next.IsZero() && (at.IsZero() || next.Before(at)) {
			at, targets = next, run.Policy.Steps[n].Notify
		}
	}
	if s.Held() && !at.IsZero() {
		until := s.HeldUntil()
		if until.IsZero() || s.Require != nil {
			return time.Time{}, nil // nobody knows yet
		}
		at = at.Add(until.Sub(s.HeldAt))
	}
	return at, targets
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
	if s.Status == Open {
		for _, h := range s.Holds {
			put(ListHeld(h.Reason))
		}
	}
	if s.Blocks != "" {
		put(ListBlocking)
		put(ListBlockingOf(s.Service, s.Blocks == Urgency(true)))
	}
	for i := range s.Pages {
		p := &s.Pages[i]
		if s.Active() && p.User != "" && p.Kind == page.Escalation && p.Attempts > 0 {
			put(ListPaged(p.User))
		}
		if p.Bundle != "" {
			put(ListBundle(p.Bundle))
		}
		for _, b := range p.Earlier {
			put(ListBundle(b))
		}
	}
	return lists
}

// ListExhausted holds the alerts for which everything was tried.
const ListExhausted = "exhausted"

// ListHeld names the list of the open alerts that are held for a reason.
func ListHeld(r HoldReason) string { return "held/" + string(r) }

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

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when the alert was created.
func (s *State) Born() time.Time { return s.CreatedAt }

// Paging are its pages, to be claimed in place.
func (s *State) Paging() []page.Page { return s.Pages }

// Keys are the lookup keys by which the alert is found: what its events are recognised by, and its number. Several
// alerts of a group may name the key of it: the latest holds it, and the earlier ones are found by their members.
func (s *State) Keys() []string {
	return append([]string{Key(s.Integration, s.DedupKey), NumberKey(s.Number)}, s.memberKeys()...)
}

// Key is the lookup key of a dedup key; its shard is that of the alert.
func Key(integration, dedup string) string { return "dedup/" + integration + "\x00" + dedup }

// NumberKey is the lookup key of a number, in the shard of the alert.
func NumberKey(number uint64) string { return "number/" + strconv.FormatUint(number, 10) }
