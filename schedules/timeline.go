package schedules

import (
	"slices"
	"time"
)

// horizon is how far the future and the past are searched for a change, in seconds.
const horizon = int64(731 * day)

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
	if !from.Before(to) {
		return nil
	}
	lo, hi := unixOf(from), unixOf(to)+1
	view := s.during(lo, hi)
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
	add(from.In(s.zone.Location), view.final(s.zone.moment(lo)))
	for _, at := range view.changes(lo, hi) {
		if t := s.zone.time(at); t.Before(to) {
			add(t, view.final(s.zone.moment(at)))
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

// NextChange returns the first instant after t at which the final schedule changes: who is on call, in
// which rotation, or by override or not. It is zero if that is more than 731 days away.
func (s *Schedule) NextChange(t time.Time) time.Time {
	unix := unixOf(t)
	now := s.final(s.zone.moment(unix))
	at, ok := s.after(unix, func(then []entry) bool { return !slices.Equal(now, then) })
	if !ok {
		return time.Time{}
	}
	return s.zone.time(at)
}

// after returns the first boundary after unix from which on match holds, within the horizon.
func (s *Schedule) after(unix int64, match func([]entry) bool) (int64, bool) {
	end := min(unix+horizon, maxUnix)
	for lo, step := unix, int64(2*day); lo < end; step *= 4 {
		hi := min(lo+step, end)
		for _, at := range s.changes(lo, hi+1) {
			if match(s.final(s.zone.moment(at))) {
				return at, true
			}
		}
		lo = hi
	}
	return 0, false
}

// before returns the last boundary at or before unix up to which match held, within the horizon.
func (s *Schedule) before(unix int64, match func([]entry) bool) (int64, bool) {
	end := max(unix-horizon, minUnix)
	for hi, step := unix, int64(2*day); hi > end; step *= 4 {
		lo := max(hi-step, end)
		for _, at := range slices.Backward(s.changes(lo, hi+1)) {
			if match(s.final(s.zone.moment(at - 1))) {
				return at, true
			}
		}
		hi = lo
	}
	return 0, false
}

// changes returns every instant in (lo, hi) at which the final schedule may change, ascending, each once.
// Between two of them it does not.
func (s *Schedule) changes(lo, hi int64) []int64 {
	var all []int64
	for _, r := range s.rotations {
		all = r.boundaries(all, lo, hi)
	}
	for _, o := range s.overrides {
		for _, edge := range [...]int64{o.from, o.until} {
			if lo < edge && edge < hi {
				all = append(all, edge)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// during returns the schedule with only the overrides that matter from lo until hi.
func (s *Schedule) during(lo, hi int64) *Schedule {
	view := *s
	view.overrides = nil
	for _, o := range s.overrides {
		if o.from < hi && lo < o.until {
			view.overrides = append(view.overrides, o)
		}
	}
	return &view
}
