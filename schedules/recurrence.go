package schedules

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// RecurrenceSpec is a span of time that may come again. Its times are as ParseTime reads them in Zone.
//
// With an RRule, From and Until are the first occurrence, and each occurrence is from when clocks in Zone show the
// beginning until they show the end, whatever they do in between: one from 02:00 to 04:00 lasts an hour where they skip
// one. An occurrence of which they skip everything does not take place. Occurrences must not touch each other.
// Those that would begin at Ends or later are none.
type RecurrenceSpec struct {
	From, Until string
	RRule       string // RFC 5545, such as FREQ=WEEKLY;BYDAY=SU; empty for once
	Ends        string // with RRule; empty for never
	Zone        *time.Location
}

// Recurrence is a span of time that may come again. It is immutable, and safe for use by many goroutines.
type Recurrence struct {
	zone        zone
	from, until stamp
	length      wall
	begins      handoffs // nil for once
	ends        int64    // Unix second; 0 for never
}

// NewRecurrence reads a span of time. Its problems have the names of a configuration's keys as their paths: from, until,
// rrule, ends.
func NewRecurrence(spec RecurrenceSpec) (*Recurrence, []Problem) {
	r := &Recurrence{zone: zone{spec.Zone}}
	var problems []Problem
	report := func(path, format string, args ...any) {
		problems = append(problems, Problem{path, fmt.Sprintf(format, args...)})
	}
	read := func(path, text string) (at stamp) {
		at, err := r.zone.parse(text)
		if err != nil {
			report(path, "%s", err)
		}
		return at
	}
	r.from, r.until = read("from", spec.From), read("until", spec.Until)
	if spec.Ends != "" {
		r.ends = read("ends", spec.Ends).unix
	}
	if len(problems) > 0 {
		return nil, problems
	}
	r.length = r.until.wall - r.from.wall
	switch {
	case r.until.unix <= r.from.unix:
		report("until", "%s is not after from, %s", spec.Until, spec.From)
	case spec.RRule == "" && spec.Ends != "":
		report("ends", "what does not come again ends with until; leave out ends, or add rrule")
	case spec.RRule == "":
	case r.zone.moment(r.from.unix).wall != r.from.wall:
		report("from", "clocks in %s skip %s; begin on another day, or at another time", spec.Zone, spec.From)
	case r.length <= 0:
		report("until", "clocks in %s go back between from and until; begin on another day", spec.Zone)
	case spec.Ends != "" && r.ends <= r.from.unix:
		report("ends", "%s is not after from, %s", spec.Ends, spec.From)
	default:
		if err := r.again(spec.RRule); err != nil {
			report("rrule", "%s", err)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return r, nil
}

// again reads the rule by which it comes again.
func (r *Recurrence) again(rule string) error {
	if strings.Contains(strings.ToUpper(rule), "DTSTART") {
		return errors.New("DTSTART does not belong here; use from")
	}
	begins, err := parseRule(rule, r.from.wall, r.zone)
	if errors.Is(err, errNeverFires) {
		return errors.New("never comes again after from; correct the rule, or leave it out for once")
	}
	if err != nil {
		return err
	}
	r.begins = begins
	before := r.from.wall
	for n := range int64(probe) {
		next, ok := begins.at(n + 1)
		if !ok {
			break
		}
		if next <= before+r.length {
			return fmt.Errorf("comes again at %s, before the occurrence of %s has ended or just then; there must be a pause in between",
				floating(next).Format(wallLayouts[0]), floating(before).Format(wallLayouts[0]))
		}
		before = next
	}
	return nil
}

// Occurrence is one time that it takes place, Until excluded.
type Occurrence struct{ From, Until time.Time }

// At returns the occurrence that t is in.
func (r *Recurrence) At(t time.Time) (Occurrence, bool) {
	m := r.zone.moment(unixOf(t))
	for n := r.latest(m.wall + m.ahead); n >= 0; n-- {
		from, until, ok := r.occurrence(n)
		if ok && from <= m.unix {
			return Occurrence{r.zone.time(from), r.zone.time(until)}, m.unix < until
		}
	}
	return Occurrence{}, false
}

// Next returns the occurrence that t is in or, where it is in none, the first one after it. There is none after its end.
func (r *Recurrence) Next(t time.Time) (Occurrence, bool) {
	m := r.zone.moment(unixOf(t))
	n := max(0, r.latest(m.wall-atMost)) // what a clock that went forward skipped is still to come
	for range probe + atMost/minute {
		from, until, ok := r.occurrence(n)
		if ok && m.unix < until {
			return Occurrence{r.zone.time(from), r.zone.time(until)}, true
		}
		if n++; !r.has(n) {
			break
		}
	}
	return Occurrence{}, false
}

// atMost is more than clocks go forward at once, but for a country that crosses the date line.
const atMost = 3 * hour

// Over reports whether nothing of it comes any more at t.
func (r *Recurrence) Over(t time.Time) bool {
	_, more := r.Next(t)
	return !more
}

// latest is the number of the last occurrence that begins at w by the clock on the wall, or before it; -1 for none.
func (r *Recurrence) latest(w wall) int64 {
	switch {
	case w < r.from.wall:
		return -1
	case r.begins == nil:
		return 0
	case r.ends != 0: // whatever begins later is none
		m := r.zone.moment(r.ends)
		w = min(w, m.wall+m.ahead)
	}
	return r.begins.floor(w)
}

// has reports whether there is an occurrence of that number.
func (r *Recurrence) has(n int64) bool {
	if n == 0 {
		return true
	}
	if r.begins == nil {
		return false
	}
	w, ok := r.begins.at(n)
	return ok && (r.ends == 0 || r.zone.instant(w) < r.ends)
}

// occurrence returns the Unix seconds of occurrence n. There is none at its place when clocks skip all of it.
func (r *Recurrence) occurrence(n int64) (from, until int64, ok bool) {
	if n == 0 {
		return r.from.unix, r.until.unix, true
	}
	if !r.has(n) {
		return 0, 0, false
	}
	w, _ := r.begins.at(n)
	from, until = r.zone.instant(w), r.zone.instant(w+r.length)
	return from, until, from < until
}
