package config

import (
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// didYouMean suggests the candidate that name was most likely meant to be; empty if none is near.
func didYouMean(name string, candidates []string) string {
	if best := nearest.To(name, candidates); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return ""
}

// suggest is didYouMean, or else lists the candidates if they are few.
func suggest(name string, candidates []string, none string) string {
	const few = 16
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
