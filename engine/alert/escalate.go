package alert

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// advance does everything that is due by now, until nothing is.
func (s *State) advance(env Env, fx *Effects) {
	s.timeouts(env)
	s.maintain(env, fx)
	s.depend(env)
	for i := 0; i < len(s.Runs); i++ { // the fallback may be added on the way
		for s.step(i, env, fx) {
		}
	}
	s.block(env)
}

// timeouts are what ends by itself: a snooze, an acknowledgement, a firing that is not repeated.
func (s *State) timeouts(env Env) {
	s.expire(env)
	if s.Active() {
		s.endHolds(env)
	}
	s.silent(env)
	switch s.Status {
	case Snoozed:
		if reached(s.SnoozedUntil, env.Now) {
			s.note(env, "woke", "", "the snooze is over")
			s.restart(env)
		}
	case Acked:
		if reached(s.ackTimeout(), env.Now) {
			s.note(env, "ack_timeout", "", fmt.Sprintf("acknowledged by %s but not closed for %s: open again", s.AckedBy, s.Runs[0].Policy.AckTimeout))
			s.restart(env)
		}
	}
}

func reached(t, now time.Time) bool { return !t.IsZero() && !t.After(now) }

// ackTimeout is when the acknowledgement is forgotten; zero for never.
func (s *State) ackTimeout() time.Time {
	if s.Status != Acked || len(s.Runs) == 0 || s.Runs[0].Policy.AckTimeout <= 0 {
		return time.Time{}
	}
	return s.AckedAt.Add(s.Runs[0].Policy.AckTimeout)
}

// step does the next thing of a run if it is due, and reports whether it did.
func (s *State) step(i int, env Env, fx *Effects) bool {
	if !reached(s.nextAt(i, env), env.Now) {
		return false
	}
	run := &s.Runs[i]
	if run.Next < len(run.Policy.Steps) && s.quiet(env) {
		return false
	}
	if s.Status == Open && s.dead(i) && !run.Lost {
		run.Lost = true
		fx.Unreachable++
		s.note(env, "unreachable", "", fmt.Sprintf("step %d of policy %s reached nobody", run.Next, run.Policy.Name))
	}
	switch {
	case run.Next < len(run.Policy.Steps):
		run.Next = s.nextStep(run)
		s.fire(i, env)
	case s.unheard(i) && s.hasFallback(env):
		s.fallback(env)
	case run.Round < run.Policy.Repeat.Times:
		run.again(env.Now)
		s.note(env, "repeat", "", fmt.Sprintf("policy %s runs again (%d of %d)", run.Policy.Name, run.Round, run.Policy.Repeat.Times))
	default:
		s.giveUp(i, env)
	}
	return true
}

// nextAt is when a run wants to do its next thing: take its next step, begin its next round, or give up;
// at once when the step before reached nobody. Zero when it waits for nothing, or for the end of a hold.
func (s *State) nextAt(i int, env Env) time.Time {
	if s.Held() {
		return time.Time{}
	}
	return s.pace(i, env)
}

// pace is nextAt by the clock of the policy, which stands still while the alert is held.
func (s *State) pace(i int, env Env) time.Time {
	run := &s.Runs[i]
	if run.Over || s.Status == Snoozed || s.Status == Closed {
		return time.Time{}
	}
	if s.Status == Acked {
		if n := s.nextStep(run); n < len(run.Policy.Steps) {
			return run.Base.Add(run.offset(n))
		}
		return time.Time{}
	}
	switch {
	case run.Next < len(run.Policy.Steps):
		if s.dead(i) {
			return env.Now
		}
		return run.Base.Add(run.offset(run.Next))
	case s.unheard(i) && s.hasFallback(env):
		return env.Now
	case run.Round < run.Policy.Repeat.Times:
		return run.roundAt()
	case s.dead(i):
		return env.Now
	}
	return run.LastAt.Add(run.grace())
}

// fire takes the next step of a run.
func (s *State) fire(i int, env Env) {
	run := &s.Runs[i]
	step := run.Policy.Steps[run.Next]
	run.Next++
	run.LastAt, run.Lost = env.Now, false
	s.notify(run.ID, run.Round, run.Next, step, env)
}

// nextStep is the step that the run takes next: an acknowledged alert passes over those that it does not
// take. It is the number of steps when none is left.
func (s *State) nextStep(run *Run) int {
	n := run.Next
	for s.Status == Acked && n < len(run.Policy.Steps) && run.Policy.Steps[n].Unless != policy.UnlessClosed {
		n++
	}
	return n
}

// dead reports whether the step taken last in a run has reached nobody and never will: it had nobody to
// page, or every page to its people (to its channels, when it has no people) failed for good.
func (s *State) dead(i int) bool {
	run := &s.Runs[i]
	if run.Next <= run.first() {
		return len(run.Policy.Steps) == 0
	}
	people, channels := 0, 0 // pages that got through or still may
	persons := false
	for _, p := range s.Pages {
		if !s.ofRound(p, run) || p.Step != run.Next {
			continue
		}
		persons = persons || p.User != ""
		switch {
		case p.Status == page.Failed:
		case p.User != "":
			people++
		default:
			channels++
		}
	}
	if persons {
		return people == 0
	}
	return channels == 0
}

// unheard reports whether a whole round got through to nobody.
func (s *State) unheard(i int) bool {
	run := &s.Runs[i]
	if run.Next < len(run.Policy.Steps) || !s.dead(i) {
		return false
	}
	for _, p := range s.Pages {
		if s.ofRound(p, run) && (p.Status == page.Sent || p.Status == page.Delivered) {
			return false
		}
	}
	return true
}

// ofRound reports whether a page belongs to the present round of a run.
func (s *State) ofRound(p page.Page, run *Run) bool {
	return p.Kind == page.Escalation && p.Step > 0 && p.Run == run.ID && p.Round == run.Round
}

// giveUp ends a run that has tried everything. The alert is exhausted, and the fallback takes over.
func (s *State) giveUp(i int, env Env) {
	s.Runs[i].Over = true
	if s.ExhaustedAt.IsZero() {
		s.ExhaustedAt = env.Now
		s.note(env, "exhausted", "", fmt.Sprintf("policy %s has been tried to its end and nobody acknowledged", s.Runs[i].Policy.Name))
		s.Rev++
	}
	if s.hasFallback(env) {
		s.fallback(env)
	}
}

// hasFallback reports whether the fallback policy can still be run for this alert.
func (s *State) hasFallback(env Env) bool {
	for _, run := range s.Runs {
		if run.Fallback {
			return false
		}
	}
	_, ok := env.Dir.Policies[env.Dir.Fallback]
	return ok
}

func (s *State) fallback(env Env) {
	p := env.Dir.Policies[env.Dir.Fallback]
	s.note(env, "fallback", "", fmt.Sprintf("fallback policy %s takes over", p.Name))
	s.start(p, env.Now, true)
}
