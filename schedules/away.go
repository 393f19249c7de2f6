package schedules

import (
	"cmp"
	"slices"
	"time"
)

// Away is a time in which a user cannot be on call.
type Away struct {
	ID          string
	User        string
	From, Until time.Time // Until excluded
	Reason      string
}

// Uncovered returns the parts of shifts between from and to whose user is away: what somebody else has to take. They are
// in order of their beginning, and gone as soon as an override replaces the user.
func (s *Schedule) Uncovered(away []Away, from, to time.Time) []Shift {
	var out []Shift
	for _, user := range usersAway(away) {
		times := awayTimes(away, user)
		for _, shift := range s.Shifts(from, to, user) {
			for _, p := range times {
				part := shift
				part.From, part.Until = latest(shift.From, s.zone.time(p.from)), earliest(shift.Until, s.zone.time(p.until))
				if part.From.Before(part.Until) {
					out = append(out, part)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Shift) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.User, b.User)) })
	return out
}

// Cover returns who could take a shift: everybody in the schedule's rotations who is neither on call in it at any time of the
// shift, nor away; first those who have the least time on call in the 28 days around it.
func (s *Schedule) Cover(shift Shift, away []Away) []string {
	const around = 14 * 24 * time.Hour
	busy := map[string]time.Duration{}
	taken := map[string]bool{shift.User: true}
	for _, other := range s.Shifts(shift.From.Add(-around), shift.Until.Add(around)) {
		busy[other.User] += other.Until.Sub(other.From)
		if overlap(other.From, other.Until, shift.From, shift.Until) {
			taken[other.User] = true
		}
	}
	for _, a := range away {
		if overlap(a.From, a.Until, shift.From, shift.Until) {
			taken[a.User] = true
		}
	}
	var out []string
	for _, r := range s.rotations {
		for _, user := range r.users() {
			if !taken[user] && !slices.Contains(out, user) {
				out = append(out, user)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(busy[a], busy[b]), cmp.Compare(a, b)) })
	return out
}

// usersAway lists who is ever away, sorted.
func usersAway(away []Away) []string {
	var names []string
	for _, a := range away {
		names = append(names, a.User)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// awayTimes joins the times in which one user is away, in order.
func awayTimes(away []Away, user string) []period {
	var times []period
	for _, a := range away {
		if from, until := unixOf(a.From), unixOf(a.Until); a.User == user && from < until {
			times = append(times, period{from, until})
		}
	}
	slices.SortFunc(times, func(a, b period) int { return cmp.Compare(a.from, b.from) })
	var joined []period
	for _, p := range times {
		if n := len(joined); n > 0 && p.from <= joined[n-1].until {
			joined[n-1].until = max(joined[n-1].until, p.until)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

func overlap(from, until, otherFrom, otherUntil time.Time) bool {
	return from.Before(otherUntil) && otherFrom.Before(until)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
