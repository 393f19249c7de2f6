package rules

import (
	"fmt"
	"slices"
	"strings"
)

// Lint gives what a Spec that compiles says and probably does not mean: rules that can never match, conditions that
// are always the same, and two rules with one condition.
func Lint(spec Spec) []Problem {
	problems := lintList("rules", spec.Rules)
	for _, t := range spec.Teams {
		problems = append(problems, lintList(fmt.Sprintf("teams[%s].routes", t.Team), t.Routes)...)
	}
	return problems
}

// linter goes down one list of rules.
type linter struct {
	list     []Rule
	path     string
	when     []takenApart     // the condition of each
	common   map[string]int   // how many branches have a key
	changed  map[string]int   // the last rule so far that sets a field
	catchAll int              // the rule above that takes everything; -1 for none
	taken    map[string][]ref // the branches of rules above that end the search, by their keys
	same     map[string]int   // the rules above by what their conditions say
	problems []Problem
}

// ref is a branch of a rule.
type ref struct {
	rule  int
	of    branch
	reads map[string]bool
}

func lintList(path string, list []Rule) []Problem {
	l := &linter{list: list, path: path, changed: map[string]int{}, catchAll: -1, taken: map[string][]ref{}, same: map[string]int{}}
	l.takeApart()
	for i, r := range list {
		if when := l.when[i]; when.known && l.check(i, when) && !r.Continue {
			l.take(i, when)
		}
		for _, field := range r.Set.changes() {
			l.changed[field] = i
		}
	}
	return l.problems
}

// takeApart reads all conditions, and counts their keys.
func (l *linter) takeApart() {
	l.common = map[string]int{}
	for _, r := range l.list {
		when := takeApart(r.When)
		for _, b := range when.branches {
			for _, keys := range b.keys() {
				for _, key := range keys {
					l.common[key]++
				}
			}
		}
		l.when = append(l.when, when)
	}
}

// rarest gives the keys of the subject that fewest branches share.
func (l *linter) rarest(b branch) []string {
	var rarest []string
	least := 0
	for _, keys := range b.keys() {
		total := 0
		for _, key := range keys {
			total += l.common[key]
		}
		if rarest == nil || total < least {
			rarest, least = keys, total
		}
	}
	return rarest
}

// check reports what is odd about a rule, and says whether it can match.
func (l *linter) check(i int, when takenApart) bool {
	at := fmt.Sprintf("%s[%d]", l.path, i)
	switch above := l.above(when); {
	case l.catchAll >= 0:
		l.warnOf(l.catchAll, at, "this is never tried: %s takes everything", "put the rule without a condition last")
	case len(when.branches) == 0 && len(when.reads) > 0:
		l.warn(at+".when", "this can never be true: its parts exclude each other", "write or where either of them is enough")
	case len(when.branches) == 0:
		l.warn(at+".when", "this is never true", "remove the rule, or give it a condition")
	case above >= 0:
		l.warnOf(above, at, "this can never match: %s takes all that it would", "put the rule that takes less above it, or remove it")
	default:
		l.checkCondition(i, at+".when", when)
		return true
	}
	return false
}

func (l *linter) checkCondition(i int, at string, when takenApart) {
	if strings.TrimSpace(l.list[i].When) == "" {
		return
	}
	if len(when.reads) == 0 {
		l.warn(at, "this is always the same, whatever the event", "leave out when for a rule that always matches")
		return
	}
	var parts []string
	for _, b := range when.branches {
		parts = append(parts, b.String())
	}
	slices.Sort(parts)
	key := strings.Join(slices.Compact(parts), "\x03")
	if first, twice := l.same[key]; twice && l.unchanged(first-1, when.reads) {
		l.warnOf(first, at, "%s has the same condition", "make one rule of the two")
		return
	}
	l.same[key] = i
}

// above is a rule that takes what the condition says, or one of those that do so together; -1 if something is left over.
func (l *linter) above(when takenApart) int {
	found := -1
	for _, b := range when.branches {
		rule := l.covering(b)
		if rule < 0 {
			return -1
		}
		found = rule
	}
	return found
}

// covering is the first rule above that holds wherever the branch does; -1 if there is none.
func (l *linter) covering(b branch) int {
	first := -1
	for _, keys := range b.keys() {
		for _, key := range keys {
			for _, r := range l.taken[key] {
				if (first < 0 || r.rule < first) && r.of.covers(b) && l.unchanged(r.rule, r.reads) {
					first = r.rule
				}
			}
		}
	}
	return first
}

// unchanged says whether no rule after the given one changed what is read.
func (l *linter) unchanged(after int, reads map[string]bool) bool {
	for field := range reads {
		if at, set := l.changed[field]; set && at > after {
			return false
		}
	}
	return true
}

// take notes what a rule leaves for none below it.
func (l *linter) take(i int, when takenApart) {
	for _, b := range when.branches {
		if len(b) == 0 {
			l.catchAll = i
		}
		for _, key := range l.rarest(b) {
			l.taken[key] = append(l.taken[key], ref{i, b, when.reads})
		}
	}
}

func (l *linter) warn(path, message, hint string) {
	l.problems = append(l.problems, Problem{Path: path, Offset: -1, Message: message, Hint: hint})
}

// warnOf warns of what another rule, which the message names, does to this one.
func (l *linter) warnOf(other int, path, message, hint string) {
	there := fmt.Sprintf("%s[%d]", l.path, other)
	name := there
	if given := l.list[other].Name; given != "" {
		name = fmt.Sprintf("%q (%s)", given, there)
	}
	l.problems = append(l.problems, Problem{Path: path, Offset: -1, Message: fmt.Sprintf(message, name), Hint: hint, Other: there})
}

// changes are the fields that a Set may change.
func (s *Set) changes() []string {
	if s == nil {
		return nil
	}
	var fields []string
	for _, f := range [...]struct {
		name string
		set  bool
	}{
		{"priority", s.Priority != ""}, {"urgency", s.Priority != ""}, {"team", s.Team != ""}, {"service", s.Service != ""},
		{"title", s.Title != ""}, {"description", s.Description != ""}, {"link", s.Link != ""}, {"runbook", s.Runbook != ""},
		{"tags", len(s.Tags) > 0}, {"labels", len(s.Labels) > 0}, {"details", len(s.Details) > 0},
	} {
		if f.set {
			fields = append(fields, f.name)
		}
	}
	return fields
}
