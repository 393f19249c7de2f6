package coverage

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Target is whom a step notifies. Make one with Always, OneOf, Place, OnCall, Next, Previous or Members.
type Target struct {
	name     string
	schedule string // of OnCall
	place    bool
	one      bool
	resolve  func(from, to time.Time) []slot
}

// slot is whom a target means from an instant on.
type slot struct {
	from  int64
	users []string
}

// Always is the same people at all times. Name is what the policy calls them, such as team:west; targets of one name in a
// plan are taken to be the same.
func Always(name string, users ...string) Target {
	users = slices.Sorted(slices.Values(users))
	return Target{name: name, resolve: func(from, _ time.Time) []slot { return []slot{{from.Unix(), users}} }}
}

// OneOf is one of some people, by chance. It counts as the one who is worst to reach.
func OneOf(name string, users ...string) Target {
	t := Always(name, users...)
	t.one = true
	return t
}

// Place is no person, such as a chat channel. Nobody is paged, but its step is not empty, and a policy that reaches a place
// has no gap.
func Place(name string) Target {
	return Target{name: name, place: true, resolve: func(from, _ time.Time) []slot { return []slot{{from: from.Unix()}} }}
}

// OnCall is who is on call.
func OnCall(s *schedules.Schedule) Target {
	t := asked("schedule:"+s.Name(), s, s.OnCall)
	t.schedule = s.Name()
	return t
}

// Next is who comes after those on call.
func Next(s *schedules.Schedule) Target { return asked("next:"+s.Name(), s, s.Next) }

// Previous is who came before those on call.
func Previous(s *schedules.Schedule) Target { return asked("previous:"+s.Name(), s, s.Previous) }

// Members is everybody who takes part in the rotations then.
func Members(s *schedules.Schedule) Target {
	return asked("rotation:"+s.Name(), s, func(at time.Time) (users []string) {
		for _, rotation := range s.Rotations() {
			users = append(users, s.RotationMembers(rotation, at)...)
		}
		slices.Sort(users)
		return slices.Compact(users)
	})
}

func asked(name string, s *schedules.Schedule, ask func(time.Time) []string) Target {
	return Target{name: name, resolve: func(from, to time.Time) []slot {
		slots := []slot{{from.Unix(), ask(from)}}
		for _, at := range s.Boundaries(from, to) {
			if now := ask(at); !slices.Equal(now, slots[len(slots)-1].users) {
				slots = append(slots, slot{at.Unix(), now})
			}
		}
		return slots
	}}
}
