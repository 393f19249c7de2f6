package schedules

import (
	"slices"
	"time"
)

// Next returns who comes after those on call at t: sorted, each once, none of them on call at t.
//
// Each rotation that has somebody on call (in layers, only the one that counts), overrides aside, gives
// the first of the turns after the present one, in the order of the participants and round again, in which there is
// anybody who is not on call at t; so a rotation of one person gives none. Restrictions and when that turn
// begins do not matter, and overrides only as they put people on call at t. A calendar's turns are taken in their order
// in time. Of participants who join or leave, those count who take part at t.
//
// When nobody is on call at t, or somebody is only by an override that fills a gap, it returns
// those who come on call next, searched for up to 731 days.
func (s *Schedule) Next(t time.Time) []string { return s.neighbours(unixOf(t), 1) }

// Previous is Next, the other way round in the order of participants and in time.
func (s *Schedule) Previous(t time.Time) []string { return s.neighbours(unixOf(t), -1) }

func (s *Schedule) neighbours(unix int64, step int) []string {
	m := s.zone.moment(unix)
	now := users(s.final(m))
	inForce := s.inForce(m)
	if len(now) == 0 || len(inForce) == 0 {
		return s.nearest(unix, step, now)
	}
	var found []string
	for _, r := range inForce {
		found = append(found, r.following(m, step, now)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// following returns those of the first turn after m, or before it, that has anybody who is not among now.
func (r *rotation) following(m moment, step int, now []string) []string {
	if len(r.epochs) == 0 {
		for i := r.calendar.index(m.unix) + step; i >= 0 && i < len(r.calendar); i += step {
			if others := without(r.calendar[i].on, now); len(others) > 0 {
				return others
			}
		}
		return nil
	}
	e := r.epoch(m.unix)
	n, at := len(e.cycle), e.position(r.turn(m))
	for i := 1; i < n; i++ {
		if others := without(e.cycle[((at+i*step)%n+n)%n], now); len(others) > 0 {
			return others
		}
	}
	return nil
}

// inForce returns the rotations that, overrides aside, decide who is on call at m.
func (s *Schedule) inForce(m moment) []*rotation {
	var found []*rotation
	for _, r := range s.rotations {
		if len(r.at(m)) == 0 {
			continue
		}
		if s.layers {
			found = found[:0]
		}
		found = append(found, r)
	}
	return found
}

// nearest returns the first people in time, forwards or backwards, who are not among now.
func (s *Schedule) nearest(unix int64, step int, now []string) []string {
	var found []string
	match := func(then []entry) bool {
		found = without(then, now)
		return len(found) > 0
	}
	if step > 0 {
		s.after(unix, match)
	} else {
		s.before(unix, match)
	}
	return found
}

// without returns the people in entries who are not in some.
func without(entries []entry, some []string) []string {
	var others []string
	for _, e := range entries {
		if !slices.Contains(some, e.user) {
			others = append(others, e.user)
		}
	}
	return others
}
