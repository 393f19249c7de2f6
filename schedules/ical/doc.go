// Package ical reads and writes calendars as RFC 5545 describes them: it writes who is on call as a feed that calendar
// programs subscribe to, and reads a calendar that others keep as the turns of a rotation.
//
// It is pure: texts in, texts out. Fetching them is somebody else's. What it reads is taken to be hostile: its size, the
// number of events and occurrences, and the work that recurrence rules may cause are bounded, and a bad event is left out and
// reported without spoiling the rest.
//
// Recurrence rules are followed on the wall clock of the event's zone, and each occurrence becomes an instant by
// schedules.Instant. An occurrence ends when the wall clock shows what it does at the end of the first one, as in the calendar
// programs that people look at; a DURATION in hours is elapsed time.
package ical

import "time"

// Limits of what is read.
const (
	MaxBytes       = 8 << 20 // of a calendar
	MaxEvents      = 20_000  // VEVENTs
	MaxOccurrences = 50_000  // in the time asked for
	maxLine        = 64 << 10
	maxProblems    = 100
	maxDates       = 5_000     // EXDATEs and RDATEs of an event
	maxPeriods     = 1_000_000 // days, weeks, months or years that all rules together step through
	maxBarren      = 3         // rules that have no occurrence within a hundred years
	minYear        = 1900
	maxYear        = 2999
)

// Calendar is what a calendar has in a time.
type Calendar struct {
	Name     string  // X-WR-CALNAME or NAME
	Events   []Event // occurrences that touch the time, by their beginning, then as in the text
	Problems []Problem
}

// Event is one occurrence of an event.
type Event struct {
	UID       string
	Summary   string
	Attendees []string // e-mail addresses, lower case; without those who declined
	From, To  time.Time
	AllDay    bool
}

// Days returns the days that an occurrence touches, as the midnights with which they begin in the zone of From: what a calendar
// of holidays is about.
func (e Event) Days() []time.Time {
	var days []time.Time
	y, m, d := e.From.Date()
	for ; ; d++ {
		day := time.Date(y, m, d, 0, 0, 0, 0, e.From.Location())
		if n := len(days); n > 0 && !day.Before(e.To) {
			return days
		}
		days = append(days, day)
	}
}

// Problem is something left out.
type Problem struct {
	Line    int // of the text, from 1, unfolded lines counted as they stand in it; where the event begins
	Message string
}
