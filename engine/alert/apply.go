package alert

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/rules"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Effects is what a transition means outside the alert: things to count, once the commit is made.
type Effects struct {
	Unreachable int           // steps that reached nobody
	RuleErrors  int           // parts of rules that failed while it was routed
	Join        bool          // the incident that it wants is to be opened now
	Feed        bool          // the aggregates that count it are to be told now
	Tell        bool          // another record: what it has for its alert is to be told now
	Leave       bool          // another record: what is due in it is for another replica to do
	Acked       bool          // it was acknowledged now,
	AckedAfter  time.Duration // so long after it began
}

// Input is what can happen to an alert: Fired, Resolved, Action, Woken, Settled, Reported, Posted, Held,
// Released, IncidentJoined, IncidentLeft, AnswerTold.
type Input interface {
	apply(*State, Env, *Effects) error
}

// Apply makes one thing happen to the alert and then everything that is due by now: steps, timeouts,
// expiry. It fails only with *Refused, and then nothing has changed.
func Apply(s *State, in Input, env Env) (Effects, error) {
	var fx Effects
	counted := s.counts()
	if err := in.apply(s, env, &fx); err != nil {
		return Effects{}, err
	}
	s.advance(env, &fx)
	s.feed(counted, env, &fx)
	s.dropUnwanted(env)
	s.refreshPosts(env.Now)
	s.compact()
	return fx, nil
}

// Fired is a firing event of an alert that exists.
type Fired struct {
	Event event.Event
	// ReopenWithin is how long after its close a firing event re-opens the alert; see Reopens.
	ReopenWithin time.Duration
	// Title and Priority are what the rules decided of it, where they were asked: for an alert that gathers several, and
	// for one that is held, which an event that is more urgent raises.
	Title, Priority string
	AtOnce          bool // and they do not delay it
}

// Resolved is an event that says that it is over.
type Resolved struct {
	Event event.Event
	Keep  bool // only mark the alert recovered
}

// Woken is the passing of time.
type Woken struct{}

func (Woken) apply(*State, Env, *Effects) error { return nil }

// Settled is what came of a claimed page.
type Settled struct{ page.Outcome }

// Reported is a provider's later word about a page.
type Reported struct {
	Page      int
	Ref       string
	Delivered bool
	Reason    string
}

// Posted is what came of editing a post.
type Posted struct {
	Via, Ref  string
	Fence     int
	Rev       int // what it shows now
	Error     string
	Permanent bool
	Wait      time.Duration
}

// Routing is what the rules decided for a new alert.
type Routing = rules.Decision
