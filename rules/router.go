package rules

import (
	"cmp"
	"sync"
	"time"
)

// Router decides where events go. It is made by Compile and safe for
// concurrent use.
type Router struct {
	loc      *time.Location
	rules    *ruleList
	teams    map[string]*teamRoutes
	fallback string
	high     []string // priorities
	windows  map[string]*span
	gathers  bool
	uses     Uses
	shared   compiler // what conditions beside the rules are compiled with

	evaluators *sync.Pool // of *evaluator
}

// teamRoutes are a team's compiled routes and the policy where none decides.
type teamRoutes struct {
	routes   *ruleList
	fallback string
}

// ruleList are rules that are tried in order.
type ruleList struct {
	rules []rule
	tests []func(*view) verdict // of their conditions, side by side: most are looked at and no more
	index *index
}

func newRuleList(list []rule) *ruleList {
	l := &ruleList{rules: list, tests: make([]func(*view) verdict, len(list)), index: newIndex(list)}
	for i := range list {
		l.tests[i] = constant(true).test
		if when := list[i].when; when != nil {
			l.tests[i] = when.test
		}
	}
	return l
}

// Gathers says whether any rule puts several events into one alert, so that a
// Decision can have a GroupKey or a Throttle.
func (r *Router) Gathers() bool { return r.gathers }

// Route decides about an event at the moment now. It does not change the event,
// and shares nothing of it with the decision. Its cost grows with the number of rules that
// the index leaves over for the event, and the size of what they look at.
func (r *Router) Route(ev Event, now time.Time) Decision {
	return r.decide(ev, now, nil)
}

// Explain decides as Route does, and tells how. It tries every rule in order,
// without the index, and so is slow over many rules.
func (r *Router) Explain(ev Event, now time.Time) Explanation {
	tried := []Tried{}
	d := r.decide(ev, now, &tried)
	return Explanation{Decision: d, Tried: tried}
}

// decide is the one way of an event through the rules. Where tried is not nil,
// every rule up to the one that decides is tried and added to it.
func (r *Router) decide(ev Event, now time.Time, tried *[]Tried) Decision {
	e := r.evaluators.Get().(*evaluator)
	e.begin(ev, now, tried)

	dest := e.firstMatch(r.rules, r.fallback)
	switch dest.kind {
	case toNobody:
		e.decision.Nobody = true
	case toPolicy:
		e.decision.Policy = dest.name
	case toTeam:
		e.setTeam(dest.name)
		r.decideWithinTeam(e)
	case toUndecided:
		r.decideWithinTeam(e)
	}
	if e.decision.Policy == "" && !e.decision.Nobody {
		e.decision.Policy = r.fallback
		e.decidedBy(Fallback)
	}
	d := e.finish()
	r.evaluators.Put(e)
	return d
}

// RouteWithin decides about an event that goes to a team whatever the rules say: only the routes of the team are tried.
func (r *Router) RouteWithin(team string, ev Event, now time.Time) Decision {
	e := r.evaluators.Get().(*evaluator)
	e.begin(ev, now, nil)
	e.setTeam(team)
	r.decideWithinTeam(e)
	if e.decision.Policy == "" && !e.decision.Nobody {
		e.decision.Policy = r.fallback
		e.decidedBy(Fallback)
	}
	d := e.finish()
	r.evaluators.Put(e)
	return d
}

// decideWithinTeam lets the routes of the event's team choose the policy.
func (r *Router) decideWithinTeam(e *evaluator) {
	team := r.teams[e.decision.Team]
	if team == nil {
		return
	}
	dest := e.firstMatch(team.routes, cmp.Or(team.fallback, r.fallback))
	switch {
	case dest.kind == toNobody:
		e.decision.Nobody = true
	case dest.kind == toPolicy:
		e.decision.Policy = dest.name
	case team.fallback != "":
		e.decision.Policy = team.fallback
		e.decidedBy("default of team " + e.decision.Team)
	}
}
