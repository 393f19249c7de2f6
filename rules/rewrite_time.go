package rules

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// callOfTime resolves time_between, during and holiday. Where there is a problem, what it patches in is never run.
func (r *rewriter) callOfTime(node *ast.Node, function string, args []ast.Node) {
	texts := make([]*ast.StringNode, len(args))
	for i, arg := range args {
		texts[i] = arg.(*ast.StringNode)
	}
	name, constant := withinName, &ast.ConstantNode{}
	switch {
	case function == "during" && len(args) == 1:
		constant.Value = r.window(texts[0])
	case function == "time_between" && (len(args) == 2 || len(args) == 3):
		constant.Value = r.timeBetween(texts)
	case function == "holiday" && len(args) <= 2:
		name, constant.Value = holidayName, r.holiday(*node, texts)
	default:
		return
	}
	ast.Patch(node, &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: name},
		Arguments: []ast.Node{&ast.IdentifierNode{Value: "now"}, constant},
	})
}

func (r *rewriter) window(name *ast.StringNode) *span {
	r.c.uses.Windows[name.Value] = true
	s, ok := r.c.windows[name.Value]
	if !ok {
		r.unknown(name, "window", slices.Sorted(maps.Keys(r.c.windows)), "there are no windows; add one under windows:")
	}
	return s
}

// unknown reports a name that nothing has.
func (r *rewriter) unknown(name *ast.StringNode, what string, names []string, none string) {
	hint := none
	if near := nearest.To(name.Value, names); near != "" {
		hint = didYouMean(near)
	} else if len(names) > 0 {
		hint = fmt.Sprintf("the %ss are %q", what, names)
	}
	r.report(name, fmt.Sprintf("unknown %s %q", what, name.Value), hint)
}

func (r *rewriter) timeBetween(args []*ast.StringNode) *span {
	loc := r.c.loc
	if len(args) == 3 {
		if loc = r.zone(args[2]); loc == nil {
			return nil
		}
	}
	s, err := newSpan(args[0].Value, args[1].Value, loc)
	if err != nil {
		r.report(args[0], err.Error(), "")
		return nil
	}
	return s
}

func (r *rewriter) holiday(call ast.Node, args []*ast.StringNode) *daysOff {
	days := &daysOff{loc: r.c.loc}
	none := "there are no calendars of holidays; add one under holidays:"
	if len(args) == 0 {
		if len(r.c.holidays) == 0 {
			r.report(call, "no day is ever a holiday", none)
		}
		for name, calendar := range r.c.holidays {
			r.c.uses.Calendars[name] = true
			days.calendars = append(days.calendars, calendar)
		}
		return days
	}
	r.c.uses.Calendars[args[0].Value] = true
	calendar, ok := r.c.holidays[args[0].Value]
	if !ok {
		r.unknown(args[0], "calendar", slices.Sorted(maps.Keys(r.c.holidays)), none)
	}
	days.calendars = []map[Date]bool{calendar}
	if len(args) == 2 {
		days.loc = r.zone(args[1])
	}
	return days
}

func (r *rewriter) zone(name *ast.StringNode) *time.Location {
	loc, err := loadZone(name.Value)
	if err != nil {
		r.report(name, err.Error(), "")
		return nil
	}
	return loc
}

// timezone loads zones when rules are compiled.
func (r *rewriter) timezone(node *ast.Node, n *ast.BuiltinNode) {
	name, ok := n.Arguments[0].(*ast.StringNode)
	if !ok {
		r.report(n, "the time zone must be written out, in quotes", example("timezone"))
		return
	}
	if loc := r.zone(name); loc != nil {
		ast.Patch(node, &ast.ConstantNode{Value: loc})
	}
}
