package rules

import "strings"

// verdict is what a term can say about an event.
type verdict int8

const (
	no verdict = iota
	yes
	unknown // the virtual machine has to say
)

func decided(matched bool) verdict {
	if matched {
		return yes
	}
	return no
}

// term is a condition, or a part of one, in a form that is quicker to ask than
// expr's virtual machine and that the index understands. Where it gives yes or
// no, the machine would give true or false, without an error; what it does not
// understand, and all that can fail, is unknown.
type term struct {
	test func(*view) verdict
	safe bool // the machine cannot fail on it

	shape shape
	parts []*term
	keys  []key // of a leaf that is keyed
	keyed bool  // without any of keys, the leaf is no
}

type shape int

const (
	leaf   shape = iota
	both         // the second part counts where the first is yes
	either       // the second part counts where the first is no
	choice       // the second part where the first is yes, the third where it is no
)

// opaque is what is left to the virtual machine.
func opaque() *term { return &term{test: func(*view) verdict { return unknown }} }

func constant(value bool) *term {
	answer := decided(value)
	return &term{test: func(*view) verdict { return answer }, safe: true, keyed: !value}
}

func bothOf(a, b *term) *term {
	first, second := a.test, b.test
	return &term{shape: both, parts: []*term{a, b}, safe: a.safe && b.safe, test: func(v *view) verdict {
		if answer := first(v); answer != yes {
			return answer
		}
		return second(v)
	}}
}

func eitherOf(a, b *term) *term {
	first, second := a.test, b.test
	return &term{shape: either, parts: []*term{a, b}, safe: a.safe && b.safe, test: func(v *view) verdict {
		if answer := first(v); answer != no {
			return answer
		}
		return second(v)
	}}
}

func choiceOf(c, a, b *term) *term {
	return &term{shape: choice, parts: []*term{c, a, b}, safe: c.safe && a.safe && b.safe, test: func(v *view) verdict {
		switch c.test(v) {
		case yes:
			return a.test(v)
		case no:
			return b.test(v)
		}
		return unknown
	}}
}

// notOf has no keys: what is not so leaves too much over.
func notOf(a *term) *term {
	test := a.test
	return &term{safe: a.safe, test: func(v *view) verdict {
		switch test(v) {
		case yes:
			return no
		case no:
			return yes
		}
		return unknown
	}}
}

// subject is a text that a condition asks about.
type subject struct {
	kind  subjectKind
	field textField
	name  string // of a label
}

type subjectKind int8

const (
	ofField subjectKind = iota
	ofLabel
	ofTag // any of the tags
)

// in gives the text; that of a label that is not there is empty.
func (s *subject) in(v *view) string {
	if s.kind == ofLabel {
		return v.labels[s.name]
	}
	return v.text[s.field]
}

// keyedBy are the keys of which an event that matches has at least one. There
// are none where an event without the label matches: it is not found by the label.
func keyedBy(s subject, how relation, values ...string) (keys []key, keyed bool) {
	for _, value := range values {
		if value == "" && (s.kind == ofLabel || how == begins) {
			return nil, false
		}
		keys = append(keys, key{subject: s, how: how, value: value})
	}
	return keys, true
}

func equalTo(s subject, value string) *term {
	t := &term{safe: true, test: func(v *view) verdict { return decided(s.in(v) == value) }}
	t.keys, t.keyed = keyedBy(s, equals, value)
	return t
}

func oneOf(s subject, values map[string]struct{}) *term {
	t := &term{safe: true, test: func(v *view) verdict {
		_, found := values[s.in(v)]
		return decided(found)
	}}
	if len(values) <= maxKeys {
		list := make([]string, 0, len(values))
		for value := range values {
			list = append(list, value)
		}
		t.keys, t.keyed = keyedBy(s, equals, list...)
	}
	return t
}

func startsWith(s subject, prefix string) *term {
	t := &term{safe: true, test: func(v *view) verdict { return decided(strings.HasPrefix(s.in(v), prefix)) }}
	t.keys, t.keyed = keyedBy(s, begins, prefix)
	return t
}
