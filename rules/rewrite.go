package rules

import (
	"fmt"
	"reflect"

	"github.com/expr-lang/expr/ast"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// rewriter goes over the tree of one expression between parsing and type
// check. It resolves what must be written out (windows, times of day, zones, lists) to
// constants, reports constants that can never match, and puts the accounting
// of work into what can do much of it.
//
// Children are visited before their parents.
type rewriter struct {
	c     *compiler
	path  string
	lists map[*ast.ConstantNode]*list // what stands for a list
	whole map[*ast.ConstantNode]*list // those of them that hold several, and of which none was chosen yet
}

func (r *rewriter) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value == "$env" {
			r.report(n, `"$env" cannot be used in a rule`, "name the field itself")
		}
		r.list(node, n.Value)
	case *ast.VariableDeclaratorNode:
		if r.c.lists[n.Name] != nil {
			r.report(n, fmt.Sprintf("%s is a list", n.Name), "give the variable another name")
		}
	case *ast.MemberNode:
		r.listMember(node, n)
	case *ast.CallNode:
		r.call(node, n)
	case *ast.BinaryNode:
		r.checkConstants(n)
		r.checkPattern(n)
		r.listOperand(node, n)
	case *ast.BuiltinNode:
		if n.Name == "timezone" && len(n.Arguments) == 1 {
			r.timezone(node, n)
		}
	}
	budget.Account(node)
}

func (r *rewriter) report(at ast.Node, message, hint string) {
	r.c.problems = append(r.c.problems, Problem{Path: r.path, Offset: at.Location().From, Message: message, Hint: hint})
}

// call resolves calls of the functions that are ours. A call with the wrong number or type of arguments is left
// to the type check.
func (r *rewriter) call(node *ast.Node, call *ast.CallNode) {
	callee, ok := call.Callee.(*ast.IdentifierNode)
	if !ok {
		return
	}
	switch callee.Value {
	case "time_between", "during", "holiday":
		if r.writtenOut(callee.Value, call.Arguments) {
			r.callOfTime(node, callee.Value, call.Arguments)
		} else {
			ast.Patch(node, &ast.BoolNode{}) // reported once is enough
		}
	case "glob":
		if a := call.Arguments; len(a) == 2 && budget.MaybeText(a[0]) && budget.MaybeText(a[1]) {
			ast.Patch(node, budget.Call(globName, a...))
		}
	case "cidr":
		if a := call.Arguments; len(a) == 2 && budget.MaybeText(a[0]) {
			r.network(node, a)
		}
	}
}

// writtenOut says whether all arguments are texts, and reports the first that is not.
func (r *rewriter) writtenOut(function string, args []ast.Node) bool {
	for _, arg := range args {
		if _, ok := arg.(*ast.StringNode); !ok {
			r.report(arg, fmt.Sprintf("what %s is given must be written out, in quotes", function), example(function))
			return false
		}
	}
	return true
}

// network reads the networks of a cidr call that are written out, or a list.
func (r *rewriter) network(node *ast.Node, args []ast.Node) {
	constant, _ := args[1].(*ast.ConstantNode)
	text, isText := args[1].(*ast.StringNode)
	var values []string
	switch l := r.lists[constant]; {
	case isText:
		values = []string{text.Value}
	case l != nil && l.lists == nil:
		values = l.values
	case budget.MaybeText(args[1]):
		ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: cidrNamedName}, Arguments: args})
		return
	default:
		return
	}
	list, err := parseNetworks(values)
	if err != nil {
		r.report(args[1], err.Error(), "")
	}
	ast.Patch(node, &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: cidrName},
		Arguments: []ast.Node{args[0], &ast.ConstantNode{Value: list}},
	})
}

func (r *rewriter) checkPattern(n *ast.BinaryNode) {
	if source, ok := n.Right.(*ast.StringNode); ok && n.Operator == "matches" {
		if err := budget.CheckPattern(source.Value); err != nil {
			r.report(source, err.Error(), "write several, or a list under lists:")
		}
	}
}

// listOperand makes membership in a list a look-up. What may be no text is given to a function: expr would panic.
func (r *rewriter) listOperand(node *ast.Node, n *ast.BinaryNode) {
	constant, _ := n.Right.(*ast.ConstantNode)
	l := r.lists[constant]
	if n.Operator != "in" || l == nil || l.lists != nil {
		return
	}
	found := &ast.ConstantNode{Value: l.set}
	found.SetLocation(constant.Location())
	n.Right = found
	if n.Left.Type().Kind() == reflect.Interface {
		ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: memberName}, Arguments: []ast.Node{n.Left, found}})
	}
}

func member(args ...any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return false, nil
	}
	_, found := args[1].(set)[text]
	return found, nil
}
