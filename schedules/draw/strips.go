package draw

import (
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// strip is a part of the time that is drawn in one line. from and to are what its width stands for.
type strip struct {
	from, to time.Time
	hours    bool // ticks are hours and not days
}

const (
	dayLong   = 24 * time.Hour
	hoursLong = 36 * time.Hour // up to this long, ticks are hours
)

// strips cuts a time into strips: one for up to most days, or else one for each seven days, of which more than three
// begin on Mondays.
func strips(tl schedules.Timeline, most int) []strip {
	length := tl.To.Sub(tl.From)
	switch {
	case length <= 0:
		return nil
	case length <= time.Duration(most)*dayLong+2*time.Hour:
		return []strip{{from: tl.From, to: tl.To, hours: length <= hoursLong}}
	}
	from := midnight(tl.From, 0)
	if length > 22*dayLong {
		from = midnight(tl.From, -(int(tl.From.Weekday())+6)%7)
	}
	var out []strip
	for from.Before(tl.To) {
		to := midnight(from, 7)
		out = append(out, strip{from: from, to: to})
		from = to
	}
	return out
}

// midnight is the beginning of the day so many days after t's.
func midnight(t time.Time, days int) time.Time {
	y, m, d := t.Date()
	return schedules.Instant(time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC), t.Location())
}

// days returns the days that touch the strip, by their beginnings, and the end of the last.
func (s strip) days() []time.Time {
	var out []time.Time
	for n := 0; ; n++ {
		at := midnight(s.from, n)
		out = append(out, at)
		if !at.Before(s.to) {
			return out
		}
	}
}

// at is how far through the strip a time is: 0 for its beginning, 1 for its end, never outside.
func (s strip) at(t time.Time) float64 {
	part := float64(t.Sub(s.from)) / float64(s.to.Sub(s.from))
	return min(1, max(0, part))
}

func (s strip) contains(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }
