package config

import (
	"fmt"
	"strings"
)

// didYouMean suggests the candidate that name was most likely meant to be; empty if none is near.
func didYouMean(name string, candidates []string) string {
	if best := nearest(name, candidates); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return ""
}

// nearest returns the candidate that name was most likely meant to be; empty if none is near.
func nearest(name string, candidates []string) string {
	best, limit := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// suggest is didYouMean, or else lists the candidates if they are few.
func suggest(name string, candidates []string, none string) string {
	const few = 12
	if s := didYouMean(name, candidates); s != "" {
		return s
	}
	switch {
	case len(candidates) == 0:
		return none
	case len(candidates) == 1:
		return "the only one is " + candidates[0]
	case len(candidates) <= few:
		return "write one of " + strings.Join(candidates, ", ")
	}
	return ""
}

// distance counts the insertions, deletions, substitutions and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	const longest = 64 // of a name that is worth comparing
	if len(a) > longest || len(b) > longest {
		return longest
	}
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
