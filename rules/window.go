package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// weekdays are the names of the days, by time.Weekday.
var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

const daySeconds = 24 * 60 * 60

// span is a stretch of wall-clock time on some days of the week in one zone.
type span struct {
	loc      *time.Location
	days     [7]bool // by time.Weekday of the day on which the span starts
	from, to int     // seconds of the wall clock; to <= from runs over midnight
}

// everyDay is the days of a span that is not limited to some.
var everyDay = [7]bool{true, true, true, true, true, true, true}

// contains says whether the wall clock at t lies in the span. It goes by what
// the clock on the wall shows: an hour that is repeated counts twice.
func (s *span) contains(t time.Time) bool {
	t = t.In(s.loc)
	hour, minute, second := t.Clock()
	clock, day := hour*3600+minute*60+second, t.Weekday()
	if s.from < s.to {
		return s.days[day] && s.from <= clock && clock < s.to
	}
	if clock < s.to {
		return s.days[(day+6)%7] // started the day before
	}
	return s.days[day] && clock >= s.from
}

// newSpan makes a span of every day.
func newSpan(from, to string, loc *time.Location) (*span, error) {
	s := &span{loc: loc, days: everyDay}
	var err error
	if s.from, err = parseClock(from); err != nil {
		return nil, err
	}
	if s.to, err = parseClock(to); err != nil {
		return nil, err
	}
	if s.from == s.to {
		return nil, fmt.Errorf("from %s to %s is no time at all; the whole day is 00:00 to 24:00", from, to)
	}
	if s.from == daySeconds {
		return nil, errors.New("24:00 is the end of a day and cannot start a window; use 00:00")
	}
	return s, nil
}

// parseClock reads "15:04" into seconds of the day; "24:00" is its end.
func parseClock(s string) (int, error) {
	if s == "24:00" {
		return daySeconds, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("%q is not a time of day; write it as HH:MM, such as 09:00", s)
	}
	return t.Hour()*3600 + t.Minute()*60, nil
}

// loadZone finds a zone by IANA name. The server's own zone is not one: what a
// rule means must not depend on the machine.
func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if name == "Local" {
		return nil, errors.New("the zone Local depends on the machine; write an IANA name such as Europe/Berlin")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone; write an IANA name such as Europe/Berlin", name)
	}
	return loc, nil
}

// compileWindows checks the named windows. A window with mistakes is still
// listed, so that rules that use it are not reported as well.
func (c *compiler) compileWindows(windows []Window) {
	c.windows = make(map[string]*span, len(windows))
	for i, w := range windows {
		path := fmt.Sprintf("windows[%d]", i)
		if w.Name == "" {
			c.report(path+".name", "a window needs a name, for during(…)", "")
		} else if _, twice := c.windows[w.Name]; twice {
			c.report(path+".name", fmt.Sprintf("there are two windows named %q", w.Name), "give each window a name of its own")
		}
		c.windows[w.Name] = c.compileWindow(path, w)
	}
}

func (c *compiler) compileWindow(path string, w Window) *span {
	loc := c.loc
	if w.Zone != "" {
		var err error
		if loc, err = loadZone(w.Zone); err != nil {
			c.report(path+".timezone", err.Error(), "")
			loc = c.loc
		}
	}
	s := &span{loc: loc, days: everyDay, to: daySeconds}
	if w.From != "" || w.To != "" {
		if hours := c.compileHours(path, w, loc); hours != nil {
			s = hours
		}
	}
	if len(w.Days) > 0 {
		s.days = [7]bool{}
	}
	for i, name := range w.Days {
		day := slices.Index(weekdays[:], name)
		if day < 0 {
			c.report(fmt.Sprintf("%s.days[%d]", path, i), fmt.Sprintf("%q is not a day", name), dayHint(name))
			continue
		}
		s.days[day] = true
	}
	return s
}

// compileHours reads from and to, and reports each of them that is wrong.
func (c *compiler) compileHours(path string, w Window, loc *time.Location) *span {
	_, errFrom := parseClock(w.From)
	_, errTo := parseClock(w.To)
	if errFrom != nil {
		c.report(path+".from", errFrom.Error(), "")
	}
	if errTo != nil {
		c.report(path+".to", errTo.Error(), "")
	}
	if errFrom != nil || errTo != nil {
		return nil
	}
	s, err := newSpan(w.From, w.To, loc)
	if err != nil {
		c.report(path+".from", err.Error(), "")
		return nil
	}
	return s
}

// dayHint suggests the short name for however a day was written.
func dayHint(name string) string {
	lower := strings.ToLower(name)
	for _, day := range weekdays {
		if strings.HasPrefix(lower, day) {
			return didYouMean(day)
		}
	}
	return "days are mon, tue, wed, thu, fri, sat, sun"
}
