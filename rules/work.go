package rules

import (
	"fmt"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
)

// The limits of one expression. expr limits nodes and elements of arrays
// itself; what it leaves open, nested loops and strings that double, is
// accounted for here.
const (
	maxSource   = 16 << 10  // bytes of source
	maxNodes    = 1000      // nodes of the tree
	maxElements = 100_000   // elements of arrays and maps built by one evaluation
	maxWork     = 1_000_000 // units of one evaluation: bytes of strings built, and
	loopWork    = 10        // this many for each turn of a loop
)

// work is what an evaluation may still do.
type work struct{ left int }

func (w *work) spend(n int) error {
	if n < 0 || n > w.left {
		w.left = 0
		return fmt.Errorf("the expression does too much work; it is limited to about %d turns of loops or %d bytes of text", maxWork/loopWork, maxWork)
	}
	w.left -= n
	return nil
}

// Names that cannot be written in an expression.
const (
	workName = "#work"
	stepName = "#step"
	plusName = "#plus"
)

// accountForLoop makes each turn of a loop spend work.
func accountForLoop(n *ast.PredicateNode) {
	n.Node = &ast.SequenceNode{Nodes: []ast.Node{spendingCall(stepName), n.Node}}
}

// accountForSum does so for + where it may join strings.
func accountForSum(node *ast.Node, n *ast.BinaryNode) {
	if n.Operator == "+" && maybeString(n.Left) && maybeString(n.Right) {
		ast.Patch(node, spendingCall(plusName, n.Left, n.Right))
	}
}

// accountForBuiltin does so for functions whose result can be much larger than
// what they are given.
func accountForBuiltin(node *ast.Node, n *ast.BuiltinNode) {
	switch n.Name {
	case "repeat", "replace", "join", "uniq":
		ast.Patch(node, spendingCall("#"+n.Name, n.Arguments...))
	}
}

func spendingCall(name string, args ...ast.Node) *ast.CallNode {
	return &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: name},
		Arguments: append([]ast.Node{&ast.IdentifierNode{Value: workName}}, args...),
	}
}

func maybeString(n ast.Node) bool {
	kind := n.Type().Kind()
	return kind == reflect.String || kind == reflect.Interface
}

// workOptions declare the functions that spend work, with the types of those
// that they stand for.
func workOptions() []expr.Option {
	return []expr.Option{
		expr.Function(stepName, step, new(func(*work) bool)),
		expr.Function(plusName, plus, new(func(*work, string, string) string), new(func(*work, any, any) any)),
		expr.Function("#repeat", spending("repeat", repeatWork), new(func(*work, string, int) string)),
		expr.Function("#replace", spending("replace", replaceWork),
			new(func(*work, string, string, string) string), new(func(*work, string, string, string, int) string)),
		expr.Function("#join", spending("join", joinWork),
			new(func(*work, []string, string) string), new(func(*work, []any, string) string),
			new(func(*work, []string) string), new(func(*work, []any) string)),
		expr.Function("#uniq", spending("uniq", uniqWork), new(func(*work, any) []any)),
	}
}
