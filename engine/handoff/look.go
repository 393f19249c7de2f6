package handoff

import (
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// unhurried is when to look again at a schedule of which nothing changes for as far as can be seen.
const unhurried = 180 * 24 * time.Hour

// look holds what people were told against who is on call, and tells those to whom it makes a difference. It says
// true when that is due, and for another replica to do.
func (s *State) look(env Env) (leave bool) {
	if s.Removed {
		return false
	}
	schedule := env.Dir.Schedules[s.Schedule]
	if mine := env.Dir.Handoffs[s.Schedule]; schedule == nil || mine.Edition != s.Settings.Edition {
		due := !s.NextAt.After(env.Now)
		if !due || schedule == nil || mine.Edition == "" || env.Now.Sub(s.NextAt) < abandoned {
			return due
		}
		s.Settings = mine
	}
	now := env.Now
	if s.SeenAt.After(now) {
		now = s.SeenAt
	}
	before := s.Told
	roster := s.roster(schedule, now)
	off := s.off(roster, now)
	var wait time.Time
	tell := func(n Notice) {
		if until, must := s.postponed(env, n.User); must {
			wait = soonest(wait, until)
			return
		}
		s.tell(env, n)
	}
	for _, n := range off {
		tell(n)
	}
	told := s.toldOn()
	for _, user := range slices.Sorted(maps.Keys(roster)) {
		again := slices.ContainsFunc(off, func(n Notice) bool { return n.User == user })
		if !again && !slices.Contains(told, user) {
			tell(Notice{User: user, On: true, From: roster[user]})
		}
	}
	empty := len(schedule.OnCall(now)) == 0
	if empty && !s.Empty {
		s.note(env, "gap", "", gap(env, schedule, ""))
	}
	next := soonest(s.next(schedule, now), wait)
	if s.Told != before || empty != s.Empty || !next.Equal(s.NextAt) {
		s.SeenAt = now
	}
	s.Empty, s.NextAt = empty, next
	return false
}

// roster is who has to know that they are on call, and since when: those who are, and those whose shift begins within
// the lead. Who was on call less than a lead before is told at the beginning only: they were told just now that they
// go off.
func (s *State) roster(schedule *schedules.Schedule, now time.Time) map[string]time.Time {
	roster := map[string]time.Time{}
	for _, shift := range schedule.At(now) {
		roster[shift.User] = utc(shift.From)
	}
	if s.Settings.Lead <= 0 {
		return roster
	}
	for _, h := range schedule.Handoffs(now, now.Add(s.Settings.Lead)) {
		for _, user := range h.On {
			if _, ok := roster[user]; !ok && len(schedule.Shifts(h.At.Add(-s.Settings.Lead), h.At, user)) == 0 {
				roster[user] = utc(h.At)
			}
		}
	}
	return roster
}

// off are the notices for those who were told that they are on call and have to know that they are not: their shift
// is over, or does not come.
func (s *State) off(roster map[string]time.Time, now time.Time) (off []Notice) {
	for _, n := range s.Notices {
		from, ok := roster[n.User]
		begun := !n.From.After(now)
		switch {
		case !n.On || ok && !(begun && from.After(now)):
		case begun:
			off = append(off, Notice{User: n.User})
		default:
			off = append(off, Notice{User: n.User, From: n.From})
		}
	}
	return off
}

// toldOn are those who were told that they are, or will be, on call, sorted.
func (s *State) toldOn() (users []string) {
	for _, n := range s.Notices {
		if n.On {
			users = append(users, n.User)
		}
	}
	slices.Sort(users)
	return users
}

// next is when who is on call, or begins within the lead, changes first.
func (s *State) next(schedule *schedules.Schedule, now time.Time) (at time.Time) {
	if h, ok := schedule.NextHandoff(now); ok {
		at = h.At
	}
	if lead := s.Settings.Lead; lead > 0 {
		if h, ok := schedule.NextHandoff(now.Add(lead)); ok && (at.IsZero() || h.At.Add(-lead).Before(at)) {
			at = h.At.Add(-lead)
		}
	}
	switch {
	case !at.IsZero():
		return at.UTC()
	case s.NextAt.After(now):
		return s.NextAt // it does no harm
	}
	return now.Add(unhurried)
}

// soonest is the earlier of two times; zero is none.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
