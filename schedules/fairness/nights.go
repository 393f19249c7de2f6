package fairness

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// NightCalendar is when it is night in a zone.
type NightCalendar struct{ spans []span }

// NightsIn returns the nights of a zone that reach into a time, whole: the first may begin before from. A zero night is
// every day from 22:00 to 06:00. It fails only for a night that makes no sense.
func NightsIn(zone *time.Location, night schedules.RestrictionSpec, from, to time.Time) (NightCalendar, error) {
	spans, err := hours("night", orNight(night), zone, from.AddDate(0, 0, -8), to.AddDate(0, 0, 8)) // a night may be a week's end long
	return NightCalendar{spans}, err
}

// At is when the night began that a time is in; false by day.
func (n NightCalendar) At(t time.Time) (began time.Time, dark bool) {
	i := sort.Search(len(n.spans), func(i int) bool { return n.spans[i].to.After(t) })
	if i == len(n.spans) || n.spans[i].from.After(t) {
		return time.Time{}, false
	}
	return n.spans[i].from, true
}

func orNight(night schedules.RestrictionSpec) schedules.RestrictionSpec {
	if night.From == "" && night.To == "" && len(night.Days) == 0 {
		night.From, night.To = "22:00", "06:00"
	}
	return night
}

// hours returns when a part of the week is: when somebody would be on call who is on call only then.
func hours(name string, part schedules.RestrictionSpec, zone *time.Location, from, to time.Time) ([]span, error) {
	s, problems := schedules.New(schedules.Spec{Zone: zone.String(), Rotations: []schedules.RotationSpec{
		{Participants: [][]string{{name}}, Restrict: []schedules.RestrictionSpec{part}},
	}})
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimPrefix(problems[0].Error(), "rotations[0].restrict[0]."))
	}
	var out []span
	for _, shift := range s.Shifts(from, to) {
		out = append(out, span{shift.From, shift.Until})
	}
	return out, nil
}
