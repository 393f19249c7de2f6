package schedules

import (
	"slices"
	"time"
)

// Interval is a time in which nothing changes: Shifts are on call from From until To, To excluded. Nobody is
// on call where Shifts is empty.
type Interval struct {
	From, To time.Time
	Shifts   []Shift // sorted by user, no person twice; From and Until are clipped to the range asked for
}

// Intervals returns the final schedule from from until to, as intervals that follow each other without
// gap or overlap. Neighbours differ in who is on call, in which rotation, or by override or not. There are none when
// to is not after from. The cost grows with the number of hand-offs in the range.
func (s *Schedule) Intervals(from, to time.Time) []Interval {
	view := s.during(unixOf(from), unixOf(to)+1)
	return view.lay(from, to, view.changes, view.final)
}

// lay makes intervals of a sequence of people between instants at which it may change.
func (s *Schedule) lay(from, to time.Time, changes func(lo, hi int64) []int64, people func(moment) []entry) []Interval {
	if !from.Before(to) {
		return nil
	}
	lo, hi := unixOf(from), unixOf(to)+1
	var out []Interval
	var last []entry
	add := func(at time.Time, now []entry) {
		if len(out) > 0 && slices.Equal(now, last) {
			return
		}
		if len(out) > 0 {
			out[len(out)-1].To = at
		}
		next := Interval{From: at, To: to.In(s.zone.Location)}
		for _, e := range now {
			next.Shifts = append(next.Shifts, s.shift(e))
		}
		out, last = append(out, next), now
	}
	add(from.In(s.zone.Location), people(s.zone.moment(lo)))
	for _, at := range changes(lo, hi) {
		if t := s.zone.time(at); t.Before(to) {
			add(t, people(s.zone.moment(at)))
		}
	}
	bound(out)
	return out
}

// bound sets From and Until of every shift, which may span several intervals.
func bound(intervals []Interval) {
	same := func(a Shift) func(Shift) bool {
		return func(b Shift) bool { return a.User == b.User && a.Rotation == b.Rotation && a.Override == b.Override }
	}
	for i := range intervals {
		for j := range intervals[i].Shifts {
			shift := &intervals[i].Shifts[j]
			shift.From = intervals[i].From
			if i > 0 {
				if k := slices.IndexFunc(intervals[i-1].Shifts, same(*shift)); k >= 0 {
					shift.From = intervals[i-1].Shifts[k].From
				}
			}
		}
	}
	for i := len(intervals) - 1; i >= 0; i-- {
		for j := range intervals[i].Shifts {
			shift := &intervals[i].Shifts[j]
			shift.Until = intervals[i].To
			if i+1 < len(intervals) {
				if k := slices.IndexFunc(intervals[i+1].Shifts, same(*shift)); k >= 0 {
					shift.Until = intervals[i+1].Shifts[k].Until
				}
			}
		}
	}
}
