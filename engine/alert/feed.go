package alert

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
)

// Feeding is which aggregates count the alert, and what they have still to be told: firing while it counts, resolved
// when it does not any more.
type Feeding struct {
	To    []directory.Feeds `json:"to"`
	Since time.Time         `json:"since"` // when it began to count
	outbox.Outbox
}

// own is what the integrations of Tocsin's own alerts begin with: those count for no aggregate.
const own = "tocsin:"

// counts reports whether aggregates may count the alert: it is open, it was sent to somebody, and neither do its rules want to
// see more of it first nor is it expected, for a maintenance.
func (s *State) counts() bool {
	return s.Active() && s.Policy != "" && s.RecoveredAt.IsZero() && !strings.HasPrefix(s.Integration, own) &&
		!slices.ContainsFunc(s.Holds, func(h Hold) bool {
			return h.Reason == HoldDelay || h.Reason == HoldRequire || h.Reason == HoldMaintenance
		})
}

// feed puts in what aggregates are to be told, where the alert has begun or ceased to count. Which ones they are is
// decided once.
func (s *State) feed(counted bool, env Env, fx *Effects) {
	counts := s.counts()
	switch {
	case counts == counted || s.Feeding == nil && (!counts || len(env.Dir.Aggregates) == 0):
		return
	case !counts:
		s.Feeding.Put(event.Resolved, env.Now)
		return
	case s.Feeding == nil:
		to, failed := env.Dir.FeedsOf(s.RuleEvent(), env.Now)
		for _, problem := range failed {
			s.complain(env, fx, problem)
		}
		if len(to) == 0 {
			return
		}
		s.Feeding = &Feeding{To: to}
	}
	s.Feeding.Since = env.Now
	s.Feeding.Put(event.Firing, env.Now)
}

// ClaimFeeding gives what aggregates are to be told to the caller for the time of a lease, if it is due.
func (s *State) ClaimFeeding(env Env) bool { return s.Feeding != nil && s.Feeding.Claim(env.Now) }

// FeedingTold says that the aggregates know number N. What is newer is told, too.
type FeedingTold struct{ N int }

func (in FeedingTold) apply(s *State, env Env, _ *Effects) error {
	if s.Feeding != nil {
		s.Feeding.Told(in.N, env.Now)
	}
	return nil
}
