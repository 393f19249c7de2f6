package schedules

import (
	"fmt"
	"strconv"
	"strings"
)

// maxEvery bounds the length of a turn, in seconds: ten years.
const maxEvery = 3660 * day

// every is the length of a turn.
type every struct {
	length  wall // 0 for months
	months  int64
	elapsed bool // it is elapsed time and not wall clock
	weeks   bool
}

// parseEvery reads Nh, Nd, Nw or Nmo.
func parseEvery(s string) (every, error) {
	units := [...]struct {
		suffix string
		length wall
	}{{"mo", 0}, {"h", hour}, {"d", day}, {"w", week}}
	for _, unit := range units {
		digits, ok := strings.CutSuffix(s, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 32)
		if err != nil || digits[0] == '+' {
			return every{}, fmt.Errorf("%q is not the length of a turn; write a whole number and h, d, w or mo, such as 12h, 1d, 2w or 1mo", s)
		}
		if n <= 0 {
			return every{}, fmt.Errorf("%q is no time at all; a turn lasts at least 1h", s)
		}
		length := wall(n) * unit.length
		if length > maxEvery || unit.length == 0 && n > 120 {
			return every{}, fmt.Errorf("%q is too long; a turn lasts at most ten years", s)
		}
		if unit.length == 0 {
			return every{months: n}, nil
		}
		return every{length: length, elapsed: unit.length == hour && day%length != 0, weeks: unit.length == week}, nil
	}
	return every{}, fmt.Errorf("%q is not the length of a turn; write 12h, 1d, 2w or 1mo", s)
}
