package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Flags are the options as the runner takes them.
func (o Options) Flags() string {
	text := fmt.Sprintf("-seed %d -days %g", o.Seed, o.Days)
	if o.Calm != 0 {
		text += fmt.Sprintf(" -calm %d", o.Calm)
	}
	if o.Keep != nil {
		var items []int
		for n, kept := range o.Keep {
			if kept {
				items = append(items, n)
			}
		}
		slices.Sort(items)
		text += " -keep " + strings.Trim(strings.ReplaceAll(fmt.Sprint(items), " ", ","), "[]")
	}
	return text
}

// patience is how many runs a failure may cost to be made smaller.
const patience = 250

// Shrink looks for a smaller run that breaks the same promise: without what comes after, without classes of
// faults, without most of what happens. The script stays that of the seed; what is left out does not happen.
func Shrink(ctx context.Context, o Options, failed *Result) (Options, *Result) {
	promise, left := failed.Broken.Promise, patience
	try := func(n Options) bool {
		if left--; left < 0 || ctx.Err() != nil {
			return false
		}
		r, err := Run(n)
		if err != nil || r.Broken == nil || r.Broken.Promise != promise {
			return false
		}
		o, failed = n, r
		return true
	}
	for class := range calmClasses {
		n := o
		n.Calm |= 1 << class
		try(n)
	}
	items := slices.Clone(failed.Items)
	for size := max(1, len(items)/2); ; size = max(1, size/2) {
		changed := false
		for i := 0; i < len(items); {
			rest := slices.Concat(items[:i], items[min(i+size, len(items)):])
			n := o
			n.Keep = map[int]bool{-1: false}
			for _, it := range rest {
				n.Keep[it] = true
			}
			if try(n) {
				items, changed = rest, true
			} else {
				i += size
			}
		}
		if size == 1 && !changed || left < 0 {
			break
		}
	}
	return o, failed
}

// Story tells the end of a failed run: what happened to all, and to the alert that it is about.
func Story(r *Result) string {
	var lines []string
	about := r.Broken.Alert
	for _, l := range r.Journal {
		if l.Alert == 0 || l.Alert == about || about == 0 {
			lines = append(lines, l.String())
		}
	}
	const most = 60
	if len(lines) > most {
		lines = append([]string{fmt.Sprintf("… %d lines before", len(lines)-most)}, lines[len(lines)-most:]...)
	}
	return strings.Join(lines, "\n")
}
