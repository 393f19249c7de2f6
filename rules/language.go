package rules

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/patcher"
	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/rules/budget"
	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// familiar are names from elsewhere, and what they are called here.
var familiar = map[string]string{
	"message": "title", "summary": "title", "name": "title", "subject": "title",
	"body": "description", "state": "status", "teams": "team", "tag": "tags",
	"severity": "labels.severity", "alertname": "labels.alertname", "instance": "labels.instance",
	"job": "labels.job", "annotations": "details", "extraProperties": "details",
	"entity": "labels.entity", "createdAt": "starts_at", "day": "weekday",
}

// The limits of one expression; budget has those of its evaluation.
const (
	maxSource = 16 << 10 // bytes of source
	maxNodes  = 1000     // nodes of the tree
)

// expression is compiled source that gives a bool, a string or anything.
type expression struct {
	source  string
	program *vm.Program
	reads   fieldSet // of the program
	*term
}

// compileExpression compiles one expression. Its problems are complete up to
// expr's first type error.
func (c *compiler) compileExpression(path, source string, result ...expr.Option) *expression {
	if len(source) > maxSource {
		c.report(path, fmt.Sprintf("the expression has %d bytes; at most %d are allowed", len(source), maxSource), "split it over several rules")
		return nil
	}
	before := len(c.problems)
	r := &rewriter{c: c, path: path, lists: map[*ast.ConstantNode]*list{}, whole: map[*ast.ConstantNode]*list{}}
	program, err := expr.Compile(source, slices.Concat([]expr.Option{c.language, expr.Patch(r)}, result)...)
	if err != nil {
		c.reportExpression(path, err)
	}
	r.checkWhole()
	if len(c.problems) > before {
		return nil
	}
	return &expression{source: source, program: program, reads: fieldsOf(program), term: termOf(program.Node())}
}

// language is expr's settings for every expression, worked out once: that takes as long as to compile a rule.
func language(loc *time.Location) expr.Option {
	settings := conf.CreateNew()
	for _, option := range languageOptions(loc) {
		option(settings)
	}
	settings.Visitors = slices.Clip(settings.Visitors) // each expression adds its own
	return func(c *conf.Config) { *c = *settings }
}

func languageOptions(loc *time.Location) []expr.Option {
	return append([]expr.Option{
		expr.Env(fields()),
		expr.MaxNodes(maxNodes),
		expr.Patch(patcher.WithTimezone{Location: loc}), // for date("…")
		// These are for the type check only; rewriter replaces their calls.
		expr.Function("time_between", notRewritten,
			new(func(from, to string) bool), new(func(from, to, zone string) bool)),
		expr.Function("during", notRewritten, new(func(window string) bool)),
		expr.Function("holiday", notRewritten,
			new(func() bool), new(func(calendar string) bool), new(func(calendar, zone string) bool)),
		expr.Function("glob", notRewritten, new(func(text, pattern string) bool)),
		expr.Function("cidr", notRewritten, new(func(text, network string) bool), new(func(text string, networks []string) bool)),
		// And these for them.
		expr.Function(withinName, within, new(func(time.Time, *span) bool)),
		expr.Function(holidayName, onHoliday, new(func(time.Time, *daysOff) bool)),
		expr.Function(globName, glob, new(func(*budget.Work, any, any) bool)),
		expr.Function(cidrName, inNetworks, new(func(any, networks) bool)),
		expr.Function(cidrNamedName, inNetworkNamed, new(func(any, any) bool)),
		expr.Function(memberName, member, new(func(any, set) bool)),
	}, budget.Options()...)
}

// Names that cannot be written in an expression.
const (
	withinName    = "#within"
	holidayName   = "#holiday"
	globName      = "#glob"
	cidrName      = "#cidr"
	cidrNamedName = "#cidrnamed"
	memberName    = "#member"
)

func within(args ...any) (any, error) {
	return args[1].(*span).contains(args[0].(time.Time)), nil
}

func notRewritten(...any) (any, error) {
	return nil, errors.New("the name of a window and the times of day must be written out")
}

// reportExpression turns what expr says into a problem with a suggestion.
func (c *compiler) reportExpression(path string, err error) {
	p := Problem{Path: path, Offset: -1, Message: err.Error()}
	var at *file.Error
	if errors.As(err, &at) {
		p.Offset, p.Message = at.From, at.Message
	}
	p.Message = strings.ReplaceAll(p.Message, " to call #", " to call ") // of functions that spend from the budget
	p.Hint = hintFor(p.Message)
	if want, got, ok := strings.Cut(strings.TrimPrefix(p.Message, "expected "), ", but got "); ok && want == reflect.Bool.String() {
		p.Message = fmt.Sprintf("the condition gives %s, not true or false", got)
	}
	if name, ok := strings.CutPrefix(p.Message, "unknown name "); ok {
		p.Message = fmt.Sprintf("unknown name %q", name)
		p.Hint = c.hintForName(name)
	}
	c.problems = append(c.problems, p)
}

// hintForName suggests a field or function for an unknown name.
func (c *compiler) hintForName(name string) string {
	if meant, ok := familiar[name]; ok {
		return didYouMean(meant)
	}
	known := c.knownNames()
	var functions []string
	for _, f := range functionTable {
		functions = append(functions, f.Name)
	}
	for _, f := range builtin.Builtins {
		functions = append(functions, f.Name)
	}
	if near := nearest.To(name, slices.Concat(known, functions)); near != "" {
		return didYouMean(near)
	}
	return "a text stands in quotes; the fields and lists are " + strings.Join(known, ", ")
}

// knownNames are the fields and lists that can be written, sorted.
func (c *compiler) knownNames() []string {
	names := slices.Collect(maps.Keys(c.lists))
	for _, f := range fieldTable {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}
