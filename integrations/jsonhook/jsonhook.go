// Package jsonhook decodes any JSON into events, by expressions of the configuration: the integration type "json".
// Expressions are https://expr-lang.org over body, headers, query and now. They are compiled and checked when the
// configuration is loaded. The package does no I/O and reads no clock.
package jsonhook

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// Fields are the keys that a map may have, in the order in which they are evaluated.
var Fields = [...]string{
	"dedup_key", "title", "status", "description", "priority", "source", "service", "team", "tags", "actions",
	"labels", "details", "link", "runbook", "starts_at", "expires_at",
}

// Problem is one thing that is wrong with a map.
type Problem struct {
	Field   string // the key of the map
	Offset  int    // where in the expression, in characters from 0; -1 when it is about the key
	Message string
	Hint    string // what to do about it; may be empty
}

func (p Problem) String() string {
	s := p.Field + ": " + p.Message
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// Mapping is a compiled map. It may be used from many goroutines at once.
type Mapping struct {
	programs [len(Fields)]*vm.Program // in the order of Fields; nil where the map says nothing
}

// environment is what an expression sees.
type environment struct {
	Body    any               `expr:"body"`    // the JSON value: the whole body, or one element of an array
	Headers map[string]string `expr:"headers"` // by lower-case name; several values are joined by ", "
	Query   map[string]string `expr:"query"`   // the first value of each
	Now     time.Time         `expr:"now"`     // when the request came
	Work    *budget.Work      `expr:"#work"`   // what the evaluation may still do; no expression can name it
}

const (
	maxSource = 8 << 10 // bytes of one expression
	maxNodes  = 2000    // of its syntax tree
)

// Compile compiles a map of field to expression, or gives everything that is wrong with it, in the order of Fields
// and unknown keys at the end. A map needs dedup_key; the defaults are status firing, and the dedup key as the title.
func Compile(fields map[string]string) (*Mapping, []Problem) {
	var m Mapping
	var problems []Problem
	for i, field := range Fields {
		source, ok := fields[field]
		if !ok {
			continue
		}
		program, problem := compile(field, source)
		if problem != nil {
			problems = append(problems, *problem)
		}
		m.programs[i] = program
	}
	if _, ok := fields["dedup_key"]; !ok {
		problems = append(problems, Problem{
			Field: "dedup_key", Offset: -1, Message: "a map needs dedup_key: what makes two events the same alert",
			Hint: "for example dedup_key: body.id",
		})
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(Fields[:], field) {
			problems = append(problems, Problem{Field: field, Offset: -1, Message: fmt.Sprintf("unknown key %q", field), Hint: suggest(field)})
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return &m, nil
}

func compile(field, source string) (*vm.Program, *Problem) {
	switch {
	case strings.TrimSpace(source) == "":
		return nil, &Problem{Field: field, Offset: 0, Message: "the expression is empty", Hint: "leave the key out, or write text in quotes inside the quotes: '\"text\"'"}
	case len(source) > maxSource:
		return nil, &Problem{Field: field, Offset: maxSource, Message: fmt.Sprintf("the expression has %d bytes; at most %d are allowed", len(source), maxSource)}
	}
	accounting := &budget.Visitor{}
	program, err := expr.Compile(source, append(budget.Options(), expr.Env(environment{}), expr.DisableBuiltin("now"),
		expr.MaxNodes(maxNodes), expr.Timezone("UTC"), expr.Patch(accounting))...)
	if err != nil {
		return nil, problemOf(field, err)
	}
	if large := accounting.Large; large != nil {
		return nil, &Problem{Field: field, Offset: large.Location().From, Message: budget.ErrLargePattern.Error(), Hint: "write several"}
	}
	return program, nil
}
