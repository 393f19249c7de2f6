package schedules

import (
	"fmt"
	"time"
)

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

// The years that a Spec may name.
const minYear, maxYear = 1900, 2999

func (z zone) parse(s string) (stamp, error) {
	if w, ok := parseMinute(s); ok {
		return stamp{w, z.instant(w)}, nil
	}
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
	if y := t.Year(); y < minYear || y > maxYear {
		return fmt.Errorf("the year %d is out of range; %d to %d are fine", y, minYear, maxYear)
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

// parseMinute reads 2026-03-09T09:00 with a year that is in range. Most times are written like that, and a configuration may have
// a hundred thousand of them, for each of which time.Parse would allocate an error or two.
func parseMinute(s string) (wall, bool) {
	if len(s) != len("2006-01-02T15:04") || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' {
		return 0, false
	}
	number := func(digits string) int {
		n := 0
		for i := range len(digits) {
			d := digits[i] - '0'
			if d > 9 {
				return -1
			}
			n = 10*n + int(d)
		}
		return n
	}
	y, m, d, h, min := number(s[:4]), number(s[5:7]), number(s[8:10]), number(s[11:13]), number(s[14:])
	if y < minYear || y > maxYear || m < 1 || m > 12 || d < 1 || d > 28 && d > daysIn(y, m) || h < 0 || h > 23 || min < 0 || min > 59 {
		return 0, false
	}
	return wall(time.Date(y, time.Month(m), d, h, min, 0, 0, time.UTC).Unix()), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
