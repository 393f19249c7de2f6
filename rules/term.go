package rules

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
	safe bool // the machine cannot fail on it, where there are not manyTags and it can still do the work
	work int  // the most that the machine spends on it

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
	return &term{shape: both, parts: []*term{a, b}, safe: a.safe && b.safe, work: a.work + b.work, test: func(v *view) verdict {
		if answer := first(v); answer != yes {
			return answer
		}
		return second(v)
	}}
}

func eitherOf(a, b *term) *term {
	first, second := a.test, b.test
	return &term{shape: either, parts: []*term{a, b}, safe: a.safe && b.safe, work: a.work + b.work, test: func(v *view) verdict {
		if answer := first(v); answer != no {
			return answer
		}
		return second(v)
	}}
}

func choiceOf(c, a, b *term) *term {
	return &term{shape: choice, parts: []*term{c, a, b}, safe: c.safe && a.safe && b.safe, work: c.work + a.work + b.work, test: func(v *view) verdict {
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
	return &term{safe: a.safe, work: a.work, test: func(v *view) verdict {
		switch test(v) {
		case yes:
			return no
		case no:
			return yes
		}
		return unknown
	}}
}
