package canary

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Input is what can happen to the canary: Configured, Removed, Settled, Reported, Confirmed, Woken.
type Input interface{ apply(*State, Env) }

// Apply makes one thing happen to the canary, and then what is due by now.
func Apply(s *State, in Input, env Env) {
	in.apply(s, env)
	s.advance(env)
}

// Configured says what the configuration in force says of it.
type Configured struct{ directory.Canary }

func (in Configured) apply(s *State, env Env) {
	if s.Settings.Equal(in.Canary) && !s.Removed {
		return
	}
	s.Settings, s.Removed = in.Canary, false
	s.schedule(env)
}

// Removed says that the configuration does not have it any more.
type Removed struct{}

func (Removed) apply(s *State, env Env) {
	s.Removed = true
	s.cancel()
	s.verdict(false, env)
}

// Settled is what came of a claimed page.
type Settled struct{ page.Outcome }

func (in Settled) apply(s *State, env Env) {
	if p := s.Page(in.N); p != nil {
		p.Settle(in.Outcome, env.Now)
	}
}

// Reported is a provider's later word about a page.
type Reported struct {
	Page      int
	Ref       string
	Delivered bool
	Reason    string
}

func (in Reported) apply(s *State, env Env) {
	if p := s.Page(in.Page); p != nil {
		p.Report(in.Ref, in.Delivered, in.Reason, env.Now)
	}
}

// Confirmed says that a person saw a page. About one of an earlier round it changes nothing.
type Confirmed struct {
	Page int
	By   string
}

func (in Confirmed) apply(s *State, _ Env) {
	if s.Page(in.Page) == nil || s.Confirmed[in.Page] != "" {
		return
	}
	if s.Confirmed == nil {
		s.Confirmed = map[int]string{}
	}
	s.Confirmed[in.Page] = in.By
}

// Woken is the passing of time.
type Woken struct{}

func (Woken) apply(*State, Env) {}

func (s *State) advance(env Env) {
	if s.Removed {
		s.cancel()
		s.drop(env)
		return
	}
	s.drop(env)
	s.judge(env)
	if !s.NextAt.After(env.Now) {
		s.begin(env)
	}
}

// begin starts a round. However late it is, it is one.
func (s *State) begin(env Env) {
	s.cancel()
	s.Pages = slices.DeleteFunc(s.Pages, func(p page.Page) bool { return !p.Waiting() })
	s.Round++
	s.StartedAt, s.Confirmed = env.Now, nil
	s.schedule(env)
	ways := s.ways(env)
	maps.DeleteFunc(s.Results, func(via string, _ Result) bool { return !slices.Contains(ways, via) })
	for _, via := range ways {
		s.Paged++
		s.Pages = append(s.Pages, page.Page{
			N: s.Paged, Kind: page.Canary, Round: s.Round, User: s.Settings.User, Via: via, Status: page.Pending, DueAt: env.Now,
			Text: "It was sent to see that pages still arrive over " + via + ". There is nothing to do; who opens the link can confirm the receipt.",
		})
	}
	if len(ways) == 0 {
		s.verdict(true, env)
	}
}

// cancel gives up what did not go out yet.
func (s *State) cancel() {
	for i := range s.Pages {
		s.Pages[i].Cancel()
	}
}

// drop gives up what comes up again and is not wanted any more: a claim that ran out after its round.
func (s *State) drop(env Env) {
	for i := range s.Pages {
		if p := &s.Pages[i]; p.Due(env.Now) && (s.Removed || p.Round != s.Round) {
			p.Status, p.LeaseUntil = page.Cancelled, time.Time{}
		}
	}
}

// judge gathers what is known of this round by now, and opens or ends the alert.
func (s *State) judge(env Env) {
	fresh := false
	for i := range s.Pages {
		p := &s.Pages[i]
		r, known := s.result(p, env)
		if p.Round != s.Round || !known {
			continue
		}
		if was, ok := s.Results[p.Via]; ok && was.OK == r.OK && was.Receipt == r.Receipt && !was.At.Before(s.StartedAt) {
			continue
		}
		if s.Results == nil {
			s.Results = map[string]Result{}
		}
		s.Results[p.Via], fresh = r, true
	}
	if fresh {
		s.verdict(len(s.failed()) > 0, env)
	}
}

// result is what came of a page; not known while that may still change for the better by itself.
func (s *State) result(p *page.Page, env Env) (r Result, known bool) {
	r.At = env.Now
	overdue := !env.Now.Before(s.StartedAt.Add(Bound))
	switch {
	case s.Confirmed[p.N] != "":
		r.OK, r.Receipt = true, "confirmed by "+s.Confirmed[p.N]
	case p.Status == page.Delivered:
		r.OK, r.Receipt = true, "delivered"
	case p.Status == page.Sent && !reports(p.Via):
		r.OK, r.Receipt = true, "sent"
	case p.Status == page.Failed:
		r.Receipt = "failed: " + p.Error
	case p.Status == page.Sent && overdue:
		r.Receipt = "sent, but not reported as delivered within " + span(Bound)
	case p.Waiting() && overdue:
		r.Receipt = "not sent within " + span(Bound)
	default:
		return r, false
	}
	return r, true
}

// reports says whether a way's provider tells later that a message arrived.
func reports(via string) bool { return via == "sms" || via == "voice" }

func (s *State) undecided() bool {
	return slices.ContainsFunc(s.Pages, func(p page.Page) bool {
		return p.Round == s.Round && s.Results[p.Via].At.Before(s.StartedAt)
	})
}

// failed are the ways that failed when they were tested last.
func (s *State) failed() (ways []string) {
	for _, via := range slices.Sorted(maps.Keys(s.Results)) {
		if !s.Results[via].OK {
			ways = append(ways, via)
		}
	}
	return ways
}

// verdict opens the alert, or ends it.
func (s *State) verdict(failing bool, env Env) {
	switch {
	case failing && !s.Failing:
		s.Outbox.Put(event.Firing, env.Now)
	case !failing && s.Failing:
		s.Outbox.Put(event.Resolved, env.Now)
	}
	s.Failing = failing
}

func span(d time.Duration) string { return fmt.Sprintf("%d minutes", d/time.Minute) }
