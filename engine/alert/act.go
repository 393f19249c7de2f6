package alert

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// maxSnooze keeps a slip of the finger from hiding an alert for ever.
const maxSnooze = 30 * 24 * time.Hour

func (a Action) apply(s *State, env Env, fx *Effects) error {
	if a.Do == Note {
		if a.Note == "" {
			return &Refused{"A note needs a text."}
		}
		s.note(env, "note", a.By, a.Note)
		return nil
	}
	if s.Status == Closed {
		if a.Do == Close {
			return nil // it is what they wanted
		}
		return &Refused{fmt.Sprintf("Alert #%d was closed%s.", s.Number, byWhom(s.ClosedBy))}
	}
	switch a.Do {
	case Ack:
		return s.ack(a, env, fx)
	case Unack:
		if s.Status == Open {
			return nil
		}
		s.note(env, "unacked", a.By, a.said("open again"))
		s.restart(env)
	case Snooze:
		return s.snooze(a, env)
	case Escalate:
		return s.escalate(a, env)
	case Assign:
		s.assign(a, env)
	case AddResponder:
		s.note(env, "responder", a.By, a.said("adds "+a.Target.String()))
		s.notify(0, 0, 0, policy.Step{Notify: []policy.Target{a.Target}, Unless: policy.UnlessClosed}, env)
	case Decline:
		return s.decline(a, env)
	case Close:
		s.close(env, a.By, a.said("closed"+byWhom(a.By)))
	default:
		return &Refused{fmt.Sprintf("%q is not something that can be done to an alert.", a.Do)}
	}
	return nil
}

func byWhom(by string) string {
	if by == "" {
		return ""
	}
	return " by " + by
}

// said is what the timeline says: what was done, where, and the words that came with it.
func (a Action) said(what string) string {
	if a.Via != "" {
		what += " over " + a.Via
	}
	if a.Note != "" {
		what += ": " + a.Note
	}
	return what
}

// ack stops the pages and tells the others who has it. A second one changes nothing but the record.
func (s *State) ack(a Action, env Env, fx *Effects) error {
	if s.Status == Acked {
		if s.AckedBy != a.By {
			s.note(env, "acked", a.By, a.said("also acknowledged"))
		}
		return nil
	}
	fx.Acked, fx.AckedAfter = s.AckedAt.IsZero(), env.Now.Sub(s.CreatedAt)
	s.Status, s.AckedAt, s.AckedBy = Acked, env.Now, a.By
	s.SnoozedUntil, s.ExhaustedAt = time.Time{}, time.Time{}
	s.cancel(func(i int) bool { return !s.Pages[i].Always })
	s.Declined = slices.DeleteFunc(s.Declined, func(user string) bool { return user == a.By })
	s.note(env, "acked", a.By, a.said("acknowledged"))
	s.Rev++
	s.answer(a, false, env)
	s.tell(env, a.By, "Acknowledged"+byWhom(a.By), false)
	return nil
}

func (s *State) snooze(a Action, env Env) error {
	switch {
	case !a.Until.After(env.Now):
		return &Refused{"Snooze until a time that is still to come."}
	case a.Until.After(env.Now.Add(maxSnooze)):
		return &Refused{"Snooze for 30 days at most."}
	}
	s.Status, s.SnoozedUntil = Snoozed, a.Until
	s.stale(a.Until)
	s.AckedAt, s.AckedBy, s.ExhaustedAt = time.Time{}, "", time.Time{}
	s.cancel(func(i int) bool { return true })
	s.note(env, "snoozed", a.By, a.said("snoozed until "+a.Until.UTC().Format(time.RFC3339)))
	s.Rev++
	s.tell(env, a.By, "Snoozed"+byWhom(a.By)+" until "+a.Until.UTC().Format("2006-01-02 15:04 MST"), true)
	return nil
}

// escalate takes the next step now, whatever the alert is held for. The steps after it keep their times, unless the
// alert had been acknowledged, snoozed or held: then they keep their distance from this one.
func (s *State) escalate(a Action, env Env) error {
	i := s.current(env)
	if i < 0 {
		return &Refused{fmt.Sprintf("Alert #%d has no further step to escalate to.", s.Number)}
	}
	s.note(env, "escalated", a.By, a.said("escalated"))
	waiting := s.Status != Open || s.Held()
	s.override(a.By, env)
	if s.Status != Open {
		s.Status, s.SnoozedUntil, s.AckedAt, s.AckedBy = Open, time.Time{}, time.Time{}, ""
		s.Rev++
	}
	run := &s.Runs[i]
	if run.atEnd() {
		s.giveUp(i, env)
		return nil
	}
	if run.Next >= len(run.Policy.Steps) {
		run.again(env.Now)
	} else if waiting {
		run.Base = env.Now.Add(-run.offset(run.Next))
	}
	s.fire(i, env)
	return nil
}

// assign hands the alert to somebody else: they are paged at once, whatever the alert is held for, and when they do not acknowledge, the
// policy goes on after its usual delays.
func (s *State) assign(a Action, env Env) {
	p := policy.Policy{Name: s.Policy}
	if len(s.Runs) > 0 {
		p = s.Runs[0].Policy
	} else if f, ok := env.Dir.Policies[env.Dir.Fallback]; ok {
		p = f
	}
	steps := []policy.Step{{Notify: []policy.Target{a.Target}}}
	for _, step := range p.Steps {
		if step.After > 0 {
			steps = append(steps, step)
		}
	}
	p.Steps, p.Repeat.From = steps, 0
	s.Policy = p.Name
	s.note(env, "assigned", a.By, a.said("assigned to "+a.Target.String()))
	s.override(a.By, env)
	s.Runs = []Run{{Policy: p}}
	s.restart(env)
}

// restart runs the routed policy from its first step, as for a new alert.
func (s *State) restart(env Env) {
	s.Status, s.SnoozedUntil, s.AckedAt, s.AckedBy = Open, time.Time{}, time.Time{}, ""
	s.ExhaustedAt = time.Time{}
	s.cancel(func(i int) bool { return s.Pages[i].Kind == page.Escalation })
	if len(s.Runs) > 0 {
		routed := s.Runs[0]
		s.Runs = nil
		s.start(routed.Policy, env.Now, routed.Fallback)
	}
	s.Rev++
}
