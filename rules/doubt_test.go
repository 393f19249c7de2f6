package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/rules"
)

// broken is a condition that fails while it runs, since there are no details.
const broken = `details.level.deep > 5`

func TestAfterAFailureEventsMayPageAndMayNotBeSilenced(t *testing.T) {
	t.Parallel()
	dba := func(routes ...rules.Rule) []rules.TeamRoutes {
		return []rules.TeamRoutes{{Team: "dba", Routes: routes}, {Team: "net", Routes: routes, Default: "net-standard"}}
	}
	for _, test := range []struct {
		what  string
		rules []rules.Rule
		teams []rules.TeamRoutes
		want  rules.Decision // but for Errors
		note  string         // what Errors say, besides the failure
	}{
		{
			what:  "a rule that decides fails: the fallback, and not the catch-all below it",
			rules: []rules.Rule{{Name: "db", When: broken, To: "policy:dba"}, {To: "nobody"}},
			want:  rules.Decision{Policy: "everyone", Rule: "db (failed) > fallback"},
		},
		{
			what:  "the same, where a later rule would page somebody else",
			rules: []rules.Rule{{When: broken, To: "policy:dba"}, {To: "policy:other"}},
			want:  rules.Decision{Policy: "everyone", Rule: "rules[0] (failed) > fallback"},
		},
		{
			what:  "a rule that silences fails: the fallback",
			rules: []rules.Rule{{When: broken, Suppress: true}},
			want:  rules.Decision{Policy: "everyone", Rule: "rules[0] (failed) > fallback"},
		},
		{
			what:  "a rule that continues fails: the rules below it page",
			rules: []rules.Rule{{When: broken, Set: &rules.Set{Priority: "P1"}, Continue: true}, {Name: "db", To: "policy:dba"}},
			want:  rules.Decision{Policy: "dba", Rule: "db"},
		},
		{
			what:  "a rule that continues fails: nobody is the fallback",
			rules: []rules.Rule{{When: broken, Continue: true}, {Name: "noise", To: "nobody"}},
			want:  rules.Decision{Policy: "everyone", Rule: "noise > fallback"},
			note:  "rules[1]: nobody is not heeded",
		},
		{
			what:  "a rule that continues fails: suppress is not heeded",
			rules: []rules.Rule{{When: broken, Continue: true}, {Suppress: true, Continue: true}, {Name: "db", To: "policy:dba"}},
			want:  rules.Decision{Policy: "dba", Rule: "db"},
			note:  "rules[1]: suppress is not heeded",
		},
		{
			what:  "what was suppressed before the failure stays so",
			rules: []rules.Rule{{Suppress: true, Continue: true}, {When: broken, Continue: true}, {Name: "db", To: "policy:dba"}},
			want:  rules.Decision{Policy: "dba", Suppress: true, Rule: "db"},
		},
		{
			what:  "a route fails in a team without a default policy",
			rules: []rules.Rule{{Name: "db", To: "team:dba"}},
			teams: dba(rules.Rule{When: broken, To: "urgent"}, rules.Rule{To: "nobody"}),
			want:  rules.Decision{Team: "dba", Policy: "everyone", Rule: "db > teams[dba].routes[0] (failed) > fallback"},
		},
		{
			what:  "a route fails in a team with a default policy",
			rules: []rules.Rule{{Name: "net", To: "team:net"}},
			teams: dba(rules.Rule{When: broken, To: "urgent"}, rules.Rule{To: "nobody"}),
			want:  rules.Decision{Team: "net", Policy: "net-standard", Rule: "net > teams[net].routes[0] (failed) > default of team net"},
		},
		{
			what:  "a global rule that continues fails: a route that says nobody is not heeded",
			rules: []rules.Rule{{When: broken, Continue: true}, {Name: "db", To: "team:dba"}},
			teams: dba(rules.Rule{Name: "quiet", To: "nobody"}),
			want:  rules.Decision{Team: "dba", Policy: "everyone", Rule: "db > quiet > fallback"},
			note:  "teams[dba].routes[0]: nobody is not heeded",
		},
	} {
		d := compile(t, rules.Spec{Rules: test.rules, Teams: test.teams, Fallback: "everyone"}).Route(rules.Event{}, noon)
		if d.Policy != test.want.Policy || d.Team != test.want.Team || d.Nobody || d.Suppress != test.want.Suppress || d.Rule != test.want.Rule || d.Failed != 1 {
			t.Errorf("%s: got %+v\nwant %+v", test.what, d, test.want)
		}
		noted := test.note == "" && len(d.Errors) == 1 || len(d.Errors) == 2 && strings.HasPrefix(d.Errors[1], test.note) && test.note != ""
		if !noted {
			t.Errorf("%s: the errors are %q, want the failure and %q", test.what, d.Errors, test.note)
		}
	}
}

func TestWithoutAFallbackTheRulesThatAreLeftCount(t *testing.T) {
	t.Parallel()
	d := compile(t, rules.Spec{Rules: []rules.Rule{{When: broken, To: "policy:a"}, {To: "policy:b"}}}).Route(rules.Event{}, noon)
	if d.Policy != "b" || d.Failed != 1 {
		t.Errorf("got %+v, want policy b", d)
	}
}

func TestADecisionReportsABoundedNumberOfFailures(t *testing.T) {
	t.Parallel()
	many := slices.Repeat([]rules.Rule{{When: broken, Continue: true}}, 100)
	d := compile(t, rules.Spec{Fallback: "everyone", Rules: many}).Route(rules.Event{}, noon)
	if d.Policy != "everyone" || d.Failed != 100 {
		t.Errorf("got policy %q with %d failures, want everyone with 100", d.Policy, d.Failed)
	}
	if len(d.Errors) != 20 || d.Errors[19] != "further rules failed too" {
		t.Errorf("got %d errors, the last %q; want 20, ending with a summary", len(d.Errors), d.Errors[len(d.Errors)-1])
	}
}
