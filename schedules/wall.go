package schedules

import "time"

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

// Instant returns the instant at which clocks in loc show the date and time of wall, whose own zone does not matter. It is
// the rule of RFC 5545 section 3.3.5: the first of two such instants, and where the clock skips that time, the one by
// the offset before the gap.
func Instant(wallClock time.Time, loc *time.Location) time.Time {
	z := zone{loc}
	_, offset := wallClock.Zone()
	return z.time(z.instant(wall(wallClock.Unix() + int64(offset))))
}
