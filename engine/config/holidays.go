package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Holidays is a named calendar of days off. A holiday is a date, from midnight to midnight in the zone of whoever asks.
type Holidays struct {
	Name  Name         `json:"name" doc:"Short, such as us; for holidays of users and holiday(…) in rules."`
	Dates []Holiday    `json:"dates,omitempty" doc:"Days such as 2026-12-25, or {date, name}."`
	ICal  *HolidayICal `json:"ical,omitempty" doc:"An iCalendar file whose events of whole days are holidays, too."`
}

// Holiday is one day off; a bare date has no name.
type Holiday struct {
	Date Date   `json:"date" doc:"Such as 2026-12-25."`
	Name string `json:"name,omitempty" doc:"For people."`
}

func (h *Holiday) setText(date string) { h.Date = Date(date) }

// HolidayICal is where an iCalendar is.
type HolidayICal struct {
	File string `json:"file" doc:"Its path, relative to this file. At most 1 MiB; days from 2000 to 2099 count."`

	text string  // what the file has
	src  *source // where it is, nil if it could not be read
}

// Date is a day, YYYY-MM-DD.
type Date string

func (d Date) check() error {
	_, err := d.day()
	return err
}

func (Date) pattern() string { return `^[0-9]{4}-[0-9]{2}-[0-9]{2}$` }

// day is the midnight in UTC with which the date begins there.
func (d Date) day() (time.Time, error) {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return day, fmt.Errorf("%q is not a date; write it as 2026-12-25", string(d))
	}
	if y := day.Year(); y < firstYear || y > lastYear {
		return day, fmt.Errorf("%q is out of range; the years %d to %d are fine", string(d), firstYear, lastYear)
	}
	return day, nil
}

// The years in which there are holidays.
const firstYear, lastYear = 2000, 2099

// maxCalendar bounds an iCalendar file, in bytes.
const maxCalendar = 1 << 20

// calendars reads the iCalendar files that the configuration names.
func (l *loader) calendars(f *File) {
	for i, h := range f.Holidays {
		if h.ICal == nil || h.ICal.File == "" {
			continue
		}
		n := l.tree.find(fmt.Sprintf("holidays[%d].ical.file", i))
		path := h.ICal.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(n.at.src.name), path)
		}
		data, err := read(path, maxCalendar)
		if err == nil && data == "" {
			err = errors.New("it is empty")
		}
		if err != nil {
			l.invalid(n, fmt.Sprintf("the calendar %q %s", h.ICal.File, reason(err)), "")
			continue
		}
		l.files = append(l.files, path)
		h.ICal.text, h.ICal.src = data, newSource(path, data)
	}
}
