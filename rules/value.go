package rules

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Value is an expression beside the rules that gives a text, in the same language. It is made by Router.Value, and safe
// for concurrent use.
type Value struct {
	router *Router
	x      *expression
	uses   Uses
}

// Value compiles an expression; the path is for its problems.
func (r *Router) Value(path, source string) (*Value, []Problem) {
	c := r.shared
	c.uses = newUses() // those of the rules do not change any more
	if strings.TrimSpace(source) == "" {
		c.report(path, "an expression is missing", "write for example service, or labels.cluster")
		return nil, c.problems
	}
	x := c.compileExpression(path, source)
	if x != nil && !readable(x.program) {
		c.report(path, "this gives what is no text, number or time", "toJSON(…) makes text of it")
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return &Value{r, x, c.uses}, nil
}

// Of is what the expression gives for an event at the moment now, as a text of at most 256 bytes: a longer one is
// replaced by its hash. Nothing is the empty text. The error says why that cannot be told.
func (v *Value) Of(ev Event, now time.Time) (string, error) {
	e := v.router.evaluators.Get().(*evaluator)
	defer v.router.evaluators.Put(e)
	e.begin(ev, now, nil)
	defer e.finish()
	value, err := e.run(v.x)
	if err != nil {
		return "", errors.New(reason(err))
	}
	if value == nil {
		return "", nil
	}
	return bounded(fmt.Sprint(value)), nil
}

// Uses says which windows, lists and calendars of holidays the expression uses.
func (v *Value) Uses() Uses { return v.uses }
