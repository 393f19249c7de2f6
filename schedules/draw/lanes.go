package draw

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// lane is one row of a drawing with a label, or several where people are on call together.
type lane struct {
	name  string
	final bool
	// optional lanes are not drawn where they are empty.
	optional bool
	rows     int
	ends     []time.Time // of the last bar of each row
	bars     []bar
}

// bar is somebody on call, or a gap.
type bar struct {
	from, to time.Time
	row      int
	user     string // empty for a gap
	override bool
	tip      string
}

// lanesOf lays a timeline out: rotations, overrides if there are any, and the final schedule.
func lanesOf(tl schedules.Timeline, o Options) []lane {
	var lanes []lane
	for _, r := range tl.Rotations {
		lanes = append(lanes, laneOf(printable(r.Name), r.Intervals, o))
	}
	if len(tl.Overrides) > 0 {
		lanes = append(lanes, overrideLane(tl, o))
	}
	final := laneOf("On call", tl.Final, o)
	final.final = true
	for _, i := range tl.Final {
		if len(i.Shifts) == 0 {
			final.bars = append(final.bars, bar{from: i.From, to: i.To, tip: "nobody is on call, " + span(i.From, i.To)})
		}
	}
	return append(lanes, final)
}

func laneOf(name string, intervals []schedules.Interval, o Options) lane {
	l := lane{name: name, rows: 1}
	for _, i := range intervals {
		for _, s := range i.Shifts {
			if !s.From.Equal(i.From) {
				continue
			}
			tip := o.name(s.User) + ", " + span(s.From, s.Until)
			if s.Rotation != "" {
				tip += ", " + printable(s.Rotation)
			}
			if s.Override {
				tip += ", by override"
			}
			l.add(bar{from: s.From, to: s.Until, user: s.User, override: s.Override, tip: tip})
		}
	}
	return l
}

func overrideLane(tl schedules.Timeline, o Options) lane {
	l := lane{name: "Overrides", optional: true, rows: 1}
	overrides := slices.Clone(tl.Overrides)
	slices.SortStableFunc(overrides, func(a, b schedules.Override) int { return a.From.Compare(b.From) })
	for _, v := range overrides {
		l.add(bar{from: later(v.From, tl.From), to: earlier(v.To, tl.To), user: v.User, override: true, tip: overrideText(v, o)})
	}
	return l
}

// overrideText says what an override does, who made it and why.
func overrideText(v schedules.Override, o Options) string {
	var b strings.Builder
	b.WriteString(o.name(v.User))
	if v.Replace != "" {
		b.WriteString(" for " + o.name(v.Replace))
	}
	if v.Rotation != "" {
		b.WriteString(" in " + printable(v.Rotation))
	}
	b.WriteString(", " + span(v.From, v.To))
	if v.Reason != "" {
		b.WriteString(": " + printable(v.Reason))
	}
	if v.By != "" {
		b.WriteString(" (by " + o.name(v.By) + ")")
	}
	return b.String()
}

// add puts a bar into the first row that is free. Bars come in the order in which they begin.
func (l *lane) add(b bar) {
	b.row = slices.IndexFunc(l.ends, func(end time.Time) bool { return !end.After(b.from) })
	if b.row < 0 {
		b.row = len(l.ends)
		l.ends = append(l.ends, b.to)
	}
	l.ends[b.row] = b.to
	l.rows = max(l.rows, b.row+1)
	l.bars = append(l.bars, b)
}

// during returns what of the lanes touches a strip, on as few rows as that needs, without an empty lane of overrides.
func during(lanes []lane, s strip) []lane {
	var out []lane
	for _, l := range lanes {
		part := lane{name: l.name, final: l.final, optional: l.optional, rows: 1}
		for _, b := range l.bars {
			if !b.from.Before(s.to) || !s.from.Before(b.to) {
				continue
			}
			if b.user == "" {
				part.bars = append(part.bars, b)
				continue
			}
			part.add(b)
		}
		if len(part.bars) > 0 || !l.optional {
			out = append(out, part)
		}
	}
	return out
}

// usersIn lists everybody who is drawn, in order of appearance in the lanes.
func usersIn(lanes []lane) []string {
	var users []string
	seen := map[string]bool{"": true, schedules.Nobody: true}
	for _, l := range lanes {
		for _, b := range l.bars {
			if !seen[b.user] {
				seen[b.user] = true
				users = append(users, b.user)
			}
		}
	}
	return users
}

// gapsIn sums up when nobody is on call.
func gapsIn(tl schedules.Timeline) (count int, total time.Duration) {
	for _, i := range tl.Final {
		if len(i.Shifts) == 0 {
			count++
			total += i.To.Sub(i.From)
		}
	}
	return count, total
}

func gapText(tl schedules.Timeline) string {
	switch count, total := gapsIn(tl); count {
	case 0:
		return "Somebody is always on call."
	case 1:
		return "1 gap: nobody is on call for " + length(total) + "."
	default:
		return fmt.Sprintf("%d gaps: nobody is on call for %s in all.", count, length(total))
	}
}

// length writes a duration in its two largest units.
func length(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	var parts []string
	for _, p := range []struct {
		n    int
		unit string
	}{{days, "d"}, {hours, "h"}, {minutes, "min"}} {
		if p.n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.unit))
		}
	}
	if len(parts) == 0 {
		return "less than a minute"
	}
	return strings.Join(parts, " ")
}

// span writes a time from and to, the date of the end only if it is another.
func span(from, to time.Time) string {
	const day, clock = "Mon 2 Jan", "15:04"
	end := to.Format(day + " " + clock)
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		end = to.Format(clock)
	}
	return from.Format(day+" "+clock) + " – " + end
}

// printable drops what has no place in a line of text: control characters, escape sequences and direction marks.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
