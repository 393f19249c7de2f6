package rules

import "time"

// Date is a day of the calendar, in no zone: which instants it has depends on who asks.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day that a clock in the zone of t shows at t.
func DateOf(t time.Time) Date {
	var d Date
	d.Year, d.Month, d.Day = t.Date()
	return d
}

// daysOff are the days of one calendar or several, in a zone.
type daysOff struct {
	loc       *time.Location
	calendars []map[Date]bool
}

func (d *daysOff) contains(t time.Time) bool {
	day := DateOf(t.In(d.loc))
	for _, calendar := range d.calendars {
		if calendar[day] {
			return true
		}
	}
	return false
}

func onHoliday(args ...any) (any, error) {
	return args[1].(*daysOff).contains(args[0].(time.Time)), nil
}
