package rules_test

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

func Example() {
	router, problems := rules.Compile(rules.Spec{
		Zone:     "America/New_York",
		Fallback: "everyone",
		Rules: []rules.Rule{
			{Name: "watchdog", When: `labels.alertname == "Watchdog"`, To: "nobody"},
			{Name: "critical", When: `labels.severity == "critical"`, Set: &rules.Set{Priority: "P1"}, Continue: true},
			{Name: "west", When: `labels.team == "it-west"`, To: "team:it-west"},
		},
		Teams: []rules.TeamRoutes{{Team: "it-west", Routes: []rules.Rule{
			{Name: "at night", When: `priority == "P1" and time_between("17:00", "06:00")`, To: "urgent"},
			{To: "standard"},
		}}},
	})
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	event := rules.Event{Labels: map[string]string{"team": "it-west", "severity": "critical"}}
	for _, hour := range []int{15, 23} { // UTC; New York is four hours behind
		d := router.Route(event, time.Date(2026, 3, 10, hour, 0, 0, 0, time.UTC))
		fmt.Println(d.Policy, "by", d.Rule)
	}
	// Output:
	// standard by west > teams[it-west].routes[1]
	// urgent by west > at night
}

func ExampleCompile_problems() {
	_, problems := rules.Compile(rules.Spec{Rules: []rules.Rule{
		{When: `priorty == "P1"`, To: "policy:urgent"},
		{When: `weekday in ["saturday", "sun"]`, To: "it-west"},
	}})
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// rules[0].when: unknown name "priorty" (at character 1); did you mean "priority"?
	// rules[1].when: weekday is never "saturday" (at character 13); did you mean "sat"?
	// rules[1].to: "it-west" does not say what it names; write policy:it-west, team:it-west or nobody
}
