package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// closed are the fields that have only a few values. A source need not give a
// priority, so "" is one of its values.
var closed = map[string][]string{
	"priority": {"P1", "P2", "P3", "P4", "P5", ""},
	"status":   {"firing", "resolved"},
	"weekday":  {"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
}

// checkConstants reports a comparison of such a field with a value that it
// never has: it would be a rule that silently never matches.
func (r *rewriter) checkConstants(n *ast.BinaryNode) {
	switch n.Operator {
	case "==", "!=":
		r.checkValue(n.Left, n.Right)
		r.checkValue(n.Right, n.Left)
	case "in":
		if list, ok := n.Right.(*ast.ArrayNode); ok {
			for _, item := range list.Nodes {
				r.checkValue(n.Left, item)
			}
		}
	}
}

func (r *rewriter) checkValue(field, value ast.Node) {
	name, ok := field.(*ast.IdentifierNode)
	if !ok {
		return
	}
	text, ok := value.(*ast.StringNode)
	if !ok {
		return
	}
	if message, hint := checkClosed(name.Value, text.Value); message != "" {
		r.report(text, message, hint)
	}
}

// checkClosed says what is wrong with value as a value of field; "" if nothing.
func checkClosed(field, value string) (message, hint string) {
	values, ok := closed[field]
	if !ok || slices.Contains(values, value) {
		return "", ""
	}
	message = fmt.Sprintf("%s is never %q", field, value)
	if field == "weekday" {
		return message, dayHint(value)
	}
	if near := nearest.To(value, values); near != "" && field == "status" || strings.EqualFold(near, value) {
		return message, didYouMean(near)
	}
	return message, fmt.Sprintf("%s is one of %s", field, strings.Join(slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" }), ", "))
}
