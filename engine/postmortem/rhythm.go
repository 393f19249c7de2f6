package postmortem

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// defaultAt is when reminders go out where the configuration says no time.
const defaultAt = "17:00"

// searchDays reaches every day of the week, although zones have skipped one.
const searchDays = 9

// NextReminder is when the reminder after the one at last is sent; a zero last asks for the first. It is
// strictly after now, at the wall-clock time r.At in zone, on one of r.Days, and at least r.Every after the day
// of the last one, in days of the calendar: a part of a day counts as a whole one, and nobody is reminded twice
// a day. A time that the clock skips or shows twice is read as schedules.ParseTime does.
func NextReminder(r directory.Remind, zone *time.Location, last, now time.Time) time.Time {
	day := date(now, zone)
	if !last.IsZero() {
		if due := date(last, zone).AddDate(0, 0, daysOf(r.Every)); due.After(day) {
			day = due
		}
	}
	for range searchDays {
		at := onDay(day, r.At, zone)
		if at.After(now) && (len(r.Days) == 0 || slices.Contains(r.Days, day.Weekday())) {
			return at
		}
		day = day.AddDate(0, 0, 1)
	}
	return onDay(day, r.At, zone) // r.Days are no days of the week: remind all the same
}

// date is the day that the calendar shows, as its midnight in UTC: days there are all alike.
func date(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func daysOf(every time.Duration) int {
	const day = 24 * time.Hour
	return max(1, int((every+day-1)/day))
}

// onDay is when the clock in zone shows the time at, such as "17:00", on a day.
func onDay(day time.Time, at string, zone *time.Location) time.Time {
	clock, err := time.Parse("15:04", at)
	if err != nil {
		at = defaultAt
		clock, _ = time.Parse("15:04", at)
	}
	t, err := schedules.ParseTime(day.Format(time.DateOnly)+"T"+clock.Format("15:04"), zone)
	if err != nil { // a year that no schedule knows: the exact minute does not matter
		y, m, d := day.Date()
		return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, zone)
	}
	return t
}
