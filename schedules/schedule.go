package schedules

import (
	"cmp"
	"slices"
	"time"
)

// Schedule says who is on call when. New makes one; it never changes, and any number of goroutines may use it.
type Schedule struct {
	name      string
	zone      zone
	layers    bool
	rotations []*rotation
	overrides []override
}

// Shift is one person on call from From until Until, Until excluded.
type Shift struct {
	User     string
	Rotation string    // empty for an override of the whole schedule
	From     time.Time // in the schedule's zone; zero if without beginning
	Until    time.Time // in the schedule's zone; zero if without end
	Override bool
}

// Name returns the schedule's name.
func (s *Schedule) Name() string { return s.name }

// Location returns the schedule's zone.
func (s *Schedule) Location() *time.Location { return s.zone.Location }

// Rotations returns the names of the rotations, in the order of the Spec.
func (s *Schedule) Rotations() []string {
	names := make([]string, len(s.rotations))
	for i, r := range s.rotations {
		names[i] = r.name
	}
	return names
}

// Participants returns everybody in any rotation or override, sorted, each once.
func (s *Schedule) Participants() []string {
	var users []string
	for _, r := range s.rotations {
		users = append(users, r.users()...)
	}
	for _, o := range s.overrides {
		if o.user != Nobody {
			users = append(users, o.user)
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

// RotationParticipants returns everybody listed in one rotation, now or at another time, sorted, each once; none if there is no such rotation.
func (s *Schedule) RotationParticipants(name string) []string {
	for _, r := range s.rotations {
		if r.name == name {
			return r.users()
		}
	}
	return nil
}

// RotationMembers returns who takes part in one rotation at t, whether on call or not, sorted, each once: without those who have
// left or not yet joined. Of a calendar, that is everybody in it.
func (s *Schedule) RotationMembers(name string, t time.Time) []string {
	for _, r := range s.rotations {
		if r.name == name {
			return r.members(unixOf(t))
		}
	}
	return nil
}

// OnCall returns who is on call at t in the final schedule, sorted, each once.
func (s *Schedule) OnCall(t time.Time) []string {
	return users(s.final(s.zone.moment(unixOf(t))))
}

// At returns who is on call at t in the final schedule, sorted by user. Somebody on call in
// several rotations is listed once, in the first listed of them.
//
// From and Until are when the person's being listed so begins and ends, not when turns do: two turns
// in a row are one shift. They are searched for up to 731 days each way; a shift that goes on beyond has
// a zero From or Until.
func (s *Schedule) At(t time.Time) []Shift {
	unix := unixOf(t)
	entries := s.final(s.zone.moment(unix))
	if len(entries) == 0 {
		return nil
	}
	shifts := make([]Shift, len(entries))
	for i, e := range entries {
		shifts[i] = s.shift(e)
		absent := func(now []entry) bool { return !slices.Contains(now, e) }
		if from, ok := s.before(unix, absent); ok {
			shifts[i].From = s.zone.time(from)
		}
		if until, ok := s.after(unix, absent); ok {
			shifts[i].Until = s.zone.time(until)
		}
	}
	return shifts
}

func (s *Schedule) shift(e entry) Shift {
	shift := Shift{User: e.user, Override: e.override}
	if e.rotation != whole {
		shift.Rotation = s.rotations[e.rotation].name
	}
	return shift
}

// final returns who is on call at m, sorted by user, each once. The result may be shared and must not be changed.
func (s *Schedule) final(m moment) []entry {
	var some [4][]entry // enough for most, and not on the heap
	return s.combine(s.cells(some[:0], m))
}

// cells appends who is on call in each rotation at m, by overrides too.
func (s *Schedule) cells(cells [][]entry, m moment) [][]entry {
	for _, r := range s.rotations {
		cells = append(cells, r.at(m))
	}
	for _, o := range s.overrides {
		if o.covers(m.unix) {
			o.apply(cells)
		}
	}
	return cells
}

// combine makes one list of the rotations' lists.
func (s *Schedule) combine(cells [][]entry) []entry {
	var all []entry
	filled := 0
	for _, cell := range cells {
		if len(cell) == 0 {
			continue
		}
		if filled++; filled == 1 || s.layers {
			all = cell
		} else {
			all = append(slices.Clip(all), cell...)
		}
	}
	byUser := func(a, b entry) int { return cmp.Compare(a.user, b.user) }
	if !slices.IsSortedFunc(all, byUser) {
		all = slices.Clone(all)
		slices.SortStableFunc(all, byUser)
	}
	for i := 1; i < len(all); i++ {
		if all[i].user == all[i-1].user {
			return slices.CompactFunc(slices.Clone(all), func(a, b entry) bool { return a.user == b.user })
		}
	}
	return all
}

// users returns the people in entries, which are sorted.
func users(entries []entry) []string {
	if len(entries) == 0 {
		return nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.user
	}
	return names
}
