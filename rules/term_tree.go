package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// termOf reads the tree of an expression after the type check, so that
// both sides of == are known to be comparable.
func termOf(node ast.Node) *term {
	switch n := node.(type) {
	case *ast.BoolNode:
		return constant(n.Value)
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return notOf(termOf(n.Node))
		}
	case *ast.ConditionalNode:
		return choiceOf(termOf(n.Cond), termOf(n.Exp1), termOf(n.Exp2))
	case *ast.BinaryNode:
		return termOfBinary(n)
	case *ast.CallNode:
		return termOfCall(n)
	}
	return opaque()
}

func termOfBinary(n *ast.BinaryNode) *term {
	switch n.Operator {
	case "and", "&&":
		return bothOf(termOf(n.Left), termOf(n.Right))
	case "or", "||":
		return eitherOf(termOf(n.Left), termOf(n.Right))
	case "==", "!=":
		t := termOfEquality(n.Left, n.Right)
		if n.Operator == "!=" {
			return notOf(t)
		}
		return t
	case "in":
		return termOfIn(n.Left, n.Right)
	}
	s, isSubject := subjectOf(n.Left)
	text, isText := textOf(n.Right)
	if !isSubject || !isText {
		return opaque()
	}
	switch n.Operator {
	case "startsWith":
		return startsWith(s, text)
	case "endsWith":
		return &term{safe: true, test: func(v *view) verdict { return decided(strings.HasSuffix(s.in(v), text)) }}
	case "contains":
		return &term{safe: true, test: func(v *view) verdict { return decided(strings.Contains(s.in(v), text)) }}
	case "matches":
		return matching(s, text)
	}
	return opaque()
}

func termOfEquality(left, right ast.Node) *term {
	if _, ok := textOf(left); ok {
		left, right = right, left
	}
	text, isText := textOf(right)
	if s, ok := subjectOf(left); ok && isText {
		return equalTo(s, text)
	}
	name, isDetail := entryOf(left, "details")
	_, isNil := right.(*ast.NilNode)
	switch {
	case isDetail && isText:
		return detailEqualTo(name, text)
	case isDetail && isNil:
		return detailMissing(name)
	}
	return opaque()
}

// detailEqualTo leaves what is neither a text nor missing to the machine.
func detailEqualTo(name, text string) *term {
	return &term{safe: true, test: func(v *view) verdict {
		switch value := v.details[name].(type) {
		case string:
			return decided(value == text)
		case nil:
			return no
		}
		return unknown
	}}
}

// detailMissing does so too: what else expr takes for nil is its own affair.
func detailMissing(name string) *term {
	return &term{safe: true, test: func(v *view) verdict {
		switch v.details[name].(type) {
		case string:
			return no
		case nil:
			return yes
		}
		return unknown
	}}
}

// termOfIn reads membership in a list that is written out, in the tags, and
// among the names of the labels.
func termOfIn(left, right ast.Node) *term {
	if s, ok := subjectOf(left); ok {
		if list, ok := right.(*ast.ConstantNode); ok {
			switch values := list.Value.(type) {
			case map[string]struct{}:
				return oneOf(s, values)
			case []string:
				set := make(map[string]struct{}, len(values))
				for _, value := range values {
					set[value] = struct{}{}
				}
				return oneOf(s, set)
			}
		}
		return opaque()
	}
	text, isText := textOf(left)
	field, isField := right.(*ast.IdentifierNode)
	if !isText || !isField {
		return opaque()
	}
	switch field.Value {
	case "tags":
		return &term{
			safe: true, keyed: true, keys: []key{{subject: subject{kind: ofTag}, value: text}},
			test: func(v *view) verdict { return decided(slices.Contains(v.tags, text)) },
		}
	case "labels":
		return &term{
			safe: true, keyed: true, keys: []key{{subject: subject{kind: ofLabel, name: text}, how: present}},
			test: func(v *view) verdict {
				_, there := v.labels[text]
				return decided(there)
			},
		}
	}
	return opaque()
}

// termOfCall reads during and time_between, as rewriter leaves them.
func termOfCall(n *ast.CallNode) *term {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || callee.Value != withinName {
		return opaque()
	}
	constant, ok := n.Arguments[1].(*ast.ConstantNode)
	if !ok {
		return opaque()
	}
	hours, ok := constant.Value.(*span)
	if !ok {
		return opaque()
	}
	return &term{safe: true, test: func(v *view) verdict { return decided(hours.contains(v.now)) }}
}

// matching is keyed where the pattern begins with ^ and plain text.
func matching(s subject, pattern string) *term {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return opaque()
	}
	t := &term{safe: true, test: func(v *view) verdict { return decided(re.MatchString(s.in(v))) }}
	if prefix := anchoredPrefix(pattern); prefix != "" {
		t.keys, t.keyed = keyedBy(s, begins, prefix)
	}
	return t
}

// subjectOf reads a field or a label.
func subjectOf(node ast.Node) (subject, bool) {
	if n, ok := node.(*ast.IdentifierNode); ok {
		if i := slices.Index(textFieldNames[:], n.Value); i >= 0 {
			return subject{kind: ofField, field: textField(i)}, true
		}
		return subject{}, false
	}
	name, ok := entryOf(node, "labels")
	return subject{kind: ofLabel, name: name}, ok
}

// entryOf reads labels.NAME or labels["NAME"].
func entryOf(node ast.Node, of string) (name string, ok bool) {
	n, isMember := node.(*ast.MemberNode)
	if !isMember || n.Optional || n.Method {
		return "", false
	}
	if parent, isField := n.Node.(*ast.IdentifierNode); !isField || parent.Value != of {
		return "", false
	}
	return textOf(n.Property)
}

// textOf reads a text that is written out.
func textOf(node ast.Node) (string, bool) {
	n, ok := node.(*ast.StringNode)
	if !ok {
		return "", false
	}
	return n.Value, true
}
