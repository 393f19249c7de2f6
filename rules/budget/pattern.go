package budget

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/expr-lang/expr/ast"
)

// Regular expressions are Go's, RE2: their time grows with the size of the pattern's program and with the length of the
// text, never faster. Small patterns that are written out are left to expr, outside of loops. The others spend
// work by that product.
const (
	smallProgram   = 256    // instructions of a pattern that is free
	largestProgram = 20_000 // of any
	longPattern    = 256    // bytes of a pattern that is not written out
	stepsPerWork   = 16     // instructions times bytes that cost one unit
)

// pattern is a compiled regular expression with the number of its instructions.
type pattern struct {
	re   *regexp.Regexp
	size int
}

// ErrLargePattern says that a pattern is not allowed for its size, though it is one.
var ErrLargePattern = errors.New("the regular expression is too large")

// CheckPattern gives ErrLargePattern for a pattern that is too large, and nil for one that is no pattern at all: that
// is left to the type check.
func CheckPattern(source string) error {
	if _, err := newPattern(source); errors.Is(err, ErrLargePattern) {
		return err
	}
	return nil
}

func newPattern(source string) (*pattern, error) {
	parsed, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	if len(program.Inst) > largestProgram {
		return nil, ErrLargePattern
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	return &pattern{re, len(program.Inst)}, nil
}

// matches is text matches pattern, where the pattern costs something. It is compiled or a text.
func matches(args ...any) (any, error) {
	w := args[0].(*Work)
	if args[1] == nil || args[2] == nil {
		return false, nil
	}
	text, ok := args[1].(string)
	if !ok {
		return nil, fmt.Errorf("matches needs text, not %T", args[1])
	}
	p, ok := args[2].(*pattern)
	if !ok {
		var err error
		if p, err = patternOf(w, args[2]); err != nil {
			return nil, err
		}
	}
	// An instruction is cheap, so a unit of work buys several.
	if err := w.Spend(times(len(text)/stepsPerWork+1, p.size)); err != nil {
		return nil, err
	}
	return p.re.MatchString(text), nil
}

func patternOf(w *Work, value any) (*pattern, error) {
	source, ok := value.(string)
	switch {
	case !ok:
		return nil, fmt.Errorf("matches needs a pattern, not %T", value)
	case len(source) > longPattern:
		return nil, fmt.Errorf("a regular expression that is not written out has at most %d bytes", longPattern)
	}
	if err := w.Spend(100 * len(source)); err != nil { // about what it costs to compile a bad one of that length
		return nil, err
	}
	return newPattern(source)
}

// accountForPattern compiles a pattern that is written out, and leaves one that does not compile to the type check.
func accountForPattern(node *ast.Node, n *ast.BinaryNode, loop bool) {
	if !MaybeText(n.Left) || !MaybeText(n.Right) {
		return
	}
	right := n.Right
	if source, ok := n.Right.(*ast.StringNode); ok {
		p, err := newPattern(source.Value)
		if err != nil || p.size <= smallProgram && !loop {
			return
		}
		right = &ast.ConstantNode{Value: p}
	}
	ast.Patch(node, Call(matchesName, n.Left, right))
}
