package rules

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// maxKeys is how many keys one rule may be found by; what needs more is not
// indexed. It bounds the memory of the index.
const maxKeys = 64

// relation is how a subject and a value stand to each other.
type relation int8

const (
	equals  relation = iota
	begins           // the subject begins with the value
	present          // the label is there; there is no value
)

// key is a property of events by which rules are found.
type key struct {
	subject
	how   relation
	value string
}

// weights says how many rules a key has to share its events with: the fewer, the
// better it tells events apart.
type weights map[key]int

// count adds the keys of a term.
func (w weights) count(t *term) {
	for _, k := range t.keys {
		w[k]++
	}
	for _, part := range t.parts {
		w.count(part)
	}
}

// of guesses how much a key leaves over: of as many rules, an equality fewest.
func (w weights) of(keys []key) int {
	total := 0
	for _, k := range keys {
		total += w[k] * [...]int{equals: 1, begins: 4, present: 16}[k.how]
	}
	return total
}

// necessary gives the keys of least weight of which an event has at least one
// wherever the term is not simply no. An event without any of them gets no from
// the term, not an error: only a part with nothing before it that can
// fail is looked at, and which the work spent before it leaves enough to do. There need not be such keys.
func (w weights) necessary(t *term, spent int) (keys []key, ok bool) {
	switch t.shape {
	case both:
		keys, ok = w.necessary(t.parts[0], spent)
		if !t.parts[0].safe {
			return keys, ok
		}
		if others, also := w.necessary(t.parts[1], spent+t.parts[0].work); also && (!ok || w.of(others) < w.of(keys)) {
			return others, true
		}
		return keys, ok
	case either:
		return w.union(t.parts[0], spent, t.parts[1], spent+t.parts[0].work)
	case choice:
		if !t.parts[0].safe {
			return nil, false
		}
		spent += t.parts[0].work
		return w.union(t.parts[1], spent, t.parts[2], spent)
	default:
		return t.keys, t.keyed && spent+t.work <= budget.MaxWork
	}
}

func (w weights) union(a *term, spentA int, b *term, spentB int) (keys []key, ok bool) {
	left, ok := w.necessary(a, spentA)
	if !ok {
		return nil, false
	}
	right, ok := w.necessary(b, spentB)
	if !ok || len(left)+len(right) > maxKeys {
		return nil, false
	}
	return append(left[:len(left):len(left)], right...), true
}

// anchoredPrefix gives the text that whatever matches a pattern begins with.
func anchoredPrefix(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	re = re.Simplify()
	if re.Op != syntax.OpConcat || len(re.Sub) < 2 || re.Sub[0].Op != syntax.OpBeginText {
		return ""
	}
	if text := re.Sub[1]; text.Op == syntax.OpLiteral && text.Flags&syntax.FoldCase == 0 {
		prefix, _, _ := strings.Cut(string(text.Rune), string(utf8.RuneError)) // which matches any invalid byte
		return prefix
	}
	return ""
}
