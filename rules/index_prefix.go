package rules

import (
	"slices"
	"strings"
)

// prefixes lists rules by the beginning of a value.
type prefixes struct {
	rules  map[string][]int32
	sorted []string
	parent []int // of each in sorted, the longest other that it begins with; -1 if none
}

func (p *prefixes) sort() {
	for prefix := range p.rules {
		p.sorted = append(p.sorted, prefix)
	}
	slices.Sort(p.sorted)
	p.parent = make([]int, len(p.sorted))
	for i, prefix := range p.sorted {
		p.parent[i] = p.longest(i-1, prefix)
	}
}

// find adds the rules of each prefix that the value begins with.
func (p *prefixes) find(value string, s *search) {
	if len(p.sorted) == 0 {
		return
	}
	at, exact := slices.BinarySearch(p.sorted, value)
	if !exact {
		at--
	}
	for i := p.longest(at, value); i >= 0; i = p.parent[i] {
		s.add(p.rules[p.sorted[i]])
	}
}

// longest goes from the last prefix that sorts up to value to the longest that
// value begins with: whatever sorts between that one and value begins with it as
// well, so it is among the parents.
func (p *prefixes) longest(last int, value string) int {
	for last >= 0 && !strings.HasPrefix(value, p.sorted[last]) {
		last = p.parent[last]
	}
	return last
}
