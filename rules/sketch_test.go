package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/rules"
)

// west is the routing of a team that came from Opsgenie: urgent outside
// working hours, informational to nobody, the rest by day.
func west() rules.Spec {
	return rules.Spec{
		Zone:     "America/New_York",
		Fallback: "everyone",
		Windows: []rules.Window{
			{Name: "business-hours", Zone: "America/New_York", Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"},
		},
		Rules: []rules.Rule{
			{Name: "watchdog", When: `labels.alertname == "Watchdog"`, To: "nobody"},
			{
				Name: "severity to priority", When: `labels.severity == "critical"`,
				Set: &rules.Set{Priority: "P1", Tags: []string{"critical"}}, Continue: true,
			},
			{Name: "west", When: `labels.team == "it-west"`, To: "team:it-west", Incident: `priority == "P1"`},
			{To: "policy:everyone"},
		},
		Teams: []rules.TeamRoutes{{Team: "it-west", Routes: []rules.Rule{
			{When: `("critical" in tags or "P1" in tags or "urgent" in tags) and time_between("17:00", "06:00")`, To: "it-west-urgent"},
			{When: `"informational" in tags and "info" in actions and priority == "P5"`, To: "nobody"},
			{When: `priority == "P4"`, To: "it-west-standard"},
			{To: "it-west-standard"},
		}}},
	}
}

func compile(t testing.TB, spec rules.Spec) *rules.Router {
	t.Helper()
	router, problems := rules.Compile(spec)
	for _, p := range problems {
		t.Errorf("unexpected problem: %s", p)
	}
	if router == nil {
		t.FailNow()
	}
	return router
}

// at reads RFC 3339, which says the offset and so which of two equal hours is meant.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func forWest(change func(*rules.Event)) rules.Event {
	ev := rules.Event{Title: "disk full", Status: "firing", Priority: "P3", Labels: map[string]string{"team": "it-west"}}
	change(&ev)
	return ev
}

func tagged(tags ...string) func(*rules.Event) {
	return func(ev *rules.Event) { ev.Tags = tags }
}

func TestTheRoutesOfItWestChooseByTagPriorityAndTimeOfDay(t *testing.T) {
	t.Parallel()
	router := compile(t, west())
	informational := func(ev *rules.Event) {
		ev.Tags, ev.Actions, ev.Priority = []string{"informational"}, []string{"info"}, "P5"
	}
	const nobody = ""
	for _, test := range []struct {
		what   string
		event  rules.Event
		now    string
		policy string
		rule   string
	}{
		{"critical by day", forWest(tagged("critical")), "2026-03-10T12:00:00-04:00", "it-west-standard", "west > teams[it-west].routes[3]"},
		{"a second before the evening", forWest(tagged("urgent")), "2026-03-10T16:59:59-04:00", "it-west-standard", "west > teams[it-west].routes[3]"},
		{"on the minute of the evening", forWest(tagged("urgent")), "2026-03-10T17:00:00-04:00", "it-west-urgent", "west > teams[it-west].routes[0]"},
		{"after midnight", forWest(tagged("P1")), "2026-03-11T00:00:00-04:00", "it-west-urgent", "west > teams[it-west].routes[0]"},
		{"a second before the morning", forWest(tagged("critical")), "2026-03-11T05:59:59-04:00", "it-west-urgent", "west > teams[it-west].routes[0]"},
		{"on the minute of the morning", forWest(tagged("critical")), "2026-03-11T06:00:00-04:00", "it-west-standard", "west > teams[it-west].routes[3]"},
		{"an hour before the clocks go forward", forWest(tagged("critical")), "2026-03-08T01:59:59-05:00", "it-west-urgent", "west > teams[it-west].routes[0]"},
		{"05:59 on the night that is short", forWest(tagged("critical")), "2026-03-08T05:59:00-04:00", "it-west-urgent", "west > teams[it-west].routes[0]"},
		{"06:00 on the night that is short", forWest(tagged("critical")), "2026-03-08T06:00:00-04:00", "it-west-standard", "west > teams[it-west].routes[3]"},
		{"05:59 on the night that is long", forWest(tagged("critical")), "2026-11-01T05:59:00-05:00", "it-west-urgent", "west > teams[it-west].routes[0]"},
		{"06:00 on the night that is long", forWest(tagged("critical")), "2026-11-01T06:00:00-05:00", "it-west-standard", "west > teams[it-west].routes[3]"},
		{"evening in New York told in UTC", forWest(tagged("critical")), "2026-03-10T21:00:00Z", "it-west-urgent", "west > teams[it-west].routes[0]"},
		{"informational", forWest(informational), "2026-03-10T12:00:00-04:00", nobody, "west > teams[it-west].routes[1]"},
		{"P4", forWest(func(ev *rules.Event) { ev.Priority = "P4" }), "2026-03-10T22:00:00-04:00", "it-west-standard", "west > teams[it-west].routes[2]"},
		{"the rest", forWest(tagged()), "2026-03-10T22:00:00-04:00", "it-west-standard", "west > teams[it-west].routes[3]"},
		{"no labels at all", rules.Event{Title: "x"}, "2026-03-10T22:00:00-04:00", "everyone", "rules[3]"},
	} {
		d := router.Route(test.event, at(t, test.now))
		if d.Policy != test.policy || d.Nobody != (test.policy == nobody) || d.Rule != test.rule || len(d.Errors) > 0 {
			t.Errorf("%s: got policy %q, nobody %t, by %s, errors %q; want policy %q, by %s",
				test.what, d.Policy, d.Nobody, d.Rule, d.Errors, test.policy, test.rule)
		}
	}
}

func TestSeverityBecomesPriorityForEverythingThatFollows(t *testing.T) {
	t.Parallel()
	ev := rules.Event{
		Title: "ledger down", Tags: []string{"db"},
		Labels: map[string]string{"team": "it-west", "severity": "critical"},
	}
	got := compile(t, west()).Route(ev, at(t, "2026-03-10T20:00:00-04:00"))
	want := rules.Decision{
		Team: "it-west", Policy: "it-west-urgent", Priority: "P1", Title: "ledger down",
		Tags: []string{"db", "critical"}, Incident: true, Rule: "west > teams[it-west].routes[0]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"db"}, ev.Tags); diff != "" {
		t.Errorf("routing changed the event (-want +got):\n%s", diff)
	}
}

func TestExplainTellsEveryRuleThatWasTried(t *testing.T) {
	t.Parallel()
	spec := west()
	ev := rules.Event{Labels: map[string]string{"team": "it-west", "severity": "critical"}}
	got := compile(t, spec).Explain(ev, at(t, "2026-03-10T12:00:00-04:00"))
	want := []rules.Tried{
		{Path: "rules[0]", Name: "watchdog", When: spec.Rules[0].When},
		{Path: "rules[1]", Name: "severity to priority", When: spec.Rules[1].When, Matched: true, Set: spec.Rules[1].Set, Continue: true},
		{Path: "rules[2]", Name: "west", When: spec.Rules[2].When, Matched: true, To: "team:it-west"},
		{Path: "teams[it-west].routes[0]", When: spec.Teams[0].Routes[0].When},
		{Path: "teams[it-west].routes[1]", When: spec.Teams[0].Routes[1].When},
		{Path: "teams[it-west].routes[2]", When: spec.Teams[0].Routes[2].When},
		{Path: "teams[it-west].routes[3]", Matched: true, To: "it-west-standard"},
	}
	if diff := cmp.Diff(want, got.Tried); diff != "" {
		t.Errorf("tried (-want +got):\n%s", diff)
	}
}
