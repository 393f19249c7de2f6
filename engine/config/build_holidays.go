package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

// maxHolidays bounds the days of one calendar.
const maxHolidays = 10_000

// holidays makes the calendars of holidays.
func (b *builder) holidays() {
	for i, h := range b.f.Holidays {
		path := fmt.Sprintf("holidays[%d]", i)
		var days directory.Holidays
		for j, d := range h.Dates {
			at := fmt.Sprintf("%s.dates[%d]", path, j)
			if b.written(at + ".date") {
				at += ".date"
			}
			day, err := d.Date.day()
			if err != nil {
				b.fail(at, "", "%v", err)
				continue
			}
			days = append(days, directory.Holiday{Date: day, Name: d.Name})
		}
		switch {
		case h.ICal != nil:
			days = append(days, b.calendar(path+".ical.file", h.ICal)...)
		case len(h.Dates) == 0:
			b.fail(path, "add dates: [2026-12-25], or ical: {file: holidays.ics}", "%s has no holidays", h.Name)
		}
		if len(days) > maxHolidays {
			b.fail(path, "", "%s has more than %d days", h.Name, maxHolidays)
			continue
		}
		// Of two of the same day the first one listed gives the name.
		slices.SortStableFunc(days, func(x, y directory.Holiday) int { return x.Date.Compare(y.Date) })
		days = slices.CompactFunc(days, func(x, y directory.Holiday) bool { return x.Date.Equal(y.Date) })
		b.dir.Holidays[string(h.Name)] = days
	}
}

// calendar returns the days of an iCalendar.
func (b *builder) calendar(path string, c *HolidayICal) (days directory.Holidays) {
	if c.src == nil {
		return nil // which loading has reported, or there was no loading
	}
	seen := map[ical.Problem]bool{}
	timed := 0
	for year := firstYear; year <= lastYear; year += 10 { // the most that can be read at once
		from, to := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year+10, 1, 1, 0, 0, 0, 0, time.UTC)
		read, err := ical.Read([]byte(c.text), time.UTC, from, to)
		if err != nil {
			b.fail(path, "", "%s cannot be used: %v", c.File, err)
			return nil
		}
		for _, p := range read.Problems {
			if seen[p] {
				continue
			}
			seen[p] = true
			b.problems = append(b.problems, Problem{
				Severity: Warning, Path: path, Message: "this is left out: " + p.Message, at: position{c.src, p.Line, 1},
			})
		}
		for _, e := range read.Events {
			if !e.AllDay {
				timed++
				continue
			}
			for _, day := range e.Days() {
				if !day.Before(from) && day.Before(to) && len(days) <= maxHolidays {
					days = append(days, directory.Holiday{Date: day, Name: e.Summary})
				}
			}
		}
	}
	switch {
	case timed > 0:
		b.warn(path, "holidays are events of whole days", "what in %s has a time of day is left out: %d of its events", c.File, timed)
	case len(days) == 0:
		b.warn(path, "", "%s has no events of whole days from %d to %d", c.File, firstYear, lastYear)
	}
	return days
}
