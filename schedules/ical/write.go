package ical

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// utcLayout is how a time is written.
const utcLayout = "20060102T150405Z"

// Feed is a calendar to subscribe to.
type Feed struct {
	Name    string
	Stamp   time.Time     // when it was made
	Refresh time.Duration // how often programs should ask again; 0 is an hour
	Entries []Entry
}

// Entry is an event of a feed.
type Entry struct {
	UID         string // the same for the same shift, for ever
	Summary     string
	Description string
	From, To    time.Time
}

// Write returns the feed as text/calendar. Times are UTC, so it needs no VTIMEZONE, and calendar programs show them in the
// zone of whoever looks.
func (f Feed) Write() []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fold(&b, fmt.Sprintf(format, args...)) }
	refresh := f.Refresh
	if refresh <= 0 {
		refresh = time.Hour
	}
	every := fmt.Sprintf("PT%dM", max(1, int(refresh/time.Minute)))
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Tocsin//On-call schedules//EN")
	line("CALSCALE:GREGORIAN")
	line("METHOD:PUBLISH")
	line("NAME:%s", escape(f.Name))
	line("X-WR-CALNAME:%s", escape(f.Name))
	line("REFRESH-INTERVAL;VALUE=DURATION:%s", every)
	line("X-PUBLISHED-TTL:%s", every)
	for _, e := range f.Entries {
		line("BEGIN:VEVENT")
		line("UID:%s", escape(e.UID))
		line("DTSTAMP:%s", f.Stamp.UTC().Format(utcLayout))
		line("DTSTART:%s", e.From.UTC().Format(utcLayout))
		line("DTEND:%s", e.To.UTC().Format(utcLayout))
		line("SUMMARY:%s", escape(e.Summary))
		if e.Description != "" {
			line("DESCRIPTION:%s", escape(e.Description))
		}
		line("TRANSP:TRANSPARENT")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return b.Bytes()
}

// Entries returns the shifts of a schedule that touch the time from from until to, of users or of everybody. A shift that begins
// before from or ends after to is whole, as long as either is not more than 731 days away, so that its UID does not change
// with the time asked for. Host is the part of UIDs after the @, such as the name of the server.
func Entries(s *schedules.Schedule, from, to time.Time, host string, users ...string) []Entry {
	var out []Entry
	before, after := s.At(from), s.At(to.Add(-time.Second))
	for _, shift := range s.Shifts(from, to, users...) {
		for _, whole := range before {
			if alike(whole, shift) && shift.From.Equal(from) && !whole.From.IsZero() {
				shift.From = whole.From
			}
		}
		for _, whole := range after {
			if alike(whole, shift) && shift.Until.Equal(to) && !whole.Until.IsZero() {
				shift.Until = whole.Until
			}
		}
		out = append(out, entry(s.Name(), shift, host))
	}
	return out
}

func alike(a, b schedules.Shift) bool {
	return a.User == b.User && a.Rotation == b.Rotation && a.Override == b.Override
}

func entry(schedule string, shift schedules.Shift, host string) Entry {
	e := Entry{Summary: fmt.Sprintf("%s on call: %s", shift.User, schedule), From: shift.From, To: shift.Until}
	if shift.Rotation != "" {
		e.Description = "Rotation " + shift.Rotation + "."
	}
	if shift.Override {
		e.Description = "By override."
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %t %d", schedule, shift.Rotation, shift.User, shift.Override, shift.From.Unix()))
	e.UID = hex.EncodeToString(sum[:16]) + "@" + host
	return e
}
