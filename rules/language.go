package rules

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/patcher"
	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// fields gives the names that an expression may use, with values of their types.
//
// A map rather than a struct: expr reads a map's values without boxing them
// anew each time, which makes a comparison two to three times as fast.
func fields() map[string]any {
	return map[string]any{
		"source": "", "title": "", "description": "", "status": "", "priority": "",
		"tags": []string(nil), "actions": []string(nil),
		"labels": map[string]string(nil), "details": map[string]any(nil),
		"service": "", "team": "", "integration": "",
		"starts_at": time.Time{}, "now": time.Time{}, "weekday": "",
		workName: (*work)(nil),
	}
}

// familiar are names from elsewhere, and what they are called here.
var familiar = map[string]string{
	"message": "title", "summary": "title", "name": "title", "subject": "title",
	"body": "description", "state": "status", "teams": "team", "tag": "tags",
	"severity": "labels.severity", "alertname": "labels.alertname", "instance": "labels.instance",
	"job": "labels.job", "annotations": "details", "extraProperties": "details",
	"entity": "labels.entity", "createdAt": "starts_at", "day": "weekday",
}

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
	r := &rewriter{c: c, path: path}
	program, err := expr.Compile(source, append(slices.Concat(c.options, result), expr.Patch(r))...)
	if err != nil {
		c.reportExpression(path, err)
	}
	if len(c.problems) > before {
		return nil
	}
	return &expression{source: source, program: program, reads: fieldsOf(program), term: termOf(program.Node())}
}

// languageOptions are expr's settings for every expression.
func languageOptions(loc *time.Location) []expr.Option {
	return append([]expr.Option{
		expr.Env(fields()),
		expr.MaxNodes(maxNodes),
		expr.Patch(patcher.WithTimezone{Location: loc}), // for date("…")
		// The two below are for the type check only; rewriter replaces their calls.
		expr.Function("time_between", notRewritten,
			new(func(from, to string) bool), new(func(from, to, zone string) bool)),
		expr.Function("during", notRewritten, new(func(window string) bool)),
		expr.Function(withinName, within, new(func(time.Time, *span) bool)),
	}, workOptions()...)
}

// withinName is not a name that can be written in an expression.
const withinName = "#within"

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
	if want, got, ok := strings.Cut(strings.TrimPrefix(p.Message, "expected "), ", but got "); ok && want == reflect.Bool.String() {
		p.Message = fmt.Sprintf("the condition gives %s, not true or false", got)
	}
	if name, ok := strings.CutPrefix(p.Message, "unknown name "); ok {
		p.Message = fmt.Sprintf("unknown name %q", name)
		p.Hint = hintForName(name)
	}
	if p.Message == "time.Time is not callable" {
		p.Hint = "now and starts_at are fields: write them without ()"
	}
	c.problems = append(c.problems, p)
}

// hintForName suggests a field or function for an unknown name.
func hintForName(name string) string {
	if known, ok := familiar[name]; ok {
		return didYouMean(known)
	}
	fieldNames := knownFields()
	functions := []string{"time_between", "during"}
	for _, f := range builtin.Builtins {
		functions = append(functions, f.Name)
	}
	if near := nearest.To(name, slices.Concat(fieldNames, functions)); near != "" {
		return didYouMean(near)
	}
	return "the fields are " + strings.Join(fieldNames, ", ")
}

// knownFields are the names that can be written, sorted.
func knownFields() []string {
	var names []string
	for name := range fields() {
		if name != workName {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
