package schedules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// window is a part of the week, in seconds from Monday 00:00. It may reach into the next week, and is
// shorter than a week.
type window struct{ from, length wall }

// weekly is the parts of the week in which a rotation is on call: ascending, and neither overlapping nor touching.
// No parts at all mean the whole week.
type weekly []window

// dayNamed returns the number of a weekday, from 0 for Monday, or -1.
func dayNamed(name string) int { return slices.Index(weekdays[:], strings.ToLower(name)) }

// monday is a Monday's midnight.
const monday = 4 * day

var weekdays = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// active says whether any window contains m.
func (ws weekly) active(z zone, m moment) bool {
	if len(ws) == 0 {
		return true
	}
	if m.settled {
		in := floorMod(m.wall-monday, week)
		for _, w := range ws {
			if floorMod(in-w.from, week) < w.length {
				return true
			}
		}
		return false
	}
	return ws.each(m.wall-span, m.wall+span, func(from, to wall) bool {
		return z.instant(from) <= m.unix && m.unix < z.instant(to)
	})
}

// boundaries appends the instants in (lo, hi) at which a window opens or closes.
func (ws weekly) boundaries(dst []int64, z zone, lo, hi int64) []int64 {
	ws.each(wall(lo)-2*span, wall(hi)+2*span, func(from, to wall) bool {
		for _, edge := range [...]wall{from, to} {
			if at := z.instant(edge); lo < at && at < hi {
				dst = append(dst, at)
			}
		}
		return false
	})
	return dst
}

// each calls f with every occurrence of a window that touches [lo, hi], until f returns true, and says
// whether it did.
func (ws weekly) each(lo, hi wall, f func(from, to wall) bool) bool {
	first := lo - floorMod(lo-monday, week) - week
	for base := first; base <= hi; base += week {
		for _, w := range ws {
			from := base + w.from
			if from <= hi && from+w.length >= lo && f(from, from+w.length) {
				return true
			}
		}
	}
	return false
}

// parseRestrictions reads the restrictions of one rotation.
func parseRestrictions(specs []RestrictionSpec, report reporter) weekly {
	if len(specs) == 0 {
		return nil
	}
	parts := make([]window, 0, 7*len(specs))
	for i, spec := range specs {
		path := fmt.Sprintf("restrict[%d]", i)
		days := parseDays(spec.Days, path, report)
		from, length, ok := parseHours(spec, path, report)
		if !ok {
			continue
		}
		for _, d := range days {
			parts = append(parts, window{wall(d)*day + from, length})
		}
	}
	return merge(parts)
}

func parseDays(names []string, path string, report reporter) []int {
	if len(names) == 0 {
		return []int{0, 1, 2, 3, 4, 5, 6}
	}
	return parseDayNames(names, path+".days", report)
}

func parseHours(spec RestrictionSpec, path string, report reporter) (from, length wall, ok bool) {
	switch {
	case spec.From == "" && spec.To == "":
		return 0, day, true
	case spec.From == "":
		report(path+".from", "missing; a restriction has from and to, or neither for whole days")
		return 0, 0, false
	case spec.To == "":
		report(path+".to", "missing; a restriction has from and to, or neither for whole days")
		return 0, 0, false
	}
	from, errFrom := parseClock(spec.From)
	if errFrom == nil && from == day {
		errFrom = fmt.Errorf("24:00 ends a day; to start a day write 00:00")
	}
	if errFrom != nil {
		report(path+".from", "%v", errFrom)
	}
	to, errTo := parseClock(spec.To)
	if errTo != nil {
		report(path+".to", "%v", errTo)
	}
	if errFrom != nil || errTo != nil {
		return 0, 0, false
	}
	if from == to {
		report(path+".to", "from and to are both %s, which is no time at all; leave both out for whole days", spec.To)
		return 0, 0, false
	}
	if to < from {
		to += day
	}
	return from, to - from, true
}

// parseClock reads hh:mm or hh:mm:ss, up to 24:00.
func parseClock(s string) (wall, error) {
	bad := func() (wall, error) {
		return 0, fmt.Errorf("%q is not a time of day; write it as 09:00, from 00:00 to 24:00", s)
	}
	fields := strings.Split(s, ":")
	if len(fields) != 2 && len(fields) != 3 {
		return bad()
	}
	limits, units := [...]int{24, 59, 59}, [...]wall{hour, minute, 1}
	total := wall(0)
	for i, field := range fields {
		n, err := strconv.Atoi(field)
		if err != nil || len(field) != 2 || n < 0 || n > limits[i] {
			return bad()
		}
		total += wall(n) * units[i]
	}
	if total > day {
		return bad()
	}
	return total, nil
}

// merge joins windows that overlap or touch, also across the end of the week. The whole week merges to none.
func merge(parts []window) weekly {
	flat := make([]window, 0, len(parts)+1)
	for _, p := range parts {
		if over := p.from + p.length - week; over > 0 {
			flat = append(flat, window{0, over})
			p.length -= over
		}
		flat = append(flat, p)
	}
	slices.SortFunc(flat, func(a, b window) int { return int(a.from - b.from) })
	var merged weekly
	for _, p := range flat {
		if n := len(merged); n > 0 && p.from <= merged[n-1].from+merged[n-1].length {
			last := &merged[n-1]
			last.length = max(last.length, p.from+p.length-last.from)
			continue
		}
		merged = append(merged, p)
	}
	if n := len(merged); n > 1 && merged[0].from == 0 && merged[n-1].from+merged[n-1].length == week {
		merged[n-1].length += merged[0].length
		return merged[1:]
	}
	if len(merged) == 1 && merged[0].length == week {
		return nil
	}
	return merged
}

func floorMod(a, n wall) wall {
	if m := a % n; m < 0 {
		return m + n
	} else {
		return m
	}
}
