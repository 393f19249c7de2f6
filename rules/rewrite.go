package rules

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// rewriter goes over the tree of one expression between parsing and type
// check. It resolves what must be written out (windows, times of day, zones) to
// constants, reports constants that can never match, and puts the accounting
// of work into loops and string building.
//
// Children are visited before their parents.
type rewriter struct {
	c    *compiler
	path string
}

func (r *rewriter) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value == "$env" {
			r.report(n, `"$env" cannot be used in a rule`, "name the field itself")
		}
	case *ast.CallNode:
		r.call(node, n)
	case *ast.BinaryNode:
		r.checkConstants(n)
		accountForSum(node, n)
	case *ast.PredicateNode:
		accountForLoop(n)
	case *ast.BuiltinNode:
		r.builtin(node, n)
	}
}

func (r *rewriter) report(at ast.Node, message, hint string) {
	r.c.problems = append(r.c.problems, Problem{Path: r.path, Offset: at.Location().From, Message: message, Hint: hint})
}

// call resolves time_between and during. A call with the wrong number or type
// of arguments is left to the type check.
func (r *rewriter) call(node *ast.Node, call *ast.CallNode) {
	callee, ok := call.Callee.(*ast.IdentifierNode)
	if !ok || callee.Value != "time_between" && callee.Value != "during" {
		return
	}
	for _, arg := range call.Arguments {
		if _, ok := arg.(*ast.StringNode); !ok {
			r.report(arg, fmt.Sprintf("what %s is given must be written out, in quotes", callee.Value), example[callee.Value])
			ast.Patch(node, &ast.BoolNode{}) // reported once is enough
			return
		}
	}
	var s *span
	switch {
	case callee.Value == "during" && len(call.Arguments) == 1:
		s = r.window(call.Arguments[0].(*ast.StringNode))
	case callee.Value == "time_between" && (len(call.Arguments) == 2 || len(call.Arguments) == 3):
		s = r.timeBetween(call.Arguments)
	default:
		return
	}
	// Where there was a problem, s is nil and the program is never run.
	ast.Patch(node, &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: withinName},
		Arguments: []ast.Node{&ast.IdentifierNode{Value: "now"}, &ast.ConstantNode{Value: s}},
	})
}

// example shows how each function is called.
var example = map[string]string{
	"time_between": `for example time_between("17:00", "06:00")`,
	"during":       `for example during("business-hours")`,
	"timezone":     `for example timezone("Europe/Berlin")`,
}

func (r *rewriter) window(name *ast.StringNode) *span {
	s, ok := r.c.windows[name.Value]
	if ok {
		return s
	}
	names := slices.Sorted(maps.Keys(r.c.windows))
	hint := "there are no windows; add one under windows:"
	if near := nearest.To(name.Value, names); near != "" {
		hint = didYouMean(near)
	} else if len(names) > 0 {
		hint = fmt.Sprintf("the windows are %q", names)
	}
	r.report(name, fmt.Sprintf("unknown window %q", name.Value), hint)
	return nil
}

func (r *rewriter) timeBetween(args []ast.Node) *span {
	loc := r.c.loc
	if len(args) == 3 {
		if loc = r.zone(args[2].(*ast.StringNode)); loc == nil {
			return nil
		}
	}
	s, err := newSpan(args[0].(*ast.StringNode).Value, args[1].(*ast.StringNode).Value, loc)
	if err != nil {
		r.report(args[0], err.Error(), "")
		return nil
	}
	return s
}

func (r *rewriter) zone(name *ast.StringNode) *time.Location {
	loc, err := loadZone(name.Value)
	if err != nil {
		r.report(name, err.Error(), "")
		return nil
	}
	return loc
}

// builtin loads zones at compile time and limits what builds strings.
func (r *rewriter) builtin(node *ast.Node, n *ast.BuiltinNode) {
	if n.Name != "timezone" || len(n.Arguments) != 1 {
		accountForBuiltin(node, n)
		return
	}
	name, ok := n.Arguments[0].(*ast.StringNode)
	if !ok {
		r.report(n, "the time zone must be written out, in quotes", example["timezone"])
		return
	}
	if loc := r.zone(name); loc != nil {
		ast.Patch(node, &ast.ConstantNode{Value: loc})
	}
}
