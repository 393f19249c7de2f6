package handoff

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// abandoned is how long a look may be overdue until a replica takes it that has another configuration than the one
// that is watched: no replica with that one is left.
const abandoned = time.Minute

// Effects is what a transition means outside the record.
type Effects struct {
	// Leave says that it is due but not for this replica, whose configuration is an older one.
	Leave bool
}

// Input is what can happen to it: Configured, Removed, Woken.
type Input interface{ apply(*State, Env) }

// Apply makes one thing happen, and then what is due by now.
func Apply(s *State, in Input, env Env) Effects {
	in.apply(s, env)
	leave := s.look(env)
	s.tidy(env)
	return Effects{Leave: leave}
}

// tidy gives up and forgets what is not wanted any more.
func (s *State) tidy(env Env) {
	s.dropUnwanted(env)
	s.compact()
}

// Configured says what a configuration says that was loaded just now: it counts from now on.
type Configured struct{ directory.Handoff }

func (in Configured) apply(s *State, _ Env) {
	s.Removed = false
	if !s.Settings.Equal(in.Handoff) {
		s.Settings = in.Handoff
	}
}

// Removed says that a configuration that was loaded just now does not have it any more. Where it does not even have
// the schedule, those who are on call by it are told that they are not.
type Removed struct{}

func (Removed) apply(s *State, env Env) {
	if s.Removed {
		return
	}
	s.Removed = true
	if env.Dir.Schedules[s.Schedule] == nil {
		for _, user := range s.toldOn() {
			s.tell(env, Notice{User: user})
		}
		return
	}
	for i := range s.Pages {
		s.Pages[i].Cancel()
	}
}

// Settled records what came of a claimed page.
func (s *State) Settled(o page.Outcome, env Env) {
	if p := s.Page(o.N); p != nil && p.Settle(o, env.Now) && p.Status == page.Failed {
		s.failed(env, p)
	}
	s.tidy(env)
}

// Reported takes a provider's later word about a page.
func (s *State) Reported(n int, ref string, delivered bool, reason string, env Env) {
	if p := s.Page(n); p != nil && p.Report(ref, delivered, reason, env.Now) && p.Status == page.Failed {
		s.failed(env, p)
	}
	s.tidy(env)
}

// Woken is the passing of time.
type Woken struct{}

func (Woken) apply(*State, Env) {}
