package schedules

import (
	"fmt"
	"strconv"
)

// maxEvery bounds the length of a turn, in seconds: ten years.
const maxEvery = 3660 * day

// parseEvery reads Nh, Nd or Nw as the length of a turn. elapsed says that it is elapsed time and not wall clock.
func parseEvery(s string) (length wall, elapsed bool, err error) {
	unit := wall(0)
	if s != "" {
		switch s[len(s)-1] {
		case 'h':
			unit = hour
		case 'd':
			unit = day
		case 'w':
			unit = week
		}
	}
	if unit == 0 {
		return 0, false, fmt.Errorf("%q is not the length of a turn; write 12h, 1d or 2w, or use rrule for months", s)
	}
	n, err := strconv.ParseInt(s[:len(s)-1], 10, 32)
	if err != nil || s[0] == '+' {
		return 0, false, fmt.Errorf("%q is not the length of a turn; write a whole number and h, d or w, such as 12h, 1d or 2w", s)
	}
	if n <= 0 {
		return 0, false, fmt.Errorf("%q is no time at all; a turn lasts at least 1h", s)
	}
	length = wall(n) * unit
	if length > maxEvery {
		return 0, false, fmt.Errorf("%q is too long; a turn lasts at most ten years", s)
	}
	return length, unit == hour && day%length != 0, nil
}
