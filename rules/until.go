package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// until is a delay_until: the next time that a clock shows a time of day, or the next beginning of a window.
type until struct {
	clock   time.Duration // since midnight, as clocks on walls count
	loc     *time.Location
	instant func(wall time.Time, loc *time.Location) time.Time
	hours   *Hours // instead of a time of day
}

// compileUntil reads "07:00", "07:00 Europe/Berlin" or the name of a window.
func (c *compiler) compileUntil(path, text string) *until {
	clock, zone, _ := strings.Cut(text, " ")
	seconds, err := parseClock(clock)
	switch {
	case err != nil && strings.Contains(clock, ":"):
		c.report(path, err.Error(), "")
		return nil
	case err != nil:
		c.uses.Windows[text] = true
		s, ok := c.windows[text]
		if !ok {
			hint := "write a time of day such as 07:00, or the name of one of windows"
			if near := nearest.To(text, slices.Sorted(maps.Keys(c.windows))); near != "" {
				hint = didYouMean(near)
			}
			c.report(path, fmt.Sprintf("%q is neither a time of day nor a window", text), hint)
			return nil
		}
		return &until{hours: &Hours{s}}
	case seconds == daySeconds:
		c.report(path, "24:00 is the end of a day", "write 00:00")
		return nil
	}
	u := &until{clock: time.Duration(seconds) * time.Second, loc: c.loc, instant: c.instant}
	if zone != "" {
		if u.loc, err = loadZone(zone); err != nil {
			c.report(path, err.Error(), "")
			return nil
		}
	}
	return u
}

// from is the first such time at or after now; zero when a window has begun.
func (u *until) from(now time.Time) (time.Time, error) {
	if u.hours != nil {
		at, ok := u.hours.Begins(now)
		switch {
		case !ok:
			return time.Time{}, errors.New("the window does not begin within a year: it is not waited for")
		case !at.After(now):
			return time.Time{}, nil
		}
		return at, nil
	}
	y, m, d := now.In(u.loc).Date()
	for ahead := range 3 {
		at := u.instant(time.Date(y, m, d+ahead, 0, 0, 0, 0, time.UTC).Add(u.clock), u.loc)
		if !at.Before(now) {
			return at, nil
		}
	}
	return time.Time{}, errors.New("the clock never shows that time: it is not waited for")
}

// onTheWall is the instant of a wall-clock time where a Spec does not say how to find it.
func onTheWall(wall time.Time, loc *time.Location) time.Time {
	y, mo, d := wall.Date()
	h, mi, s := wall.Clock()
	return time.Date(y, mo, d, h, mi, s, 0, loc)
}
