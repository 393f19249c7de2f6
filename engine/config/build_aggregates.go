package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/rules"
)

// The bounds of what an aggregate counts.
const (
	leastAggregated, mostAggregated = 2, 100
	longestAggregate                = Duration(week)
)

// aggregates adds the alarms over the alerts that are open. It comes after rules, whose language they are written in.
func (b *builder) aggregates(router *rules.Router) {
	for i, a := range b.f.Aggregates {
		path := fmt.Sprintf("aggregates[%d]", i)
		built := directory.Aggregate{Name: string(a.Name), Bounds: directory.AggregateBounds{
			AtLeast: a.AtLeast, Within: time.Duration(a.Within), Of: string(a.Count),
			Priority: string(a.Priority), Title: a.Title, Incident: a.Incident,
		}}
		if a.AtLeast < leastAggregated || a.AtLeast > mostAggregated {
			b.fail(path+".at_least", fmt.Sprintf("write a number from %d to %d", leastAggregated, mostAggregated), "%d alerts cannot be waited for", a.AtLeast)
		}
		if a.Within <= 0 || a.Within > longestAggregate {
			b.fail(path+".within", "write a time up to 7d, such as 5m", "alerts cannot be counted over %s", a.Within)
		}
		if strings.Contains(a.Title, "{{") {
			b.fail(path+".title", "leave it out for the values that were counted, or set a title in a rule", "the title of an aggregate is no template: there are several alerts it could be about")
		}
		switch kind, name, _ := strings.Cut(a.To, ":"); {
		case a.To == "":
		case kind == string(pol) && b.refer(path+".to", pol, name):
			built.Policy = name
		case kind == string(team) && b.refer(path+".to", team, name):
			built.Team = name
		case kind != string(pol) && kind != string(team) || name == "":
			b.fail(path+".to", "write policy:NAME or team:NAME, or leave it to the rules", "%q is no place for an alert", a.To)
		}
		if router == nil { // there is no language to understand it
			continue
		}
		var problems []rules.Problem
		if b.written(path + ".when") {
			built.When, problems = router.Condition(path+".when", string(a.When))
		}
		if a.Count != "" {
			var more []rules.Problem
			built.Count, more = router.Value(path+".count", string(a.Count))
			problems = append(problems, more...)
			if built.Count != nil {
				b.also = append(b.also, built.Count.Uses())
			}
		}
		for _, p := range problems {
			b.report(Error, p.Path, p.Offset, p.Message, p.Hint)
		}
		if built.When != nil && (a.Count == "" || built.Count != nil) {
			b.also = append(b.also, built.When.Uses())
			b.dir.Aggregates = append(b.dir.Aggregates, built)
		}
	}
}
