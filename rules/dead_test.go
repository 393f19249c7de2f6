package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

func TestRulesThatCanNeverMatchAreFound(t *testing.T) {
	t.Parallel()
	p1 := func(when string) rules.Rule { return rules.Rule{When: when, To: "policy:a"} }
	named := func(when string) rules.Rule { return rules.Rule{Name: "above", When: when, To: "policy:a"} }
	sets := func(when string, set rules.Set) rules.Rule { return rules.Rule{When: when, Set: &set, Continue: true} }
	const covered = `"above" (rules[0]) takes all that it would`
	for _, test := range []struct {
		what  string
		rules []rules.Rule
		path  string // empty for nothing to say
		want  string
	}{
		{"after a rule without a condition", []rules.Rule{{To: "policy:a"}, p1(`priority == "P1"`)}, "rules[1]", "rules[0] takes everything"},
		{"after one that is always true", []rules.Rule{p1(`true or priority == "P1"`), p1(`title == "a"`)}, "rules[1]", "rules[0] takes everything"},
		{"after one without that continues", []rules.Rule{{Continue: true}, p1(`priority == "P1"`)}, "", ""},
		{"the same condition", []rules.Rule{named(`priority == "P1"`), p1(`"P1" == priority`)}, "rules[1]", covered},
		{"one that asks for more", []rules.Rule{named(`priority == "P1"`), p1(`labels.env == "prod" and priority == "P1"`)}, "rules[1]", covered},
		{"one that asks for less", []rules.Rule{named(`labels.env == "prod" and priority == "P1"`), p1(`priority == "P1"`)}, "", ""},
		{"one of the values", []rules.Rule{named(`priority in ["P1", "P2"]`), p1(`priority == "P2"`)}, "rules[1]", covered},
		{"some of the values", []rules.Rule{named(`priority in ["P1", "P2", "P3"]`), p1(`priority in ["P3", "P1"]`)}, "rules[1]", covered},
		{"another value", []rules.Rule{named(`priority in ["P1", "P2"]`), p1(`priority in ["P2", "P3"]`)}, "", ""},
		{"one of two alternatives", []rules.Rule{named(`priority == "P1" or "urgent" in tags`), p1(`"urgent" in tags`)}, "rules[1]", covered},
		{"alternatives, each taken by another", []rules.Rule{named(`title == "a"`), named(`title == "b"`), p1(`title == "a" or title == "b"`)}, "rules[2]", "takes all"},
		{"alternatives, one left over", []rules.Rule{named(`title == "a"`), p1(`title == "a" or title == "b"`)}, "", ""},
		{"a call", []rules.Rule{named(`during("x")`), p1(`during("x") and title == "a"`)}, "rules[1]", covered},
		{"a negation", []rules.Rule{named(`not during("x")`), p1(`during("x")`)}, "", ""},
		{"what continues takes nothing", []rules.Rule{{When: `title == "a"`, Continue: true}, {When: `title == "a" and priority == "P1"`, To: "nobody"}}, "", ""},
		{"what was read is changed in between", []rules.Rule{named(`priority == "P1"`), sets(`title == "a"`, rules.Set{Priority: "P1"}), p1(`priority == "P1"`)}, "", ""},
		{"something else is changed in between", []rules.Rule{named(`priority == "P1"`), sets(`title == "a"`, rules.Set{Tags: []string{"x"}}), p1(`priority == "P1"`)}, "rules[2]", covered},
		{"parts that exclude each other", []rules.Rule{p1(`priority == "P1" and priority == "P2"`)}, "rules[0].when", "can never be true"},
		{"never", []rules.Rule{p1(`false`)}, "rules[0].when", "never true"},
		{"always the same", []rules.Rule{p1(`1 + 1 == 2`)}, "rules[0].when", "always the same"},
		{"two that continue with one condition", []rules.Rule{sets(`title == "a"`, rules.Set{Priority: "P1"}), sets(`title == "a"`, rules.Set{Service: "x"})}, "rules[1].when", "rules[0] has the same condition"},
		{"the first of which changes it", []rules.Rule{sets(`title == "a"`, rules.Set{Title: "b"}), sets(`title == "a"`, rules.Set{Service: "x"})}, "", ""},
	} {
		problems := rules.Lint(rules.Spec{Rules: test.rules})
		switch {
		case test.path == "" && len(problems) > 0:
			t.Errorf("%s: got %q, want nothing", test.what, problems)
		case test.path != "" && (len(problems) != 1 || problems[0].Path != test.path || !strings.Contains(problems[0].Message, test.want)):
			t.Errorf("%s: got %q, want %q at %s", test.what, problems, test.want, test.path)
		}
	}
	routes := rules.Spec{Teams: []rules.TeamRoutes{{Team: "dba", Routes: []rules.Rule{{To: "a"}, {To: "b"}}}}}
	if problems := rules.Lint(routes); len(problems) != 1 || problems[0].Path != "teams[dba].routes[1]" {
		t.Errorf("the routes of a team: got %q", problems)
	}
}

func TestTenThousandRulesAreLintedInASecond(t *testing.T) {
	t.Parallel()
	var list []rules.Rule
	for i := range 10_000 {
		list = append(list, rules.Rule{When: fmt.Sprintf(`labels.service == "service-%d" and priority in ["P1", "P2"] and labels.env == "prod"`, i), To: "policy:a"})
	}
	list = append(list, rules.Rule{When: `labels.env == "prod" and labels.service == "service-77" and priority == "P2"`, To: "policy:b"})
	began := time.Now()
	problems := rules.Lint(rules.Spec{Rules: list})
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "rules[77]") {
		t.Errorf("got %q, want that rules[77] takes all", problems)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestARouterKnowsWhichNamesItsRulesUse(t *testing.T) {
	t.Parallel()
	uses := compile(t, rules.Spec{
		Lists:    someLists(),
		Windows:  []rules.Window{{Name: "day"}, {Name: "night"}, {Name: "never"}},
		Holidays: map[string]map[rules.Date]bool{"us": {}, "de": {}},
		Rules: []rules.Rule{
			{When: `labels.x in regions.eu and during("day")`, Set: &rules.Set{Title: `{{ title in vips }}`}, Continue: true},
			{When: `holiday("us")`, DelayUntil: "night"},
		},
	}).Uses()
	for what, got := range map[string]string{
		"windows": fmt.Sprint(uses.Windows), "lists": fmt.Sprint(uses.Lists), "calendars": fmt.Sprint(uses.Calendars),
	} {
		want := map[string]string{"windows": "map[day:true night:true]", "lists": "map[regions:true vips:true]", "calendars": "map[us:true]"}[what]
		if got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
}
