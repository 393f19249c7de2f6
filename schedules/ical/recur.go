package ical

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// budget is the work that the rules of one calendar have caused.
type budget struct {
	periods int64
	barren  int
}

var errTooMuch = errors.New("the calendar's recurrence rules take too long to follow")

// recur lists the beginnings of a recurring event that may touch the time asked for, and the first one. The library sees
// floating wall-clock times only.
func (r *reader) recur(e event) ([]moment, error) {
	option, err := parseRule(e)
	if err != nil {
		return nil, fmt.Errorf("RRULE: %w", err)
	}
	lasts := e.length.wall + e.length.elapsed
	// A day more on both sides is further than any zone is from any other.
	low := wallOf(r.from, e.begins.loc).Add(-lasts - 48*time.Hour)
	high := wallOf(r.to, e.begins.loc).Add(48 * time.Hour)
	// The library looks at UNTIL only where the rule fires, so one that never does would go on to the year 9999 all the same.
	last := high
	if !option.Until.IsZero() && option.Until.Before(high) {
		last = option.Until
	}
	option.Until = time.Time{}
	out := []moment{e.begins}
	if last.Before(low) {
		return out, nil
	}
	skipAhead(option, low)
	if err := r.charge(option, high); err != nil {
		return nil, err
	}
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, fmt.Errorf("RRULE: %w", err)
	}
	next := iterate(rule)
	for fired := false; ; fired = true {
		wall, ok := next()
		if !ok && !fired || ok && wall.After(high.AddDate(100, 0, 0)) {
			r.budget.barren++
		}
		if !ok || wall.After(last) {
			return out, r.checkBarren()
		}
		if wall.Before(low) || wall.Equal(e.begins.wall) {
			continue
		}
		if len(out) > MaxOccurrences {
			return nil, errTooMany
		}
		m := e.begins
		m.wall = wall
		out = append(out, m)
	}
}

func (r *reader) checkBarren() error {
	if r.budget.barren > maxBarren {
		return errTooMuch
	}
	return nil
}

// wallOf is what clocks in loc show at t, written as UTC.
func wallOf(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// units are the frequencies that are followed, and how long their periods are.
var units = map[rrule.Frequency]time.Duration{
	rrule.HOURLY: time.Hour, rrule.DAILY: 24 * time.Hour, rrule.WEEKLY: 7 * 24 * time.Hour, rrule.MONTHLY: 28 * 24 * time.Hour, rrule.YEARLY: 365 * 24 * time.Hour,
}

// parseRule reads a rule and refuses those that the library cannot follow in reasonable time.
func parseRule(e event) (*rrule.ROption, error) {
	text := strings.ToUpper(strings.TrimSpace(e.rule))
	if strings.Contains(text, "DTSTART") || len(text) > 1000 {
		return nil, fmt.Errorf("%q is not a recurrence rule", clip(text))
	}
	o, err := rrule.StrToROption(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not a recurrence rule: %w", clip(text), err)
	}
	byDate := len(o.Bymonth)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno)+len(o.Bysetpos)+len(o.Byhour)+len(o.Byminute) > 0
	switch {
	case units[o.Freq] == 0:
		return nil, fmt.Errorf("FREQ=%v recurs too often", o.Freq)
	case o.Freq == rrule.HOURLY && (byDate || len(o.Byweekday) > 0):
		return nil, errors.New("FREQ=HOURLY with BY parts is not supported; use FREQ=DAILY with BYHOUR")
	case o.Interval < 0 || o.Interval > 10_000 || strings.Contains(text, "INTERVAL=0"):
		return nil, errors.New("INTERVAL is out of range; 1 to 10,000 are fine")
	case o.Count < 0 || strings.Contains(text, "COUNT=0"):
		return nil, errors.New("COUNT is at least 1")
	case len(o.Byeaster) > 0:
		return nil, errors.New("BYEASTER is not part of RFC 5545")
	case len(o.Byhour)*max(1, len(o.Byminute))*max(1, len(o.Bysecond)) > 48 || len(o.Byminute)*max(1, len(o.Bysecond)) > 48 || len(o.Bysecond) > 1:
		return nil, errors.New("recurs too often in a day")
	}
	for _, d := range o.Byweekday {
		if d.N() != 0 && (o.Freq > rrule.MONTHLY || o.Freq == rrule.MONTHLY && (d.N() > 5 || d.N() < -5)) {
			return nil, fmt.Errorf("BYDAY=%v: a numbered day needs FREQ=MONTHLY or YEARLY, and a month has five at most", d)
		}
	}
	o.Dtstart = e.begins.wall
	if !o.Until.IsZero() {
		o.Until = until(o.Until, text, e.begins.loc)
	}
	return o, nil
}

// until turns the UNTIL that the library read into wall clock: with a Z it is an instant, and as a date it includes that
// day.
func until(t time.Time, text string, loc *time.Location) time.Time {
	_, value, _ := strings.Cut(text, "UNTIL=")
	value, _, _ = strings.Cut(value, ";")
	switch {
	case strings.HasSuffix(value, "Z"):
		return wallOf(t, loc)
	case !strings.Contains(value, "T"):
		return t.Add(24*time.Hour - time.Second)
	}
	return t
}

// skipAhead begins a rule later when nothing but its phase depends on its beginning: without COUNT, by hours, days or weeks.
func skipAhead(o *rrule.ROption, low time.Time) {
	if o.Count > 0 || o.Freq < rrule.WEEKLY || len(o.Bysetpos) > 0 {
		return
	}
	step := units[o.Freq] * time.Duration(max(1, o.Interval))
	if n := low.Sub(o.Dtstart)/step - 1; n > 0 {
		o.Dtstart = o.Dtstart.Add(n * step)
	}
}

// charge counts what following a rule until high costs.
func (r *reader) charge(o *rrule.ROption, high time.Time) error {
	if n := int64(high.Sub(o.Dtstart)/units[o.Freq]) / int64(max(1, o.Interval)); n > 0 {
		r.budget.periods += n
	}
	r.budget.periods++
	if r.budget.periods > maxPeriods {
		return errTooMuch
	}
	return nil
}

// iterate returns the occurrences of a rule, ascending. Should the library reach outside of its tables for a rule, the rule
// ends there, rather than the program.
func iterate(rule *rrule.RRule) func() (time.Time, bool) {
	next := rule.Iterator()
	return func() (t time.Time, ok bool) {
		defer func() {
			if recover() != nil {
				t, ok = time.Time{}, false
			}
		}()
		return next()
	}
}
