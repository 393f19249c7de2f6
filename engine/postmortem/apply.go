package postmortem

import (
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Effects is what a transition means outside the postmortem: things to count, once the commit is made.
type Effects struct {
	Reminded    int  // reminder pages that were made now
	Unreachable bool // a reminder was due and reached nobody
}

// Input is what can happen to a postmortem: Action, Woken, Settled, Reported, Mailed.
type Input interface {
	apply(*State, Env, *Effects) error
}

// Apply makes one thing happen to the postmortem and then everything that is due by now. It fails only with
// *Refused, and then nothing has changed.
func Apply(s *State, in Input, env Env) (Effects, error) {
	var fx Effects
	if err := in.apply(s, env, &fx); err != nil {
		return Effects{}, err
	}
	s.advance(env, &fx)
	return fx, nil
}

// Woken is the passing of time.
type Woken struct{}

func (Woken) apply(*State, Env, *Effects) error { return nil }

// Tick does everything that is due by now.
func (s *State) Tick(env Env) { s.advance(env, &Effects{}) }

// Settled is what came of a claimed page.
type Settled struct{ page.Outcome }

// Reported is a provider's later word about a page.
type Reported struct {
	Page      int
	Ref       string
	Delivered bool
	Reason    string
}

func (s *State) advance(env Env, fx *Effects) {
	s.plan(env)
	s.reschedule(env)
	s.remind(env, fx)
	s.dropUnwanted(env)
	s.planIssues(env)
	s.announce(env)
	s.compact()
}
