package api

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// UserShift is when somebody is on call by a schedule.
type UserShift struct {
	Schedule string `json:"schedule"`
	Rotation string `json:"rotation" doc:"Empty for an override of the whole schedule."`
	From     Time   `json:"from" doc:"Also where it is before the time asked for; null when it has no beginning in the last two years."`
	Until    Time   `json:"until" doc:"Excluded. Also where it is after the time asked for; null when it has no end in the next two years."`
	Override bool   `json:"override"`
}

// defaultShifts is how far shifts are looked for.
const defaultShifts = 28 * 24 * time.Hour

// listShifts gives the shifts of a user in all schedules, in the order in which they begin.
func listShifts(c *call) (any, error) {
	user := c.param("ref")
	if _, ok := c.env.Dir.Users[user]; !ok {
		return nil, noSuch("user", user)
	}
	from, to, err := c.span(c.env.Now, defaultShifts)
	if err != nil {
		return nil, err
	}
	list := []UserShift{}
	for _, name := range sortedKeys(c.env.Dir.Schedules) {
		schedule := c.env.Dir.Schedules[name]
		for _, s := range schedule.Shifts(from, to, user) {
			s = whole(schedule, s, from, to)
			list = append(list, UserShift{Schedule: name, Rotation: s.Rotation, From: utc(s.From), Until: utc(s.Until), Override: s.Override})
		}
	}
	slices.SortStableFunc(list, func(a, b UserShift) int {
		if c := a.From.Compare(b.From.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Schedule, b.Schedule)
	})
	return listOf(list, store.Cursor{}, func(s UserShift) UserShift { return s }), nil
}

// whole is a shift with the beginning and the end that were cut off at those of the time asked for.
func whole(schedule *schedules.Schedule, s schedules.Shift, from, to time.Time) schedules.Shift {
	uncut := func(at time.Time) schedules.Shift {
		for _, o := range schedule.At(at) {
			if o.User == s.User && o.Rotation == s.Rotation && o.Override == s.Override {
				return o
			}
		}
		return s
	}
	first, last := s, s
	if s.From.Equal(from) {
		first = uncut(from)
	}
	if s.Until.Equal(to) {
		last = uncut(to.Add(-time.Second))
	}
	s.From, s.Until = first.From, last.Until
	return s
}
