package directory

import (
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Holidays are days off, ascending, each once.
type Holidays []Holiday

// Holiday is a day off: from midnight to midnight in the zone of whoever asks.
type Holiday struct {
	Date time.Time // the midnight of that date in UTC, of which only the date counts
	Name string    // for people; may be empty
}

// HolidaysOf returns the holidays of a user: those of the user's calendars, or else of all that there are.
func (d *Directory) HolidaysOf(user string) []time.Time {
	names := d.Users[user].Holidays
	if names == nil {
		names = slices.Collect(maps.Keys(d.Holidays))
	}
	var days []time.Time
	for _, name := range names {
		for _, day := range d.Holidays[name] {
			days = append(days, day.Date)
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal)
}

// Fairness is how what being on call costs is counted.
type Fairness struct {
	MaxShare float64                   // from which share of the mean on it is unfair, such as 0.25
	Night    schedules.RestrictionSpec // where the user lives
	Weekend  schedules.RestrictionSpec // where the user lives
}
