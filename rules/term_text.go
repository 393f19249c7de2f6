package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// subject is what a condition asks about.
type subject struct {
	kind  subjectKind
	field textField
	name  string // of a label
}

type subjectKind int8

const (
	ofField subjectKind = iota
	ofLabel             // one that is not there is empty
	ofTag               // any of the tags
)

// in gives the text of a field or a label.
func (s subject) in(v *view) string {
	if s.kind == ofLabel {
		return v.labels[s.name]
	}
	return v.text[s.field]
}

// The machine stops an expression that does too much work. A term answers only where that is out of the question:
// where no part that spends work, of as many as an expression has room for, spends more than its share.
const (
	workShare = budget.MaxWork / (maxNodes / 4)
	manyTags  = budget.MaxTurns / (maxNodes / 4)
)

// question is a condition on one text, such as == "a" or startsWith "a".
type question struct {
	holds func(text string) bool
	// Where it holds, the text stands so to one of the values, if keyed.
	how    relation
	values []string
	keyed  bool
}

// questionOf reads an operator with what is written out at its right.
func questionOf(operator string, right ast.Node) (question, bool) {
	if operator == "in" {
		return membership(right)
	}
	text, ok := textOf(right)
	if !ok {
		return question{}, false
	}
	switch operator {
	case "==":
		return question{how: equals, values: []string{text}, keyed: true, holds: func(s string) bool { return s == text }}, true
	case "startsWith":
		return question{how: begins, values: []string{text}, keyed: true, holds: func(s string) bool { return strings.HasPrefix(s, text) }}, true
	case "endsWith":
		return question{holds: func(s string) bool { return strings.HasSuffix(s, text) }}, true
	case "contains":
		return question{holds: func(s string) bool { return strings.Contains(s, text) }}, true
	}
	return question{}, false
}

// membership reads a list as the optimizer or a named list leaves it: as a set, which may be large and shared by many rules.
func membership(list ast.Node) (question, bool) {
	n, isConstant := list.(*ast.ConstantNode)
	if !isConstant {
		return question{}, false
	}
	values, ok := n.Value.(map[string]struct{})
	if !ok {
		return question{}, false
	}
	q := question{how: equals, keyed: len(values) <= maxKeys, holds: func(text string) bool {
		_, found := values[text]
		return found
	}}
	if q.keyed {
		q.values = slices.Sorted(maps.Keys(values))
	}
	return q, true
}

// inCase reads lower(…) and upper(…), and gives what is in them.
func inCase(node ast.Node) (inner ast.Node, change func(string) string) {
	n, ok := node.(*ast.BuiltinNode)
	if !ok || len(n.Arguments) != 1 {
		return nil, nil
	}
	switch n.Name {
	case "lower":
		return n.Arguments[0], strings.ToLower
	case "upper":
		return n.Arguments[0], strings.ToUpper
	}
	return nil, nil
}

// of is the question for a text that is changed before.
func (q question) of(change func(string) string) question {
	holds := q.holds
	return question{holds: func(text string) bool { return holds(change(text)) }}
}

// asked is the condition that the question holds for the subject.
func asked(s subject, q question) *term {
	t := &term{safe: true}
	t.keys, t.keyed = keysOf(s, q)
	holds := q.holds
	switch s.kind {
	case ofField:
		t.test = func(v *view) verdict { return decided(holds(v.text[s.field])) }
	case ofLabel:
		t.test = func(v *view) verdict { return decided(holds(v.labels[s.name])) }
	case ofTag:
		t.work = workShare
		t.test = func(v *view) verdict {
			if len(v.tags) > manyTags {
				return unknown
			}
			return decided(slices.ContainsFunc(v.tags, holds))
		}
	}
	return t
}

// keysOf are the keys of which an event has at least one where the question
// holds. There are none where it holds for a label that is not there: by that, no event is found.
func keysOf(s subject, q question) (keys []key, keyed bool) {
	if !q.keyed {
		return nil, false
	}
	for _, value := range q.values {
		if value == "" && (s.kind == ofLabel || q.how == begins) {
			return nil, false
		}
		keys = append(keys, key{subject: s, how: q.how, value: value})
	}
	return keys, true
}
