package schedules

import (
	"math"
	"slices"
)

// entry is one person on call.
type entry struct {
	user     string
	rotation int // index; whole for an override of the whole schedule
	override bool
}

const whole = -1

type rotation struct {
	name         string
	zone         zone
	epochs       []epoch // ascending; none for a calendar
	starts, ends int64   // Unix seconds
	anchor       int64   // Unix second of hand-off 0
	elapsed      int64   // seconds per turn, where turns are elapsed time
	handoffs     handoffs
	weekly       weekly
	worked       weekly // the parts of the week whose days are not skipped
	calendar     cells
	imported     bool     // calendar says who is on call, empty or not
	listed       []string // users, in any order
}

// live says whether the rotation has started and not ended.
func (r *rotation) live(unix int64) bool { return r.starts <= unix && unix < r.ends }

// turn returns the number of the turn at m, counted from the anchor. Meaningful while live.
func (r *rotation) turn(m moment) int64 {
	switch {
	case r.elapsed > 0:
		return max(0, m.unix-r.anchor) / r.elapsed
	case r.handoffs == nil:
		return 0
	}
	n := r.handoffs.floor(m.wall + m.ahead)
	for !m.settled && n > 0 {
		if w, ok := r.handoffs.at(n); ok && r.zone.instant(w) <= m.unix {
			break
		}
		n--
	}
	return n
}

// epoch returns the epoch at an instant.
func (r *rotation) epoch(unix int64) epoch {
	last := len(r.epochs) - 1
	for last > 0 && r.epochs[last].from > unix {
		last--
	}
	return r.epochs[last]
}

// at returns who is on call at m, overrides aside. The result is shared and must not be changed.
func (r *rotation) at(m moment) []entry {
	if !r.live(m.unix) || !r.weekly.active(r.zone, m) || !r.worked.active(r.zone, m) {
		return nil
	}
	if len(r.epochs) == 0 {
		return r.calendar.at(m.unix)
	}
	return r.epoch(m.unix).with(r.turn(m))
}

// boundaries appends every instant in (lo, hi) at which at may change.
func (r *rotation) boundaries(dst []int64, lo, hi int64) []int64 {
	for _, edge := range [...]int64{r.starts, r.ends} {
		if lo < edge && edge < hi {
			dst = append(dst, edge)
		}
	}
	lo, hi = max(lo, r.starts), min(hi, r.ends)
	if lo >= hi {
		return dst
	}
	dst = r.handoffsBetween(dst, lo, hi)
	dst = r.calendar.boundaries(dst, lo, hi)
	for _, e := range r.epochs {
		if lo < e.from && e.from < hi {
			dst = append(dst, e.from)
		}
	}
	for _, parts := range [...]weekly{r.weekly, r.worked} {
		if len(parts) > 0 {
			dst = parts.boundaries(dst, r.zone, lo, hi)
		}
	}
	return dst
}

// handoffsBetween appends the instants in (lo, hi) at which a turn begins.
func (r *rotation) handoffsBetween(dst []int64, lo, hi int64) []int64 {
	if r.elapsed > 0 {
		first := r.anchor + (max(0, lo-r.anchor)/r.elapsed+1)*r.elapsed
		for at := first; at < hi; at += r.elapsed {
			dst = append(dst, at)
		}
		return dst
	}
	if r.handoffs == nil {
		return dst
	}
	for n := r.handoffs.floor(wall(lo) - 2*span); ; n++ {
		w, ok := r.handoffs.at(n)
		if !ok || w > wall(hi)+2*span {
			return dst
		}
		if at := r.zone.instant(w); lo < at && at < hi {
			dst = append(dst, at)
		}
	}
}

// users returns everybody who is listed, whenever they take part.
func (r *rotation) users() []string {
	users := slices.Clone(r.listed)
	slices.Sort(users)
	return slices.Compact(users)
}

// members returns who takes part at an instant. Of a calendar, that is everybody in it.
func (r *rotation) members(unix int64) []string {
	if len(r.epochs) == 0 {
		return r.users()
	}
	var users []string
	for _, turn := range r.epoch(unix).cycle {
		for _, e := range turn {
			users = append(users, e.user)
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

const (
	always = math.MinInt64
	never  = math.MaxInt64
)
