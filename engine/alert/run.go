package alert

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// defaultGrace is how long after its last step an alert counts as exhausted, where its policy says nothing.
const defaultGrace = 5 * time.Minute

// start adds a run of a policy whose offsets count from base; from the end of the holds, if there are any.
func (s *State) start(p policy.Policy, base time.Time, fallback bool) {
	if s.Held() {
		base = s.HeldAt
	}
	if len(p.Steps) == 0 {
		p.Repeat = policy.Repeat{} // there is nothing to repeat
	}
	s.Runs = append(s.Runs, Run{ID: s.Started, Policy: p, Base: base, Fallback: fallback})
	s.Started++
}

// current is the run that an escalation moves on, -1 when none can: the first that is not over and has
// something left, or else one that can hand on to the fallback.
func (s *State) current(env Env) int {
	for i := range s.Runs {
		if run := &s.Runs[i]; !run.Over && (!run.atEnd() || s.hasFallback(env)) {
			return i
		}
	}
	return -1
}

// atEnd reports whether the run has neither a step nor a round left.
func (r *Run) atEnd() bool {
	return r.Next >= len(r.Policy.Steps) && r.Round >= r.Policy.Repeat.Times
}

// first is the step that a round begins with.
func (r *Run) first() int {
	if r.Round == 0 || r.Policy.Repeat.From >= len(r.Policy.Steps) {
		return 0
	}
	return r.Policy.Repeat.From
}

// offset is how long after Base a step of this round is due.
func (r *Run) offset(n int) time.Duration {
	after := r.Policy.Steps[n].After
	if r.Round > 0 {
		after -= r.Policy.Steps[r.first()].After
	}
	return after
}

// roundAt is when the next round begins: Every after this one began, and never before its last step was taken.
func (r *Run) roundAt() time.Time {
	every := r.Policy.Repeat.Every
	if every <= 0 {
		every = r.grace()
	}
	at := r.Base.Add(every)
	if at.Before(r.LastAt) {
		return r.LastAt
	}
	return at
}

// again begins the next round.
func (r *Run) again(now time.Time) {
	r.Round++
	r.Base, r.Next, r.Lost = now, r.first(), false
}

func (r *Run) grace() time.Duration {
	if r.Policy.ExhaustedAfter > 0 {
		return r.Policy.ExhaustedAfter
	}
	return defaultGrace
}
