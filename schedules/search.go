package schedules

import (
	"slices"
	"time"
)

// horizon is how far the future and the past are searched for a change, in seconds.
const horizon = int64(731 * day)

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
	return ordered(all)
}

// ordered sorts instants and keeps each once.
func ordered(all []int64) []int64 {
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
