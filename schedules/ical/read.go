package ical

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Read returns the occurrences of a calendar's events that touch the time from from until to, at most ten years. Times
// without a zone, and days, are those of zone. An event that makes no sense is left out and is among the problems; an
// error is a text that is no calendar, or one beyond the limits.
func Read(text []byte, zone *time.Location, from, to time.Time) (Calendar, error) {
	switch {
	case len(text) > MaxBytes:
		return Calendar{}, fmt.Errorf("the calendar has %d bytes; %d are the most", len(text), MaxBytes)
	case to.Sub(from) > maxLength:
		return Calendar{}, fmt.Errorf("%v to %v is more than ten years", from, to)
	}
	r := &reader{zone: zone, from: from, to: to, locations: map[string]*time.Location{}, aliases: map[string]string{}}
	if err := r.components(text); err != nil {
		return Calendar{}, err
	}
	if err := r.expand(); err != nil {
		return Calendar{}, err
	}
	slices.SortStableFunc(r.calendar.Events, func(a, b Event) int { return a.From.Compare(b.From) })
	return r.calendar, nil
}

type reader struct {
	zone      *time.Location
	from, to  time.Time
	locations map[string]*time.Location
	aliases   map[string]string // X-LIC-LOCATION of VTIMEZONEs, by TZID
	events    []rawEvent
	calendar  Calendar
	budget    budget
}

// rawEvent is the lines of a VEVENT.
type rawEvent struct {
	line  int
	lines []property
}

func (r *reader) problem(line int, format string, args ...any) {
	if len(r.calendar.Problems) < maxProblems {
		r.calendar.Problems = append(r.calendar.Problems, Problem{line, fmt.Sprintf(format, args...)})
	}
}

var errNoCalendar = errors.New("not a calendar: BEGIN:VCALENDAR is missing")

// components collects the lines of events, and what zones are called.
func (r *reader) components(text []byte) error {
	var path []string // open components, without those inside of events
	var inside int    // how many components deep inside of an event
	var event rawEvent
	var tzid string
	var failure error
	found := false
	lines(text, func(number int, content string) {
		p, err := parseLine(strings.TrimPrefix(content, "\uFEFF"), number)
		if err != nil {
			if found {
				r.problem(number, "%v", err)
			}
			return
		}
		name := strings.ToUpper(strings.TrimSpace(p.value))
		inEvent := len(path) == 2 && path[1] == "VEVENT"
		switch {
		case failure != nil:
		case p.name == "BEGIN" && inEvent:
			inside++
		case p.name == "END" && inEvent && inside > 0:
			inside--
		case p.name == "END" && inEvent:
			path = path[:1]
			if len(r.events) == MaxEvents {
				failure = fmt.Errorf("the calendar has more than %d events", MaxEvents)
			}
			r.events = append(r.events, event)
		case inEvent && inside == 0:
			event.lines = append(event.lines, p)
		case inEvent:
		case p.name == "BEGIN" && len(path) < 8:
			found = found || name == "VCALENDAR"
			path = append(path, name)
			event, tzid = rawEvent{line: number}, ""
		case p.name == "BEGIN":
			failure = fmt.Errorf("line %d: components are nested too deeply", number)
		case p.name == "END" && len(path) > 0:
			path = path[:len(path)-1]
		case slices.Contains(path, "VTIMEZONE") && p.name == "TZID":
			tzid = p.value
		case slices.Contains(path, "VTIMEZONE") && p.name == "X-LIC-LOCATION" && tzid != "":
			r.aliases[tzid] = p.value
		case len(path) == 1 && (p.name == "X-WR-CALNAME" || p.name == "NAME"):
			r.calendar.Name = unescaper.Replace(p.value)
		}
	})
	if !found {
		return errNoCalendar
	}
	return failure
}

// event reads one VEVENT.
func (r *reader) event(raw rawEvent) (event, error) {
	e := event{line: raw.line}
	var ends moment
	var hasEnd, hasLength bool
	for _, p := range raw.lines {
		var err error
		switch p.name {
		case "UID":
			e.uid = p.value
		case "SUMMARY":
			e.summary = unescaper.Replace(p.value)
		case "ATTENDEE":
			e.attend(p)
		case "STATUS":
			e.cancelled = strings.EqualFold(p.value, "CANCELLED")
		case "SEQUENCE":
			e.sequence, _ = strconv.Atoi(p.value) // a sequence that is no number counts as 0
		case "DTSTART":
			e.begins, err = r.moment(p, p.value)
			e.has = true
		case "DTEND":
			ends, err = r.moment(p, p.value)
			hasEnd = true
		case "DURATION":
			if e.length, err = parseDuration(p.value); err != nil {
				err = fmt.Errorf("DURATION: %w", err)
			}
			hasLength = true
		case "RRULE":
			if e.rule != "" {
				err = errors.New("RRULE: one rule is enough")
			}
			e.rule = p.value
		case "EXRULE":
			err = errors.New("EXRULE is not supported; use EXDATE")
		case "RDATE":
			err = r.dates(p, &e.added)
		case "EXDATE":
			err = r.dates(p, &e.removed)
		case "RECURRENCE-ID":
			var of moment
			of, err = r.moment(p, p.value)
			e.instance, e.replaces = of.instant(), true
			if err == nil && strings.EqualFold(p.params["RANGE"], "THISANDFUTURE") {
				err = errors.New("RECURRENCE-ID;RANGE=THISANDFUTURE is not supported")
			}
		}
		if err != nil {
			return e, err
		}
	}
	return e, e.measure(ends, hasEnd, hasLength)
}

// measure sets how long an event lasts.
func (e *event) measure(ends moment, hasEnd, hasLength bool) error {
	switch {
	case !e.has:
		return errors.New("DTSTART is missing")
	case hasEnd && e.begins.loc.String() == ends.loc.String():
		e.length = length{wall: ends.wall.Sub(e.begins.wall)}
	case hasEnd:
		e.length = length{elapsed: ends.instant().Sub(e.begins.instant())}
	case !hasLength && e.begins.date:
		e.length = length{wall: 24 * time.Hour}
	}
	if total := e.length.wall + e.length.elapsed; total < 0 {
		return errors.New("it ends before it begins")
	} else if total > maxLength {
		return fmt.Errorf("it lasts longer than %d days", maxLength/(24*time.Hour))
	}
	return nil
}

// attend notes somebody who takes part.
func (e *event) attend(p property) {
	address := strings.ToLower(p.value)
	mail, ok := strings.CutPrefix(address, "mailto:")
	if ok && len(e.attendees) < 100 && !strings.EqualFold(p.params["PARTSTAT"], "DECLINED") {
		e.attendees = append(e.attendees, mail)
	}
}

// dates reads the values of RDATE and EXDATE.
func (r *reader) dates(p property, into *[]moment) error {
	for value := range strings.SplitSeq(p.value, ",") {
		value, _, isPeriod := strings.Cut(value, "/")
		if isPeriod {
			return fmt.Errorf("%s: periods are not supported", p.name)
		}
		m, err := r.moment(p, value)
		if err != nil {
			return err
		}
		if len(*into) == maxDates {
			return fmt.Errorf("%s: more than %d dates", p.name, maxDates)
		}
		*into = append(*into, m)
	}
	return nil
}
