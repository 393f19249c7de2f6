package rules

import (
	"errors"
	"strings"
	"time"

	"github.com/expr-lang/expr"
)

// Condition is a condition beside the rules, in the same language: with the same windows, lists and holidays. It is made
// by Router.Condition, and safe for concurrent use.
type Condition struct {
	router *Router
	when   *expression
	uses   Uses
}

// Condition compiles a condition; the path is for its problems.
func (r *Router) Condition(path, source string) (*Condition, []Problem) {
	c := r.shared
	c.uses = newUses() // those of the rules do not change any more
	if strings.TrimSpace(source) == "" {
		c.report(path, "a condition is missing", "write true for whatever comes")
		return nil, c.problems
	}
	when := c.compileExpression(path, source, expr.AsBool())
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return &Condition{r, when, c.uses}, nil
}

// Holds reports whether the condition holds for an event at the moment now. The error says why that cannot be told; it
// then does not hold.
func (c *Condition) Holds(ev Event, now time.Time) (bool, error) {
	e := c.router.evaluators.Get().(*evaluator)
	defer c.router.evaluators.Put(e)
	e.begin(ev, now, nil)
	defer e.finish()
	holds, err := e.condition(c.when, false)
	if err != nil {
		return false, errors.New(reason(err))
	}
	return holds, nil
}

// Uses says which windows, lists and calendars of holidays the condition uses.
func (c *Condition) Uses() Uses { return c.uses }
