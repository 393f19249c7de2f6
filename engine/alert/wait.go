package alert

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// Required counts the events of an alert that pages only when it has had enough of them.
type Required struct {
	Events int           `json:"events"`
	Within time.Duration `json:"within"`
	At     []time.Time   `json:"at"` // those of the last Within; fewer than Events
}

// holdAsRouted holds a new alert as its rules say. Of delays only one is set.
func (s *State) holdAsRouted(d Routing, env Env) {
	switch {
	case d.Delay > 0:
		s.hold(Hold{Reason: HoldDelay, Text: "delayed by " + short(d.Delay), Until: env.Now.Add(d.Delay)}, env)
	case !d.DelayUntil.IsZero():
		s.hold(Hold{Reason: HoldDelay, Text: "delayed", Until: d.DelayUntil}, env)
	}
	if d.GroupKey != "" && d.Group.Wait > 0 {
		s.hold(Hold{Reason: HoldGroup, Text: "the group gathers", Until: env.Now.Add(d.Group.Wait)}, env)
	}
	if r := d.Require; r != nil {
		s.Require = &Required{Events: r.Events, Within: r.Within}
		s.required(env)
	}
}

// required counts an event. With the last that was missing, the alert is not held for it any more.
func (s *State) required(env Env) {
	r := s.Require
	if r == nil {
		return
	}
	recent := r.At[:0]
	for _, at := range r.At {
		if !at.Before(env.Now.Add(-r.Within)) {
			recent = append(recent, at)
		}
	}
	r.At = append(recent, env.Now)
	if len(r.At) >= r.Events {
		s.release(env.Now, "", env, func(h Hold) bool { return h.Reason == HoldRequire })
		return
	}
	s.hold(Hold{
		Reason: HoldRequire, Text: fmt.Sprintf("%d of the %d events within %s that it takes to page", len(r.At), r.Events, short(r.Within)),
		Until: env.Now.Add(r.Within),
	}, env)
}

// absent is how much later than its time an alert is woken only when nobody was there to wake it. Then nobody was there
// to take its events either.
const absent = time.Minute

// tooFew closes an open alert that has not had the events that it takes to page, and reports whether it did. Where
// nobody was there to count them, it is given the time anew.
func (s *State) tooFew(env Env) bool {
	i := slices.IndexFunc(s.Holds, func(h Hold) bool { return h.Reason == HoldRequire && reached(h.Until, env.Now) })
	if s.Require == nil || s.Status != Open || i < 0 {
		return false
	}
	if env.Now.Sub(s.Holds[i].Until) > absent {
		s.Holds[i].Until = env.Now.Add(s.Require.Within)
		return false
	}
	s.close(env, "", fmt.Sprintf("%d of %d events came within %s, which is too few to page", len(s.Require.At), s.Require.Events, short(s.Require.Within)))
	return true
}

// expire ends a firing that its source has not repeated in the time that it gave. Where nobody was there to take the
// repetition, the source is given that time anew: its alert may not have paged anybody yet.
func (s *State) expire(env Env) {
	switch {
	case !s.Active() || !reached(s.ExpiresAt, env.Now):
	case env.Now.Sub(s.ExpiresAt) > absent:
		s.ExpiresAt = env.Now.Add(max(absent, s.ExpiresAt.Sub(s.LastEventAt)))
	default:
		s.ExpiresAt, s.Members = time.Time{}, nil
		s.over(env.Dir.Sources[s.Integration].KeepOnResolve, env)
	}
}

// silent closes an alert of which nothing has been heard for so long. Where nobody was there to hear it, it is given
// the time anew.
func (s *State) silent(env Env) {
	at := s.staleAt()
	switch {
	case !reached(at, env.Now):
	case env.Now.Sub(at) > absent:
		s.stale(env.Now)
	default:
		s.close(env, "", fmt.Sprintf("no event came for %s", short(s.AutoClose)))
	}
}

// stale sets when the alert closes because nothing is heard of it any more, counted from the given time: its latest
// event, the end of a hold or of a snooze.
func (s *State) stale(from time.Time) {
	if at := from.Add(s.AutoClose); s.AutoClose > 0 && at.After(s.StaleAt) {
		s.StaleAt = at
	}
}

// staleAt is when the alert closes by itself; zero for never. One that is held has yet to page, and one that is
// snoozed was promised to come back.
func (s *State) staleAt() time.Time {
	if s.Held() || s.Status == Snoozed || s.Status == Closed {
		return time.Time{}
	}
	return s.StaleAt
}

// seen takes note of an event: when it came, and when its source says that it expires.
func (s *State) seen(ev event.Event, env Env) {
	s.LastEventAt = env.Now
	s.stale(env.Now)
	// Replicas of a Prometheus pair differ a little: the later expiry holds.
	if ev.ExpiresAt.IsZero() || ev.ExpiresAt.After(s.ExpiresAt) {
		s.ExpiresAt = ev.ExpiresAt
	}
}

// short is a duration without the units that are zero.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range [...]string{"m0s", "h0m"} {
		if n := len(text) - len(zero); n > 0 && text[n:] == zero {
			text = text[:n+1]
		}
	}
	return text
}
