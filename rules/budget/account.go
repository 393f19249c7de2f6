package budget

import (
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Account puts spending into a node, where it can do more than its own constant amount of work. Children are
// accounted for before their parents, as ast.Walk visits them, and types are known.
func Account(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.PredicateNode:
		ast.Walk(&n.Node, inLoop{})
		n.Node = &ast.SequenceNode{Nodes: []ast.Node{Call(turnName), n.Node}}
	case *ast.BinaryNode:
		accountForOperator(node, n)
	case *ast.MemberNode:
		if maybeNested(n.Property) && !isConstant(n.Property) { // expr writes it into the error
			wrap(deepName, &n.Property)
		}
	case *ast.BuiltinNode:
		accountForBuiltin(node, n)
	}
}

func accountForOperator(node *ast.Node, n *ast.BinaryNode) {
	switch n.Operator {
	case "+":
		if MaybeText(n.Left) && MaybeText(n.Right) {
			ast.Patch(node, Call(plusName, n.Left, n.Right))
		}
	case "==", "!=":
		if maybeNested(n.Left) && maybeNested(n.Right) && !isConstant(n.Left) && !isConstant(n.Right) {
			wrap(deepName, &n.Left)
		}
	case "in":
		if maybeNested(n.Left) && !isConstant(n.Left) && !isConstant(n.Right) {
			ast.Patch(node, Call(inName, n.Left, n.Right))
		}
	case "matches":
		accountForPattern(node, n)
	}
}

// accountForBuiltin does so for functions whose result can be much larger than what they are given, and for those
// that go into lists within lists.
func accountForBuiltin(node *ast.Node, n *ast.BuiltinNode) {
	switch n.Name {
	case "repeat", "replace", "join", "uniq":
		ast.Patch(node, Call("#"+n.Name, n.Arguments...))
	case "toJSON", "string", "flatten", "min", "max", "mean", "median", "sum":
		for i := range n.Arguments {
			if maybeNested(n.Arguments[i]) {
				wrap(deepName, &n.Arguments[i])
			}
		}
	}
}

// inLoop accounts for what is cheap once and is not when it is done again for every turn of a loop.
type inLoop struct{}

func (inLoop) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		switch n.Operator {
		case "in":
			if !isMap(n.Right) {
				weighOperand(&n.Right)
			}
		case "contains":
			if _, element := n.Left.(*ast.PointerNode); !element { // which is another one in the next turn
				weighOperand(&n.Left)
			}
		case "startsWith", "endsWith", "==", "!=", "<", ">", "<=", ">=":
			if !isConstant(n.Right) { // else it is no longer than the source
				weighOperand(&n.Left)
			}
		}
	case *ast.BuiltinNode:
		switch n.Name {
		case "first", "last", "get", "type", "take":
			return
		}
		for i := range n.Arguments {
			if _, loop := n.Arguments[i].(*ast.PredicateNode); !loop {
				weighOperand(&n.Arguments[i])
			}
		}
	}
}

// weighOperand leaves out what is written out, and so no longer than the source, and what has no length.
func weighOperand(node *ast.Node) {
	if sized(*node) && !isConstant(*node) {
		wrap(weighName, node)
	}
}

// wrap puts a call around a node, once.
func wrap(name string, node *ast.Node) {
	if call, ok := (*node).(*ast.CallNode); ok {
		if callee, ok := call.Callee.(*ast.IdentifierNode); ok && (strings.HasPrefix(callee.Value, name) || strings.HasPrefix(callee.Value, deepName)) {
			return
		}
	}
	for _, t := range weighed {
		if t.of == nil || t.of == (*node).Type() {
			name += t.suffix
			break
		}
	}
	wrapped := Call(name, *node)
	wrapped.SetNature(*(*node).Nature())
	ast.Patch(node, wrapped)
}

func isConstant(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode, *ast.ConstantNode:
		return true
	case *ast.ArrayNode:
		for _, item := range n.Nodes {
			if !isConstant(item) {
				return false
			}
		}
		return true
	}
	return false
}

func isMap(n ast.Node) bool { return n.Type().Kind() == reflect.Map }

// Visitor accounts for every node of a program: expr.Patch(&Visitor{}).
type Visitor struct {
	Large *ast.StringNode // a pattern that is too large; nil if there is none
}

// Visit accounts for a node.
func (v *Visitor) Visit(node *ast.Node) {
	if n, ok := (*node).(*ast.BinaryNode); ok && n.Operator == "matches" {
		if source, ok := n.Right.(*ast.StringNode); ok && CheckPattern(source.Value) != nil {
			v.Large = source
		}
	}
	Account(node)
}
