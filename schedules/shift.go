package schedules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxShiftDays bounds the length of a shift pattern.
const maxShiftDays = 366

// parts of a day that a participant works.
type part uint8

const (
	off   part = 0
	light part = 1
	dark  part = 2
)

// parseShift reads "2 on, 4 off" or "2 days, 2 nights, 4 off" as what is worked on each day of the pattern.
func parseShift(s string) ([]part, error) {
	bad := fmt.Errorf("%q is not a shift pattern; write numbers of days, such as \"2 on, 4 off\" or \"2 days, 2 nights, 4 off\"", s)
	words := strings.Fields(strings.ReplaceAll(strings.ToLower(s), ",", " "))
	if len(words) == 0 || len(words)%2 != 0 {
		return nil, bad
	}
	var days []part
	var any part
	for i := 0; i < len(words); i += 2 {
		n, err := strconv.Atoi(words[i])
		if err != nil || n < 1 {
			return nil, bad
		}
		var p part
		switch words[i+1] {
		case "on":
			p = light | dark
		case "day", "days":
			p = light
		case "night", "nights":
			p = dark
		case "off":
		default:
			return nil, bad
		}
		if n > maxShiftDays-len(days) {
			return nil, fmt.Errorf("%q is too long; %d days are the most", s, maxShiftDays)
		}
		any |= p
		days = append(days, slices.Repeat([]part{p}, n)...)
	}
	if any == off {
		return nil, fmt.Errorf("%q works on no day", s)
	}
	return days, nil
}

// halves says whether a pattern tells days from nights.
func halves(days []part) bool {
	return slices.Contains(days, light) || slices.Contains(days, dark)
}

// shiftPattern is the hand-offs of a shift pattern, one a day or two, and who is on call after each in turn.
func shiftPattern(spec RotationSpec, groups [][]entry, anchor wall) (handoffs, [][]entry, *Problem) {
	days, err := parseShift(spec.Shift)
	if err != nil {
		return nil, nil, &Problem{"shift", err.Error()}
	}
	offsets, problem := shiftHandoffs(spec, days, anchor)
	if problem != nil {
		return nil, nil, problem
	}
	stagger, err := staggerOf(spec, len(days))
	if err != nil {
		return nil, nil, &Problem{"stagger", err.Error()}
	}
	var cycle [][]entry
	for d := range days {
		for half := range offsets {
			want := light | dark
			if len(offsets) == 2 {
				want = light << half
			}
			var now []entry
			for i := range groups {
				at := ((d-i*stagger)%len(days) + len(days)) % len(days)
				if days[at]&want != 0 {
					now = append(now, groups[(i+max(0, spec.StartAt))%len(groups)]...)
				}
			}
			cycle = append(cycle, together(now))
		}
	}
	return pattern{anchor, day, offsets}, cycle, nil
}

// shiftHandoffs returns when in a day shifts end.
func shiftHandoffs(spec RotationSpec, days []part, anchor wall) ([]wall, *Problem) {
	switch {
	case spec.Night == "" && halves(days):
		return nil, &Problem{"night", "missing; it says when nights begin, such as \"19:00\"; days begin at the time of starts"}
	case spec.Night == "":
		return []wall{day}, nil
	}
	night, err := parseClock(spec.Night)
	if err != nil {
		return nil, &Problem{"night", err.Error()}
	}
	light := floorMod(night-anchor, day)
	if light == 0 {
		return nil, &Problem{"night", fmt.Sprintf("%s is also when days begin, by starts", spec.Night)}
	}
	return []wall{light, day}, nil
}

func staggerOf(spec RotationSpec, days int) (int, error) {
	switch n := len(spec.Participants); {
	case n > maxShiftDays:
		return 0, fmt.Errorf("%d participants are too many for a shift pattern; %d are the most", n, maxShiftDays)
	case spec.Stagger < 0 || spec.Stagger > days:
		return 0, fmt.Errorf("%d days is out of range; the pattern has %d", spec.Stagger, days)
	case spec.Stagger > 0 || n == 0:
		return spec.Stagger, nil
	case days%n == 0:
		return days / n, nil
	default:
		return 0, errors.New("missing; a pattern of " + strconv.Itoa(days) + " days does not divide evenly among " + strconv.Itoa(n) +
			" participants, so say how many days after the one before each begins")
	}
}

// together sorts entries by user, each once.
func together(entries []entry) []entry {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.user, b.user) })
	return slices.CompactFunc(entries, func(a, b entry) bool { return a.user == b.user })
}
