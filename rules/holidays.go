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
