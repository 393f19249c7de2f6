package alert

import (
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// maxBlockers is how many services an alert is held for at once. When they are well again, others count.
const maxBlockers = 10

// awaitOthers holds a new alert for a moment where its service wants that, so that the alerts of what it depends on can
// come.
func (s *State) awaitOthers(env Env) {
	if in := env.Dir.Services[s.Service].Inhibit; in != nil && in.Delay > 0 {
		s.hold(Hold{Reason: HoldDependency, Text: "an alert of what " + s.Service + " depends on may be on its way", Until: env.Now.Add(in.Delay)}, env)
	}
}

// depend holds the alert for those of the services that its own depends on, and ends the holds of those that are over. All
// in all it is held no longer than its service says, from the first such hold on.
func (s *State) depend(env Env) {
	if !s.Active() || s.Overridden {
		return
	}
	var wanted []Hold
	if in := env.Dir.Services[s.Service].Inhibit; in != nil && !reached(s.DependUntil, env.Now) {
		for _, b := range env.Dir.Blocked(s.Service, s.Priority) {
			if len(wanted) == maxBlockers {
				break
			}
			if s.DependUntil.IsZero() && s.wouldPage(env) {
				s.DependUntil = env.Now.Add(in.For)
			}
			wanted = append(wanted, Hold{Reason: HoldDependency, Name: b.Service, Text: blockedBy(b, s.Service), Until: s.DependUntil})
		}
	}
	s.renew(HoldDependency, wanted, env)
}

func blockedBy(b directory.Blocker, service string) string {
	what := "an alert"
	if b.Number != 0 {
		what = fmt.Sprintf("alert #%d", b.Number)
	}
	return fmt.Sprintf("%s of %s, which %s depends on, is open", what, b.Service, service)
}

// block says whether alerts of services that depend on this one's wait for it: while it pages, or paged, somebody. One that is
// held, that pages nobody, that its source calls over, or for which everything was tried in vain, holds back nothing.
func (s *State) block(env Env) {
	s.Blocks = ""
	if s.Active() && !s.Held() && len(s.Runs) > 0 && s.ExhaustedAt.IsZero() && s.RecoveredAt.IsZero() && env.Dir.Blocks(s.Service) {
		s.Blocks = Urgency(env.Dir.High(s.Priority))
	}
}

// Urgency is what lists call an urgency.
func Urgency(high bool) string {
	if high {
		return "high"
	}
	return "low"
}

// ListBlocking has every alert that others may wait for.
const ListBlocking = "blocking"

// ListBlockingOf names the list of those of a service and urgency.
func ListBlockingOf(service string, high bool) string {
	return "blocking/" + Urgency(high) + "/" + service
}
