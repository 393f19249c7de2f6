package ical

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// moment is a date or a date and time as an event says it.
type moment struct {
	wall time.Time // what the clock shows, written as UTC
	loc  *time.Location
	date bool // without a time of day
}

func (m moment) instant() time.Time { return schedules.Instant(m.wall, m.loc) }

// plus moves a moment on its wall clock.
func (m moment) plus(d time.Duration) moment {
	m.wall = m.wall.Add(d)
	return m
}

// moment reads the value of DTSTART, DTEND and the like.
func (r *reader) moment(p property, value string) (moment, error) {
	m := moment{loc: r.zone}
	layout := "20060102T150405"
	switch {
	case len(value) == 8:
		m.date, layout = true, "20060102"
	case strings.HasSuffix(value, "Z"):
		m.loc, value = time.UTC, strings.TrimSuffix(value, "Z")
	case p.params["TZID"] != "":
		loc, err := r.location(p.params["TZID"])
		if err != nil {
			return m, err
		}
		m.loc = loc
	}
	wall, err := time.Parse(layout, value)
	if err != nil {
		return m, fmt.Errorf("%s: %q is not a date or a time", p.name, clip(value))
	}
	if y := wall.Year(); y < minYear || y > maxYear {
		return m, fmt.Errorf("%s: the year %d is out of range; %d to %d are fine", p.name, y, minYear, maxYear)
	}
	m.wall = wall
	return m, nil
}

// length is how long an event lasts: so much on the wall clock, and then so much elapsed time.
type length struct{ wall, elapsed time.Duration }

// end is when an occurrence that begins at m is over.
func (l length) end(m moment) time.Time { return m.plus(l.wall).instant().Add(l.elapsed) }

var errDuration = errors.New("not a duration such as P1W, P1DT12H or PT30M")

// parseDuration reads a duration (RFC 5545 section 3.3.6). Negative ones are no length of an event.
func parseDuration(s string) (length, error) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !ok || rest == "" {
		return length{}, errDuration
	}
	var l length
	clock := false
	for rest != "" {
		if rest[0] == 'T' && !clock {
			if clock, rest = true, rest[1:]; rest == "" {
				return length{}, errDuration
			}
			continue
		}
		end := strings.IndexAny(rest, "WDHMS")
		if end < 1 {
			return length{}, errDuration
		}
		n, err := strconv.ParseUint(rest[:end], 10, 20) // a million at most
		if err != nil {
			return length{}, errDuration
		}
		switch unit := rest[end]; {
		case unit == 'W' && !clock:
			l.wall += time.Duration(n) * 7 * 24 * time.Hour
		case unit == 'D' && !clock:
			l.wall += time.Duration(n) * 24 * time.Hour
		case unit == 'H' && clock:
			l.elapsed += time.Duration(n) * time.Hour
		case unit == 'M' && clock:
			l.elapsed += time.Duration(n) * time.Minute
		case unit == 'S' && clock:
			l.elapsed += time.Duration(n) * time.Second
		default:
			return length{}, errDuration
		}
		if l.wall > maxLength || l.elapsed > maxLength {
			return length{}, fmt.Errorf("longer than %d days", maxLength/(24*time.Hour))
		}
		rest = rest[end+1:]
	}
	return l, nil
}

// maxLength is the longest that one event may last.
const maxLength = 3660 * 24 * time.Hour

// clip shortens what a message quotes.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
