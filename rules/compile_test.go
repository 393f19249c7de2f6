package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/rules"
)

func TestAMistakeInAConditionIsReportedWithItsPlaceAndASuggestion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		when    string
		offset  int
		message string
		hint    string
	}{
		{`priorty == "P1"`, 0, `unknown name "priorty"`, `did you mean "priority"?`},
		{`status == "firing" and label.team == "x"`, 23, `unknown name "label"`, `did you mean "labels"?`},
		{`alertname == "Watchdog"`, 0, `unknown name "alertname"`, `did you mean "labels.alertname"?`},
		{`time_betwen("17:00", "06:00")`, 0, `unknown name "time_betwen"`, `did you mean "time_between"?`},
		{`zzzzzzzz == 1`, 0, `unknown name "zzzzzzzz"`, "a text stands in quotes; the fields and lists are actions, description, "},
		{`title == "é" and prio == "P1"`, 17, `unknown name "prio"`, ""},
		{`during("busines-hours")`, 7, `unknown window "busines-hours"`, `did you mean "business-hours"?`},
		{`during("nights")`, 7, `unknown window "nights"`, `the windows are ["business-hours"]`},
		{`during(title)`, 7, "must be written out", `during("business-hours")`},
		{`time_between(title, "06:00")`, 13, "must be written out", `time_between("09:00", "17:00"`},
		{`time_between("25:00", "06:00")`, 13, `"25:00" is not a time of day`, ""},
		{`time_between("9:00", "17:00")`, 13, `"9:00" is not a time of day`, ""},
		{`time_between("09:00", "09:00")`, 13, "no time at all", ""},
		{`time_between("24:00", "09:00")`, 13, "24:00", ""},
		{`time_between("09:00", "17:00", "Mars/Base")`, 31, `"Mars/Base" is not a time zone`, ""},
		{`time_between("09:00")`, 0, "not enough arguments", `time_between("09:00", "17:00"`},
		{`replace(title)  == "x"`, 0, "not enough arguments", `replace(source, "-", "")`},
		{`title = "x"`, 6, "unexpected token", "=="},
		{`tags contains "x"`, 5, "mismatched types", `"…" in tags`},
		{`"x" in title`, 4, "mismatched types", "title contains"},
		{`labels == "x"`, 7, "mismatched types", "labels.severity"},
		{`len(tags) == "3"`, 10, "mismatched types", "int(…)"},
		{`title == "x" and`, -2, "unexpected token", "missing at the end"},
		{`time_between(9, 17)`, 13, "must be written out", ""},
		{`now.In(timezone(title)).Hour() == 1`, 7, "must be written out", ""},
		{`priority == "P9"`, 12, `priority is never "P9"`, "P1, P2, P3, P4, P5"},
		{`priority != "p1"`, 12, `priority is never "p1"`, `did you mean "P1"?`},
		{`"fire" == status`, 0, `status is never "fire"`, `firing`},
		{`weekday in ["sat", "sunday"]`, 19, `weekday is never "sunday"`, `did you mean "sun"?`},
		{`weekday not in ["Sat"]`, 16, `weekday is never "Sat"`, `did you mean "sat"?`},
		{`title`, -1, "the condition gives string, not true or false", ""},
		{`title > 5`, 6, "mismatched types", "int(…)"},
		{`title + 5 == "x"`, 6, "mismatched types", ""},
		{`title matches "("`, 6, "missing closing", ""},
		{`now().Hour() == 1`, 0, "not callable", "without ()"},
		{`now.Hours() == 1`, 4, "Hours", ""},
		{`$env["title"] == ""`, 0, "$env", "name the field"},
		{`title ==`, -2, "unexpected token", ""},
		{`title == "` + strings.Repeat("x", 20_000) + `"`, -1, "at most 16384", "split"},
		{strings.Repeat("!", 2_000) + "true", -2, "maximum allowed nodes", ""},
	} {
		_, problems := rules.Compile(rules.Spec{
			Rules: []rules.Rule{{}, {When: test.when}},
			Windows: []rules.Window{
				{Name: "business-hours", From: "09:00", To: "17:00"},
			},
		})
		if len(test.when) > 60 {
			test.when = test.when[:60] + "…"
		}
		if len(problems) != 1 {
			t.Errorf("%s: got problems %q, want one", test.when, problems)
			continue
		}
		p := problems[0]
		if p.Path != "rules[1].when" || (test.offset != -2 && p.Offset != test.offset) || !strings.Contains(p.Message, test.message) || !strings.Contains(p.Hint, test.hint) {
			t.Errorf("%s: got %+v\nwant offset %d, message with %q, hint with %q", test.when, p, test.offset, test.message, test.hint)
		}
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	router, problems := rules.Compile(rules.Spec{
		Zone: "America/NewYork",
		Windows: []rules.Window{
			{Name: "night", From: "22:00", To: "6:00"},
			{Name: "night", Zone: "Local", Days: []string{"mon", "Tuesday"}},
			{From: "09:00"},
		},
		Rules: []rules.Rule{
			{When: `priorty == "P1"`, To: "west", Set: &rules.Set{Priority: "critical"}},
			{When: `priority == "P9" and status == "ok"`, Incident: `title`, GroupBy: []string{"labels.cluster", "labls.x"}},
			{Continue: true, To: "policy:x", Delay: -time.Second},
			{To: "nobdy"},
			{To: "team:"},
		},
		Teams: []rules.TeamRoutes{
			{Team: "west", Routes: []rules.Rule{
				{To: "team:east"}, {To: "policy:"}, {To: "user:ethan"}, {To: "standard", Set: &rules.Set{Team: "east"}}, {When: "during(\"day\")"},
			}},
			{Team: "west"},
			{},
		},
	})
	if router != nil {
		t.Error("there is a router though there are problems")
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Path)
	}
	want := []string{
		"timezone",
		"windows[0].to", "windows[1].name", "windows[1].timezone", "windows[1].days[1]", "windows[2].name", "windows[2].to",
		"rules[0].when", "rules[0].to", "rules[0].set.priority",
		"rules[1].when", "rules[1].when", "rules[1].incident", "rules[1].group_by[1]",
		"rules[2].to", "rules[2].delay", "rules[3].to", "rules[4].to",
		"teams[west].routes[0].to", "teams[west].routes[1].to", "teams[west].routes[2].to",
		"teams[west].routes[3].set.team", "teams[west].routes[4].when",
		"teams[west]", "teams[2]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths of the problems (-want +got):\n%s\n%v", diff, problems)
	}
}

func TestABareDestinationInAGlobalRuleGetsASuggestion(t *testing.T) {
	t.Parallel()
	for to, hint := range map[string]string{
		"it-west": "write policy:it-west, team:it-west or nobody",
		"Nobody":  `did you mean "nobody"?`,
	} {
		_, problems := rules.Compile(rules.Spec{Rules: []rules.Rule{{To: to}}})
		if len(problems) != 1 || problems[0].Hint != hint {
			t.Errorf("to: %s: got %q, want the hint %q", to, problems, hint)
		}
	}
}

func TestAbsurdNestingIsRefusedAndNotFatal(t *testing.T) {
	t.Parallel()
	for _, open := range []string{"(", "[", "-", "not ", "{a:", "title?.", "len(", "any(tags,", "true ? ", "let a = "} {
		_, problems := rules.Compile(rules.Spec{Rules: []rules.Rule{{When: strings.Repeat(open, 16_000/len(open))}}})
		if len(problems) == 0 {
			t.Errorf("%q many times over is accepted", open)
		}
	}
}

func TestAProblemReadsAsOneLine(t *testing.T) {
	t.Parallel()
	_, problems := rules.Compile(rules.Spec{Rules: []rules.Rule{{When: `true and priorty == "P1"`}}})
	want := `rules[0].when: unknown name "priorty" (at character 10); did you mean "priority"?`
	if len(problems) != 1 || problems[0].String() != want {
		t.Errorf("got %q, want %s", problems, want)
	}
}
