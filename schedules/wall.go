package schedules

import (
	"fmt"
	"time"
)

// wall is a time on a clock on the wall, without a zone: the seconds since 1970-01-01T00:00 if every
// day had 24 hours.
type wall int64

const (
	minute wall = 60
	hour        = 60 * minute
	day         = 24 * hour
	week        = 7 * day

	// span is more than any zone's offset from UTC and more than any clock was ever moved at once
	// (24 hours, when a country crossed the date line).
	span = 26 * hour

	// The years 1 to 9999; instants outside are read as the nearest one inside.
	minUnix = -62135596800
	maxUnix = 253402300799
)

// zone converts between instants and the clock on the wall.
type zone struct{ *time.Location }

// offset returns the seconds that the wall clock is ahead of UTC at an instant.
func (z zone) offset(unix int64) int64 {
	_, offset := time.Unix(unix, 0).In(z.Location).Zone()
	return int64(offset)
}

// instant returns the Unix second at which the wall clock shows w, as RFC 5545 section 3.3.5 says: the first one if
// there are two, and if there is none, that of the offset in force before the gap.
//
// It relies on no clock changing twice within 2*span. (time.Time.ZoneBounds would make do without, but it is wrong
// on the last day of leap years after 2037, as of Go 1.26.)
func (z zone) instant(w wall) int64 {
	before, after := z.offset(int64(w-span)), z.offset(int64(w+span))
	early, late := int64(w)-before, int64(w)-after
	if before == after || z.offset(early) == before || z.offset(late) != after {
		return early
	}
	return late
}

// moment is an instant with what the wall clock shows then.
type moment struct {
	unix int64
	wall wall
	// ahead is how far beyond wall the clock may already have shown times: an hour after a clock went back.
	ahead wall
	// settled says that no clock change in the last hours can have put wall-clock times out of order: every
	// earlier wall-clock time has passed, and no later one has.
	settled bool
}

func (z zone) moment(unix int64) moment {
	offset, before := z.offset(unix), z.offset(unix-int64(span))
	return moment{
		unix:    unix,
		wall:    wall(unix + offset),
		ahead:   wall(max(0, before-offset)),
		settled: before == offset,
	}
}

// time returns the instant as a time in the zone.
func (z zone) time(unix int64) time.Time { return time.Unix(unix, 0).In(z.Location) }

// unixOf is the second that t is in.
func unixOf(t time.Time) int64 { return min(max(t.Unix(), minUnix), maxUnix) }

// stamp is a time from a Spec: what the wall clock shows and the instant. They are kept apart because a
// wall-clock time that a zone skips still anchors the days on which it exists.
type stamp struct {
	wall wall
	unix int64
}

var (
	wallLayouts   = [...]string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02"}
	offsetLayouts = [...]string{"2006-01-02T15:04Z07:00", time.RFC3339, "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00"}
)

func (z zone) parse(s string) (stamp, error) {
	for _, layout := range wallLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			w := wall(t.Unix())
			return stamp{w, z.instant(w)}, checkRange(t)
		}
	}
	for _, layout := range offsetLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return stamp{z.moment(t.Unix()).wall, t.Unix()}, checkRange(t)
		}
	}
	return stamp{}, fmt.Errorf("%q is not a time; write it as 2026-03-09T09:00, optionally with seconds and an offset such as Z or -05:00", s)
}

func checkRange(t time.Time) error {
	if t.Nanosecond() != 0 {
		return fmt.Errorf("%s has a fraction of a second; leave it out", t.Format(time.RFC3339Nano))
	}
	if y := t.Year(); y < 1900 || y > 2999 {
		return fmt.Errorf("the year %d is out of range; 1900 to 2999 are fine", y)
	}
	return nil
}

// ParseTime reads a time as a configuration or a command line gives it: 2026-03-09T09:00, optionally
// with seconds, with a space for the T, or only the date for its midnight. Without an offset (Z or -05:00) it
// is wall clock in loc. Years 1900 to 2999.
func ParseTime(s string, loc *time.Location) (time.Time, error) {
	z := zone{loc}
	at, err := z.parse(s)
	if err != nil {
		return time.Time{}, err
	}
	return z.time(at.unix), nil
}

// Instant returns the instant at which clocks in loc show the date and time of wall, whose own zone does not matter. It is
// the rule of RFC 5545 section 3.3.5: the first of two such instants, and where the clock skips that time, the one by
// the offset before the gap.
func Instant(wallClock time.Time, loc *time.Location) time.Time {
	z := zone{loc}
	_, offset := wallClock.Zone()
	return z.time(z.instant(wall(wallClock.Unix() + int64(offset))))
}
