package rules

import (
	"slices"

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
	case *ast.BuiltinNode:
		return termOfBuiltin(n)
	}
	return opaque()
}

func termOfBinary(n *ast.BinaryNode) *term {
	switch n.Operator {
	case "and", "&&":
		return bothOf(termOf(n.Left), termOf(n.Right))
	case "or", "||":
		return eitherOf(termOf(n.Left), termOf(n.Right))
	case "!=":
		return notOf(termOfComparison("==", n.Left, n.Right))
	case "in":
		if name, ok := textOf(n.Left); ok {
			return termOfName(name, n.Right)
		}
	}
	return termOfComparison(n.Operator, n.Left, n.Right)
}

// termOfComparison reads a field, a label or a detail compared with what is written out.
func termOfComparison(operator string, left, right ast.Node) *term {
	if _, ok := textOf(left); ok && operator == "==" {
		left, right = right, left
	}
	name, isDetail := entryOf(left, "details")
	if q, ok := questionOf(operator, right); ok {
		if isDetail {
			return askedOfDetail(name, operator, q)
		}
		if inner, change := inCase(left); change != nil {
			left, q = inner, q.of(change)
		}
		if s, ok := subjectOf(left); ok {
			return asked(s, q)
		}
	} else if isDetail {
		return detailCompared(name, operator, right)
	}
	return opaque()
}

// termOfName reads whether a name that is written out is among the tags or among those of the labels.
func termOfName(name string, of ast.Node) *term {
	field, ok := of.(*ast.IdentifierNode)
	switch {
	case ok && field.Value == "tags":
		return &term{
			safe: true, keyed: true, keys: []key{{subject: subject{kind: ofTag}, how: equals, value: name}},
			test: func(v *view) verdict { return decided(slices.Contains(v.tags, name)) },
		}
	case ok && field.Value == "labels":
		return &term{
			safe: true, keyed: true, keys: []key{{subject: subject{kind: ofLabel, name: name}, how: present}},
			test: func(v *view) verdict {
				_, there := v.labels[name]
				return decided(there)
			},
		}
	}
	return opaque()
}

// termOfBuiltin reads any(tags, # …), with the accounting in its loop. A pattern there spends more work, and is left
// to the machine.
func termOfBuiltin(n *ast.BuiltinNode) *term {
	if n.Name != "any" || len(n.Arguments) != 2 {
		return opaque()
	}
	list, isField := n.Arguments[0].(*ast.IdentifierNode)
	predicate, isPredicate := n.Arguments[1].(*ast.PredicateNode)
	if !isField || list.Value != "tags" || !isPredicate {
		return opaque()
	}
	turn, ok := predicate.Node.(*ast.SequenceNode)
	if !ok || len(turn.Nodes) != 2 {
		return opaque()
	}
	comparison, ok := turn.Nodes[1].(*ast.BinaryNode)
	if !ok {
		return opaque()
	}
	if element, ok := comparison.Left.(*ast.PointerNode); !ok || element.Name != "" {
		return opaque()
	}
	q, ok := questionOf(comparison.Operator, comparison.Right)
	if !ok {
		return opaque()
	}
	return asked(subject{kind: ofTag}, q)
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
