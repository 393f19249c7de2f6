package schedules

import (
	"fmt"
	"strings"
)

// skipping makes the hand-offs of a rotation in which days that begin on skipped weekdays do not count, and the parts of
// the week that do. A day begins at the anchor's time of day.
func skipping(skip []string, e every, anchor wall, report reporter) (handoffs, weekly) {
	var skipped [7]bool
	for _, d := range parseDayNames(skip, "skip", report) {
		skipped[d] = true
	}
	var parts []window
	var counted []wall // the days that count in the week that begins at the anchor
	first := floorMod(anchor-monday, week) / day
	for i := wall(0); i < 7; i++ {
		if weekday := (first + i) % 7; !skipped[weekday] {
			counted = append(counted, i*day)
			parts = append(parts, window{weekday*day + floorMod(anchor, day), day})
		}
	}
	switch {
	case len(counted) == 0:
		report("skip", "all of %s; a rotation works some day", strings.Join(weekdays[:], ", "))
		return nil, nil
	case e.months > 0 || e.weeks || e.length == 0:
		return nil, merge(parts)
	}
	perWeek := wall(len(counted))
	period := lcm(e.length, perWeek*day) // in time that counts
	p := pattern{anchor: anchor + counted[0], period: period / (perWeek * day) * week}
	for at := e.length; at <= period; at += e.length {
		whole := at / day
		offset := whole/perWeek*week + counted[whole%perWeek] - counted[0] + at%day
		p.offsets = append(p.offsets, offset)
	}
	return p, merge(parts)
}

func parseDayNames(names []string, path string, report reporter) []int {
	var days []int
	for i, name := range names {
		d := dayNamed(name)
		if d < 0 {
			report(fmt.Sprintf("%s[%d]", path, i), "%q is not a day; write one of %s", name, strings.Join(weekdays[:], ", "))
			continue
		}
		days = append(days, d)
	}
	return days
}
