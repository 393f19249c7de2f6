package schedules

import (
	"slices"
	"time"
)

// Shifts returns the shifts of the final schedule that touch the time from from until to, clipped to it, in the order in
// which they begin and then of users. With users, only theirs.
func (s *Schedule) Shifts(from, to time.Time, users ...string) []Shift {
	var out []Shift
	for _, interval := range s.Intervals(from, to) {
		for _, shift := range interval.Shifts {
			wanted := len(users) == 0 || slices.Contains(users, shift.User)
			if wanted && shift.From.Equal(interval.From) {
				out = append(out, shift)
			}
		}
	}
	return out
}

// NextShift returns when a user comes on call next after t; if they are on call at t, after they have gone off. It says
// false if that is not within 731 days. The shift goes on while they are on call, in whichever rotation.
func (s *Schedule) NextShift(user string, t time.Time) (Shift, bool) {
	on := func(entries []entry) bool {
		return slices.ContainsFunc(entries, func(e entry) bool { return e.user == user })
	}
	offCall := func(entries []entry) bool { return !on(entries) }
	unix, ok := unixOf(t), true
	if on(s.final(s.zone.moment(unix))) {
		if unix, ok = s.after(unix, offCall); !ok {
			return Shift{}, false
		}
	}
	begins, ok := s.after(unix, on)
	if !ok {
		return Shift{}, false
	}
	entries := s.final(s.zone.moment(begins))
	shift := s.shift(entries[slices.IndexFunc(entries, func(e entry) bool { return e.user == user })])
	shift.From = s.zone.time(begins)
	if ends, ok := s.after(begins, offCall); ok {
		shift.Until = s.zone.time(ends)
	}
	return shift, true
}

// Handoff is a moment at which people come on call or go off.
type Handoff struct {
	At          time.Time
	On, Off     []string // sorted; never both empty
	Stay        []string // who is on call before and after
	NobodyAfter bool     // a gap begins
}

// Handoffs returns the hand-offs of the final schedule after after and not after through, in order. One in which people only
// change rotation is none. Asked for adjoining ranges it returns each hand-off exactly once.
func (s *Schedule) Handoffs(after, through time.Time) []Handoff {
	lo, hi := unixOf(after), unixOf(through)+1
	if lo >= hi {
		return nil
	}
	view := s.during(lo, hi)
	before := users(view.final(s.zone.moment(lo)))
	var out []Handoff
	for _, at := range view.changes(lo, hi) {
		now := users(view.final(s.zone.moment(at)))
		if h, ok := handoff(before, now); ok {
			h.At = s.zone.time(at)
			out = append(out, h)
		}
		before = now
	}
	return out
}

// NextHandoff returns the first hand-off after t, and false if there is none within 731 days.
func (s *Schedule) NextHandoff(t time.Time) (Handoff, bool) {
	unix := unixOf(t)
	before := users(s.final(s.zone.moment(unix)))
	var found Handoff
	at, ok := s.after(unix, func(entries []entry) (changed bool) {
		found, changed = handoff(before, users(entries))
		return changed
	})
	found.At = s.zone.time(at)
	if !ok {
		return Handoff{}, false
	}
	return found, true
}

// handoff compares who is on call before and after.
func handoff(before, now []string) (h Handoff, changed bool) {
	for _, user := range now {
		if slices.Contains(before, user) {
			h.Stay = append(h.Stay, user)
		} else {
			h.On = append(h.On, user)
		}
	}
	for _, user := range before {
		if !slices.Contains(now, user) {
			h.Off = append(h.Off, user)
		}
	}
	h.NobodyAfter = len(now) == 0
	return h, len(h.On)+len(h.Off) > 0
}
