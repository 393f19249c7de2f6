package rules

import (
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// destination is a rule's To, read.
type destination struct {
	kind destinationKind
	name string
}

type destinationKind int

const (
	toUndecided destinationKind = iota // to the event's team, or the fallback
	toNobody
	toTeam
	toPolicy
	toFallback // since a rule failed; nobody can write it
)

// destinationParser reads To, and says what is wrong with it.
type destinationParser func(to string) (d destination, message, hint string)

// globalDestination reads the To of a global rule.
func globalDestination(to string) (d destination, message, hint string) {
	d = parseDestination(to)
	switch {
	case d.kind == toUndecided && to != "":
		message = fmt.Sprintf("%q does not say what it names", to)
		hint = fmt.Sprintf("write policy:%s, team:%s or nobody", to, to)
		if near := nearest.To(to, []string{"nobody"}); near != "" {
			hint = didYouMean(near)
		}
	case d.kind != toUndecided && d.kind != toNobody && d.name == "":
		message = fmt.Sprintf("%q lacks the name", to)
	}
	return d, message, hint
}

// teamDestination reads the To of a route within a team.
func teamDestination(to string) (d destination, message, hint string) {
	d = parseDestination(to)
	switch {
	case d.kind == toTeam:
		message = "a team's route cannot send the event to a team"
		hint = "name a policy, or decide the team in the global rules"
	case d.kind == toUndecided && to != "":
		d = destination{kind: toPolicy, name: to}
		if kind, _, prefixed := strings.Cut(to, ":"); prefixed {
			message = fmt.Sprintf("a route goes to a policy or nobody, not to a %s", kind)
		}
	case d.kind == toPolicy && d.name == "":
		message = fmt.Sprintf("%q lacks the name", to)
	}
	return d, message, hint
}

// parseDestination leaves undecided what has no prefix that it knows.
func parseDestination(to string) destination {
	if to == "nobody" {
		return destination{kind: toNobody}
	}
	if name, ok := strings.CutPrefix(to, "team:"); ok {
		return destination{kind: toTeam, name: name}
	}
	if name, ok := strings.CutPrefix(to, "policy:"); ok {
		return destination{kind: toPolicy, name: name}
	}
	return destination{}
}
