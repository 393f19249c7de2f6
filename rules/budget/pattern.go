package budget

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/expr-lang/expr/ast"
)

// Regular expressions are Go's, RE2: their time grows with the size of the pattern's program and with the length of the
// text, never faster. It can be 100 ns for each instruction and byte, so matching spends work by that product.
const (
	largestProgram = 20_000 // instructions of any pattern
	longPattern    = 256    // bytes of a pattern that is not written out
	stepsPerWork   = 4      // instructions times bytes that cost one unit
)

// Pattern is a compiled regular expression.
type Pattern struct {
	re   *regexp.Regexp
	size int // instructions
}

// Source is what was written.
func (p *Pattern) Source() string { return p.re.String() }

// Match says whether a text matches, whatever it costs.
func (p *Pattern) Match(text string) bool { return p.re.MatchString(text) }

// Cost is the work of matching a text of so many bytes.
func (p *Pattern) Cost(length int) int { return times(length/stepsPerWork+1, p.size) }

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

func newPattern(source string) (*Pattern, error) {
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
	return &Pattern{re, len(program.Inst)}, nil
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
	p, ok := args[2].(*Pattern)
	if !ok {
		var err error
		if p, err = patternOf(w, args[2]); err != nil {
			return nil, err
		}
	}
	if err := w.Spend(p.Cost(len(text))); err != nil {
		return nil, err
	}
	return p.re.MatchString(text), nil
}

func patternOf(w *Work, value any) (*Pattern, error) {
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

// Matches reads what Account made of matches with a pattern that is written out.
func Matches(node ast.Node) (text ast.Node, p *Pattern, ok bool) {
	call, isCall := node.(*ast.CallNode)
	if !isCall || len(call.Arguments) != 3 {
		return nil, nil, false
	}
	constant, ok := call.Arguments[2].(*ast.ConstantNode)
	if !ok {
		return nil, nil, false
	}
	p, ok = constant.Value.(*Pattern)
	return call.Arguments[1], p, ok
}

// accountForPattern compiles a pattern that is written out, and leaves one that does not compile to the type check.
func accountForPattern(node *ast.Node, n *ast.BinaryNode) {
	if !MaybeText(n.Left) || !MaybeText(n.Right) {
		return
	}
	right := n.Right
	if source, ok := n.Right.(*ast.StringNode); ok {
		p, err := newPattern(source.Value)
		if err != nil {
			return
		}
		right = &ast.ConstantNode{Value: p}
	}
	ast.Patch(node, Call(matchesName, n.Left, right))
}
