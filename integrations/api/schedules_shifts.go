package api

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// UserShift is when somebody is on call by a schedule.
type UserShift struct {
	Schedule string `json:"schedule"`
	Rotation string `json:"rotation" doc:"Empty for an override of the whole schedule."`
	From     Time   `json:"from"`
	Until    Time   `json:"until" doc:"Excluded."`
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
		for _, s := range c.env.Dir.Schedules[name].Shifts(from, to, user) {
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
