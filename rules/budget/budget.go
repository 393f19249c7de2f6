// Package budget bounds what one evaluation of an expr program may do, so that no expression and no input can
// stall whoever evaluates it. expr itself limits the nodes of a tree and the elements of arrays; what it leaves
// open (nested loops, texts that double, regular expressions, lists that hold themselves many times over) spends
// a Work here. The package knows expr, and nothing of what expressions are about.
//
// A program is compiled with Options and with Account called for every node by a visitor, and finds its Work in the
// environment under Name.
package budget

import (
	"fmt"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
)

// The limits of one evaluation.
const (
	MaxElements = 100_000   // of arrays and maps that it builds; for vm.VM.MemoryBudget
	MaxWork     = 1_000_000 // units: about the bytes of texts that are built or looked through, and
	turn        = 10        // this many for each turn of a loop
	MaxTurns    = MaxWork / turn
)

// MaxTogether is the work of all evaluations that are made of one thing, such as the rules tried on one event: about two
// seconds at worst.
const MaxTogether = 100 * MaxWork

// Work is what an evaluation may still do.
type Work struct{ left int }

// Reset begins an evaluation.
func (w *Work) Reset() { w.left = MaxWork }

// ResetTo begins an evaluation that may do less.
func (w *Work) ResetTo(units int) { w.left = min(MaxWork, max(0, units)) }

// Left is what the evaluation may still do; 0 of one that did too much.
func (w *Work) Left() int { return w.left }

// Spend takes units of work, and fails when that is more than is left.
func (w *Work) Spend(units int) error {
	if units < 0 || units > w.left {
		w.left = 0
		return fmt.Errorf("the expression does too much work; it is limited to about %d turns of loops or %d bytes of text", MaxWork/turn, MaxWork)
	}
	w.left -= units
	return nil
}

// Names that cannot be written in an expression.
const (
	Name        = "#work" // the Work, in the environment
	turnName    = "#turn"
	plusName    = "#plus"
	weighName   = "#weigh."
	deepName    = "#deep."
	inName      = "#in"
	matchesName = "#matches"
)

// Options declare the functions that spend work, with the types of those that they stand for.
func Options() []expr.Option {
	options := []expr.Option{
		expr.Function(turnName, takeTurn, new(func(*Work) bool)),
		expr.Function(plusName, plus, new(func(*Work, string, string) string), new(func(*Work, any, any) any)),
		expr.Function(inName, in, new(func(*Work, any, any) bool)),
		expr.Function(matchesName, matches, new(func(*Work, any, any) bool)),
		expr.Function("#repeat", spending("repeat", repeatWork), new(func(*Work, string, int) string)),
		expr.Function("#replace", spending("replace", replaceWork),
			new(func(*Work, string, string, string) string), new(func(*Work, string, string, string, int) string)),
		expr.Function("#join", spending("join", joinWork),
			new(func(*Work, []string, string) string), new(func(*Work, []any, string) string),
			new(func(*Work, []string) string), new(func(*Work, []any) string)),
		expr.Function("#uniq", spending("uniq", uniqWork), new(func(*Work, any) []any)),
	}
	for _, t := range weighed {
		options = append(options,
			expr.Function(weighName+t.suffix, weigh, t.signature),
			expr.Function(deepName+t.suffix, weighDeep, t.signature))
	}
	return options
}

// weighed are the types of the functions that give what they are given: one for each, since expr takes a value
// of unknown type for the first type that it could be. The last is for all others.
var weighed = [...]struct {
	suffix    string
	of        reflect.Type
	signature any
}{
	{"text", reflect.TypeFor[string](), new(func(*Work, string) string)},
	{"texts", reflect.TypeFor[[]string](), new(func(*Work, []string) []string)},
	{"list", reflect.TypeFor[[]any](), new(func(*Work, []any) []any)},
	{"numbers", reflect.TypeFor[[]int](), new(func(*Work, []int) []int)},
	{"labels", reflect.TypeFor[map[string]string](), new(func(*Work, map[string]string) map[string]string)},
	{"map", reflect.TypeFor[map[string]any](), new(func(*Work, map[string]any) map[string]any)},
	{"", nil, new(func(*Work, any) any)},
}

// Call is a call of a function that spends work: it is given the Work before its arguments.
func Call(name string, args ...ast.Node) *ast.CallNode {
	return &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: name},
		Arguments: append([]ast.Node{&ast.IdentifierNode{Value: Name}}, args...),
	}
}

// MaybeText says whether the node may give a text.
func MaybeText(n ast.Node) bool {
	kind := n.Type().Kind()
	return kind == reflect.String || kind == reflect.Interface
}

// maybeNested says whether the node may give a list or a map of others.
func maybeNested(n ast.Node) bool {
	switch t := n.Type(); t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Slice, reflect.Array, reflect.Map:
		switch t.Elem().Kind() {
		case reflect.Interface, reflect.Slice, reflect.Map:
			return true
		}
	}
	return false
}

// sized says whether what the node gives has a length.
func sized(n ast.Node) bool {
	switch n.Type().Kind() {
	case reflect.String, reflect.Interface, reflect.Slice, reflect.Array, reflect.Map:
		return true
	}
	return false
}
