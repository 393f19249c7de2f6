package ical

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// event is a VEVENT.
type event struct {
	line      int
	uid       string
	summary   string
	attendees []string
	begins    moment
	has       bool // DTSTART
	length    length
	rule      string
	added     []moment
	removed   []moment
	cancelled bool
	sequence  int
	replaces  bool      // it has a RECURRENCE-ID
	instance  time.Time // which occurrence it replaces
}

// identity is what two versions of the same event share.
type identity struct {
	uid      string
	instance int64 // Unix second of the occurrence that it replaces; 0 for the series
	line     int   // tells events without a UID apart
}

func (e event) identity() identity {
	id := identity{uid: e.uid}
	if e.replaces {
		id.instance = e.instance.Unix()
	}
	if e.uid == "" {
		id.line = e.line
	}
	return id
}

var errTooMany = fmt.Errorf("the calendar has more than %d occurrences in this time", MaxOccurrences)

// expand lists the occurrences of all events.
func (r *reader) expand() error {
	newest := map[identity]event{}
	var order []identity
	for _, raw := range r.events {
		e, err := r.event(raw)
		if err != nil {
			r.problem(raw.line, "%v", err)
			continue
		}
		id := e.identity()
		old, known := newest[id]
		if !known {
			order = append(order, id)
		}
		if !known || e.sequence >= old.sequence {
			newest[id] = e
		}
	}
	replaced := map[identity]bool{}
	for _, id := range order {
		if newest[id].replaces {
			replaced[id] = true
		}
	}
	for _, id := range order {
		e := newest[id]
		if e.cancelled {
			continue
		}
		err := r.occurrences(e, replaced)
		switch {
		case errors.Is(err, errTooMany), errors.Is(err, errTooMuch):
			return err
		case err != nil:
			r.problem(e.line, "%v", err)
		}
	}
	return nil
}

// occurrences adds what of one event touches the time asked for.
func (r *reader) occurrences(e event, replaced map[identity]bool) error {
	removed := map[int64]bool{}
	days := map[string]bool{} // EXDATEs without a time of day
	for _, m := range e.removed {
		if m.date && !e.begins.date {
			days[m.wall.Format(time.DateOnly)] = true
			continue
		}
		removed[m.instant().Unix()] = true
	}
	seen := map[int64]bool{}
	add := func(m moment) error {
		from := m.instant()
		id := identity{uid: e.uid, instance: from.Unix()}
		if seen[from.Unix()] || removed[from.Unix()] || days[m.wall.Format(time.DateOnly)] || !e.replaces && e.uid != "" && replaced[id] {
			return nil
		}
		seen[from.Unix()] = true
		to := e.length.end(m)
		if !from.Before(r.to) || !to.After(r.from) || !from.Before(to) {
			return nil
		}
		if len(r.calendar.Events) == MaxOccurrences {
			return errTooMany
		}
		r.calendar.Events = append(r.calendar.Events, Event{
			UID: e.uid, Summary: strings.TrimSpace(e.summary), Attendees: e.attendees, From: from, To: to, AllDay: e.begins.date,
		})
		return nil
	}
	starts := []moment{e.begins}
	if e.rule != "" && !e.replaces {
		var err error
		if starts, err = r.recur(e); err != nil {
			return err
		}
	}
	for _, m := range append(starts, e.added...) {
		if err := add(m); err != nil {
			return err
		}
	}
	return nil
}
