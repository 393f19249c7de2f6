package alert

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// HoldReason is what an alert waits for before it pages.
type HoldReason string

// The reasons for which an alert is held.
const (
	HoldDelay    HoldReason = "delay"       // a rule's delay or delay_until
	HoldQuiet    HoldReason = "quiet_hours" // the quiet hours of its urgency
	HoldRequire  HoldReason = "require"     // a rule wants more events first
	HoldGroup    HoldReason = "group_wait"  // a rule lets its group gather first
	HoldThrottle HoldReason = "throttle"    // it gathers what exceeds a rule's throttle

	HoldMaintenance HoldReason = "maintenance" // it is in a maintenance, or silenced
	HoldDependency  HoldReason = "dependency"  // a service that its own depends on has an open alert
)

// HoldReasons are all of them.
var HoldReasons = [...]HoldReason{HoldDelay, HoldQuiet, HoldRequire, HoldGroup, HoldThrottle, HoldMaintenance, HoldDependency}

// Hold keeps an alert from paging. An alert may have several, and pages when the last has ended; meanwhile the clock
// of its policy, and of the pages that it has made and not begun, stands still. A closed alert keeps those that have
// not ended, for when it is re-opened.
type Hold struct {
	Reason HoldReason `json:"reason"`
	Name   string     `json:"name,omitempty"` // tells apart those of one reason
	Text   string     `json:"text,omitempty"` // why, in words
	Since  time.Time  `json:"since"`          //
	Until  time.Time  `json:"until,omitzero"` // zero: until it is released
	Look   time.Time  `json:"look,omitzero"`  // when it is looked at whether its cause is still there; zero for never
}

// Held reports whether the alert waits before it pages.
func (s *State) Held() bool { return len(s.Holds) > 0 }

// HeldUntil is when the last hold ends; zero when the alert is not held, or when that is not known yet.
func (s *State) HeldUntil() (until time.Time) {
	for _, h := range s.Holds {
		if h.Until.IsZero() || h.AtTheLatest() {
			return time.Time{}
		}
		if h.Until.After(until) {
			until = h.Until
		}
	}
	return until
}

// Held holds the alert, or changes the end of the hold of that reason and name: one that ends by now is released.
// Since is when it happens. It does nothing to an alert that is closed, or for which a person has said that it shall
// not wait.
type Held struct{ Hold Hold }

func (in Held) apply(s *State, env Env, fx *Effects) error {
	switch {
	case reached(in.Hold.Until, env.Now):
		return Released{Reason: in.Hold.Reason, Name: in.Hold.Name}.apply(s, env, fx)
	case s.Active():
		s.hold(in.Hold, env)
	}
	return nil
}

// Released ends the hold of a reason and name, if there is one.
type Released struct {
	Reason HoldReason
	Name   string
}

func (in Released) apply(s *State, env Env, _ *Effects) error {
	s.release(env.Now, "", env, func(h Hold) bool { return h.Reason == in.Reason && h.Name == in.Name })
	return nil
}

func (s *State) hold(h Hold, env Env) {
	if s.Overridden || reached(h.Until, env.Now) {
		return
	}
	h.Since = env.Now
	if i := slices.IndexFunc(s.Holds, func(o Hold) bool { return o.Reason == h.Reason && o.Name == h.Name }); i >= 0 {
		changed := !h.Until.Equal(s.Holds[i].Until)
		h.Since = s.Holds[i].Since
		s.Holds[i] = h
		if changed && h.Reason != HoldRequire { // that one moves with every event
			s.note(env, "held", "", h.String())
		}
		return
	}
	if !s.Held() {
		s.HeldAt = env.Now
		for i := range s.Pages {
			if p := &s.Pages[i]; p.Kind == page.Escalation && p.Step > 0 {
				p.Hold()
			}
		}
	}
	s.Holds = append(s.Holds, h)
	s.note(env, "held", "", h.String())
	s.Rev++
}

// String says why the alert waits and until when, for its timeline.
func (h Hold) String() string {
	text := "held: " + h.Text
	switch until := h.Until.UTC().Format(time.RFC3339); {
	case h.Until.IsZero() || h.Reason == HoldRequire:
	case h.AtTheLatest():
		text += ", until it is over, or " + until
	default:
		text += ", until " + until
	}
	return text
}

// AtTheLatest says that the hold is expected to end before its Until: with another alert, of which nobody knows when it
// is over.
func (h Hold) AtTheLatest() bool { return h.Reason == HoldDependency && h.Name != "" }

// endHolds ends the holds whose time has come.
func (s *State) endHolds(env Env) {
	if s.tooFew(env) {
		return
	}
	s.release(time.Time{}, "", env, func(h Hold) bool { return reached(h.Until, env.Now) })
}

// release ends the holds that over names. With the last of them the policy's clock goes on, from at: the latest of
// their ends, where at is zero.
func (s *State) release(at time.Time, by string, env Env, over func(Hold) bool) {
	held := s.Held()
	s.Holds = slices.DeleteFunc(s.Holds, func(h Hold) bool {
		if !over(h) {
			return false
		}
		if at.Before(h.Until) && !h.Until.After(env.Now) {
			at = h.Until
		}
		if h.Reason == HoldRequire {
			s.Require = nil
		}
		s.note(env, "released", by, "not held any more: "+h.Text)
		return true
	})
	if !held || s.Held() {
		return
	}
	s.Holds = nil
	s.goOn(at.Sub(s.HeldAt))
	s.stale(env.Now)
}

// goOn moves everything that stood still while the alert was held.
func (s *State) goOn(by time.Duration) {
	for i := range s.Runs {
		run := &s.Runs[i]
		run.Base = run.Base.Add(by)
		if !run.LastAt.IsZero() {
			run.LastAt = run.LastAt.Add(by)
		}
	}
	for i := range s.Pages {
		s.Pages[i].GoOn(by)
	}
	s.HeldAt = time.Time{}
	s.Rev++
}

// override is a person's word that the alert shall not wait. It holds until the alert is closed.
func (s *State) override(by string, env Env) {
	s.release(env.Now, by, env, func(Hold) bool { return true })
	s.Overridden = true
}

// raise lets an alert that waits be as urgent as its latest event: a warning that became critical must not wait for the
// morning because the warning does.
func (s *State) raise(in Fired, env Env) {
	s.Priority = in.Priority
	s.note(env, "raised", "", "an event of "+in.Priority+" came while it was held")
	s.Rev++
	s.release(env.Now, "", env, func(h Hold) bool { // quiet hours are looked at again when the next step is due
		return h.Reason == HoldQuiet || h.Reason == HoldDelay && in.AtOnce
	})
}

// quiet holds the alert if these are the quiet hours of its urgency, and reports whether it does.
func (s *State) quiet(env Env) bool {
	if s.Overridden {
		return false
	}
	until, name := env.Dir.Quiet(s.Team, s.Priority, env.Now)
	if until.IsZero() {
		return false
	}
	s.hold(Hold{Reason: HoldQuiet, Name: name, Text: "quiet hours " + name, Until: until}, env)
	return s.Held()
}
