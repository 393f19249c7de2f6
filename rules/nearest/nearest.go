// Package nearest finds the name that a mistyped one was most likely meant to be, for error messages. It knows
// letters only, and nothing of what is named.
package nearest

import "strings"

// longest is the length of a name that is worth comparing, in bytes.
const longest = 64

// To gives the candidate that name was most likely meant to be, whatever its case; "" if none is near. Of several
// that are equally near it is the first.
func To(name string, candidates []string) string {
	if len(name) > longest {
		return ""
	}
	best, limit := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// distance counts the insertions, deletions, substitutions and swaps of neighbours that turn a into b (optimal
// string alignment).
func distance(a, b string) int {
	if len(b) > longest {
		return longest
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
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
		before, last, row = last, row, before
	}
	return last[len(b)]
}
