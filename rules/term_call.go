package rules

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// termOfCall reads the functions of the language as rewriter leaves them.
func termOfCall(n *ast.CallNode) *term {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return opaque()
	}
	if text, p, isPattern := budget.Matches(n); isPattern {
		return termOfPattern(text, p)
	}
	switch callee.Value {
	case withinName, holidayName:
		return termOfTime(n.Arguments)
	case cidrName:
		return termOfNetworks(n.Arguments)
	case globName:
		return termOfGlob(n.Arguments)
	}
	return opaque()
}

// termOfTime reads during, time_between and holiday, which are about now.
func termOfTime(args []ast.Node) *term {
	constant, ok := args[1].(*ast.ConstantNode)
	if !ok {
		return opaque()
	}
	hours, ok := constant.Value.(interface{ contains(time.Time) bool })
	if !ok {
		return opaque()
	}
	return &term{safe: true, test: func(v *view) verdict { return decided(hours.contains(v.now)) }}
}

func termOfNetworks(args []ast.Node) *term {
	s, isSubject := subjectOf(args[0])
	constant, isConstant := args[1].(*ast.ConstantNode)
	if !isSubject || !isConstant {
		return opaque()
	}
	list, ok := constant.Value.(networks)
	if !ok {
		return opaque()
	}
	return asked(s, question{holds: list.contain})
}

// maxEventText is longer than any text of an event, in bytes.
const maxEventText = 60 << 10

// termOfPattern is keyed by the text that the pattern asks for at the beginning.
func termOfPattern(text ast.Node, p *budget.Pattern) *term {
	s, isSubject := subjectOf(text)
	if !isSubject {
		return opaque()
	}
	prefix := anchoredPrefix(p.Source())
	t := &term{safe: true, work: p.Cost(maxEventText)}
	t.keys, t.keyed = keysOf(s, question{how: begins, values: []string{prefix}, keyed: prefix != ""})
	t.test = func(v *view) verdict {
		text := s.in(v)
		if p.Cost(len(text)) > workShare {
			return unknown
		}
		return decided(p.Match(text))
	}
	return t
}

// termOfGlob is keyed by what the pattern begins with. A text that does not begin so is refused at once; one that
// does can be too much work.
func termOfGlob(args []ast.Node) *term {
	if len(args) != 3 {
		return opaque()
	}
	s, isSubject := subjectOf(args[1])
	pattern, isText := textOf(args[2])
	if !isSubject || !isText {
		return opaque()
	}
	prefix, wild := pattern, strings.ContainsAny(pattern, "*?")
	if wild {
		prefix = pattern[:strings.IndexAny(pattern, "*?")]
	}
	prefix, _, invalid := strings.Cut(prefix, string(utf8.RuneError)) // which any invalid byte is taken for
	q := question{how: begins, values: []string{prefix}, keyed: prefix != ""}
	if !wild && !invalid {
		q = question{how: equals, values: []string{prefix}, keyed: true}
	}
	t := &term{}
	t.keys, t.keyed = keysOf(s, q)
	runes := []rune(pattern)
	t.test = func(v *view) verdict {
		text := s.in(v)
		if !strings.HasPrefix(text, prefix) {
			return no
		}
		if (len(text)+1)*(len(runes)+1) > workShare {
			return unknown
		}
		var w budget.Work
		w.Reset()
		matched, err := matchGlob(runes, []rune(text), &w)
		if err != nil {
			return unknown
		}
		return decided(matched)
	}
	return t
}
