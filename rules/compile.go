package rules

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/expr-lang/expr"
)

// Compile checks a Spec and makes a Router of it. It reports every problem it
// finds, in the order of the Spec; where there is any, there is no Router.
func Compile(spec Spec) (*Router, []Problem) {
	c := &compiler{instant: spec.Instant, uses: newUses()}
	if c.instant == nil {
		c.instant = onTheWall
	}
	var err error
	if c.loc, err = loadZone(spec.Zone); err != nil {
		c.report("timezone", err.Error(), "")
		c.loc = time.UTC
	}
	c.language = language(c.loc)
	c.compileWindows(spec.Windows)
	c.compileLists(spec.Lists)
	c.holidays = spec.Holidays

	r := &Router{loc: c.loc, fallback: spec.Fallback, high: spec.High, teams: make(map[string]*teamRoutes, len(spec.Teams))}
	r.rules = c.compileRules("rules", spec.Rules, globalDestination)
	for i, t := range spec.Teams {
		path := fmt.Sprintf("teams[%s]", t.Team)
		if t.Team == "" {
			c.report(fmt.Sprintf("teams[%d]", i), "routes need the name of their team", "")
		} else if r.teams[t.Team] != nil {
			c.report(path, fmt.Sprintf("team %q has two lists of routes", t.Team), "put them in one")
		}
		r.teams[t.Team] = &teamRoutes{
			routes:   c.compileRules(path+".routes", t.Routes, teamDestination),
			fallback: t.Default,
		}
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	if r.high == nil {
		r.high = []string{"P1", "P2"}
	}
	r.gathers, r.windows, r.uses, r.shared = c.gathers, c.windows, c.uses, *c
	r.evaluators = &sync.Pool{New: func() any { return newEvaluator(r) }}
	return r, nil
}

// compiler gathers what the rules of one Spec share, and the problems.
type compiler struct {
	loc      *time.Location
	language expr.Option
	windows  map[string]*span
	lists    map[string]*list
	holidays map[string]map[Date]bool
	instant  func(time.Time, *time.Location) time.Time
	gathers  bool
	uses     Uses
	problems []Problem
}

// report adds a problem that is not inside an expression.
func (c *compiler) report(path, message, hint string) {
	c.problems = append(c.problems, Problem{Path: path, Offset: -1, Message: message, Hint: hint})
}

// rule is a compiled Rule.
type rule struct {
	Rule
	path     string
	when     *expression // nil always matches
	incident *expression // nil opens none
	groupBy  []*expression
	dest     destination
	fixed    Set       // what of Set is written out,
	settings []setting // and the rest
	stateful
}

// label is how people see the rule.
func (r *rule) label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.path
}

func (c *compiler) compileRules(path string, list []Rule, parse destinationParser) *ruleList {
	compiled := make([]rule, len(list))
	for i, r := range list {
		compiled[i] = c.compileRule(fmt.Sprintf("%s[%d]", path, i), r, parse)
	}
	return newRuleList(compiled)
}

func (c *compiler) compileRule(path string, r Rule, parse destinationParser) rule {
	compiled := rule{Rule: r, path: path}
	if strings.TrimSpace(r.When) != "" {
		compiled.when = c.compileExpression(path+".when", r.When, expr.AsBool())
	}
	if strings.TrimSpace(r.Incident) != "" {
		compiled.incident = c.compileExpression(path+".incident", r.Incident, expr.AsBool())
	}
	for i, source := range r.GroupBy {
		compiled.groupBy = append(compiled.groupBy, c.compileExpression(fmt.Sprintf("%s.group_by[%d]", path, i), source))
		c.gathers = true
	}

	var message, hint string
	compiled.dest, message, hint = parse(r.To)
	if message != "" {
		c.report(path+".to", message, hint)
	}
	if r.Continue && r.To != "" {
		c.report(path+".to", "a rule that continues cannot decide where the event goes", "leave out to, or continue")
	}
	if r.Delay < 0 {
		c.report(path+".delay", fmt.Sprintf("a delay of %s is in the past", r.Delay), "")
	}
	compiled.stateful = c.compileStateful(path, r)
	if r.Set != nil {
		compiled.fixed, compiled.settings = c.compileSet(path+".set", r.Set, parse)
	}
	return compiled
}
