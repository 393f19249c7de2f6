package layout

import "strings"

// settle writes the comments and blank lines before a line at column from, which moves to column to; from is -1 at the end.
// A comment moves with the line after it, or else with the level that it is beside. Of several blank lines one stays, at the
// beginning and the end none.
func (a *arranger) settle(levels []level, from, to int) {
	if from < 0 {
		a.held = trimEnd(a.held)
	}
	for _, line := range a.held {
		if line == "" {
			if n := len(a.out); n > 0 && a.out[n-1] != "" {
				a.out = append(a.out, "")
			}
			continue
		}
		col := indent(line)
		at, item := beside(levels, col, line[col:])
		if col == from && !item {
			at = to
		}
		a.out = append(a.out, strings.Repeat(" ", max(0, at))+line[col:])
	}
	a.held = nil
}

// beside is where a comment at a column goes: as far as it was from the level in whose column it is, or else from the
// innermost one that is left of it. One that looks like an item of a list in its column goes with that.
func beside(levels []level, col int, comment string) (at int, item bool) {
	if len(levels) == 0 {
		return 0, false
	}
	best := level{}
	item = isDash(strings.TrimLeft(comment, "# "))
	for _, l := range levels {
		if item && l.list && l.from == col {
			return l.to, true
		}
		if l.from > best.from && l.from <= col {
			best = l
		}
	}
	return col + best.to - best.from, false
}

// trimEnd leaves out blank lines at the end.
func trimEnd(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
