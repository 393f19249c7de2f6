package rules

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm/runtime"
)

// Details are of any type. The terms answer for texts, numbers and what is
// missing, by expr's own functions, and leave the rest to the machine.

func askedOfDetail(name, operator string, q question) *term {
	holds := q.holds
	return &term{safe: operator == "==", test: func(v *view) verdict {
		switch value := v.details[name].(type) {
		case string:
			return decided(holds(value))
		case nil:
			if operator != "in" { // where expr takes nil for ""
				return no
			}
		}
		return unknown
	}}
}

// detailCompared reads a comparison with nil or a number.
func detailCompared(name, operator string, right ast.Node) *term {
	var number any
	switch n := right.(type) {
	case *ast.NilNode:
		if operator == "==" {
			return detailMissing(name)
		}
		return opaque()
	case *ast.IntegerNode:
		number = n.Value
	case *ast.FloatNode:
		number = n.Value
	default:
		return opaque()
	}
	compare, ok := comparisons[operator]
	if !ok {
		return opaque()
	}
	return &term{safe: operator == "==", test: func(v *view) verdict {
		switch value := v.details[name].(type) {
		case float64, int:
			return decided(compare(value, number))
		}
		return unknown
	}}
}

var comparisons = map[string]func(a, b any) bool{
	"==": runtime.Equal, ">": runtime.More, ">=": runtime.MoreOrEqual, "<": runtime.Less, "<=": runtime.LessOrEqual,
}

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
