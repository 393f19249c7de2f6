package rules_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/rules"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) // a Tuesday

func TestWhereAnEventGoes(t *testing.T) {
	t.Parallel()
	dba := []rules.TeamRoutes{{Team: "dba", Routes: []rules.Rule{{When: `priority == "P1"`, To: "policy:dba-now"}}}}
	dbaDefault := []rules.TeamRoutes{{Team: "dba", Routes: dba[0].Routes, Default: "dba-later"}}
	for _, test := range []struct {
		what  string
		rules []rules.Rule
		teams []rules.TeamRoutes
		event rules.Event
		want  rules.Decision
	}{
		{
			what: "no rules at all: the fallback",
			want: rules.Decision{Policy: "everyone", Rule: "fallback"},
		},
		{
			what:  "the first match wins",
			rules: []rules.Rule{{Name: "one", To: "policy:a"}, {Name: "two", To: "policy:b"}},
			want:  rules.Decision{Policy: "a", Rule: "one"},
		},
		{
			what: "a rule that decides nothing ends the search with what is gathered",
			rules: []rules.Rule{
				{Set: &rules.Set{Priority: "P2"}, Continue: true},
				{Name: "wait", Delay: time.Minute},
				{To: "policy:never-reached"},
			},
			want: rules.Decision{Policy: "everyone", Priority: "P2", Delay: time.Minute, Rule: "wait > fallback"},
		},
		{
			what:  "a team without a list of routes",
			rules: []rules.Rule{{Name: "net", To: "team:net"}},
			want:  rules.Decision{Team: "net", Policy: "everyone", Rule: "net > fallback"},
		},
		{
			what: "a team none of whose routes match", teams: dba,
			rules: []rules.Rule{{Name: "db", To: "team:dba"}},
			want:  rules.Decision{Team: "dba", Policy: "everyone", Rule: "db > fallback"},
		},
		{
			what: "the same, with a default policy", teams: dbaDefault,
			rules: []rules.Rule{{Name: "db", To: "team:dba"}},
			want:  rules.Decision{Team: "dba", Policy: "dba-later", Rule: "db > default of team dba"},
		},
		{
			what: "a rule sets the team and another one's priority counts in its routes", teams: dba,
			rules: []rules.Rule{{Set: &rules.Set{Team: "dba"}, Continue: true}, {Name: "up", Set: &rules.Set{Priority: "P1"}}},
			want:  rules.Decision{Team: "dba", Policy: "dba-now", Priority: "P1", Rule: "up > teams[dba].routes[0]"},
		},
		{
			what: "the sender names the team and no rule decides otherwise", teams: dba,
			event: rules.Event{Team: "dba", Priority: "P1"},
			want:  rules.Decision{Team: "dba", Policy: "dba-now", Priority: "P1", Rule: "teams[dba].routes[0]"},
		},
		{
			what:  "suppress keeps the destination that it would have had",
			rules: []rules.Rule{{Suppress: true, Continue: true}, {Name: "all", To: "policy:a"}},
			want:  rules.Decision{Policy: "a", Suppress: true, Rule: "all"},
		},
		{
			what: "labels, details and tags that are set are seen by later rules",
			rules: []rules.Rule{
				{Set: &rules.Set{
					Title: "t", Description: "d", Service: "s", Tags: []string{"x", "y"},
					Labels: map[string]string{"env": "prod"}, Details: map[string]string{"runbook": "r"},
				}, Continue: true},
				{Name: "seen", To: "policy:a", When: `title == "t" and description == "d" and service == "s" and tags == ["x", "y"] and
					labels.env == "prod" and details.runbook == "r"`},
			},
			event: rules.Event{Tags: []string{"x"}},
			want: rules.Decision{
				Policy: "a", Title: "t", Description: "d", Service: "s", Tags: []string{"x", "y"}, Rule: "seen",
				Labels: map[string]string{"env": "prod"}, Details: map[string]string{"runbook": "r"},
			},
		},
	} {
		router := compile(t, rules.Spec{Rules: test.rules, Teams: test.teams, Fallback: "everyone"})
		if diff := cmp.Diff(test.want, router.Route(test.event, noon)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

func TestConditionsOverTheFieldsOfAnEvent(t *testing.T) {
	t.Parallel()
	ev := rules.Event{
		Source: "prometheus", Title: "Disk full on db-1", Status: "firing", Priority: "P2",
		Tags: []string{"db", "disk"}, Labels: map[string]string{"host": "db-1", "env": "prod"},
		Details:     map[string]any{"value": 97.5, "nested": map[string]any{"n": 3}},
		Integration: "prom", StartsAt: noon.Add(-90 * time.Minute),
	}
	for condition, want := range map[string]bool{
		`labels.nowhere == ""`:                               true,
		`labels["nowhere"] == "x"`:                           false,
		`"env" in labels and "nowhere" not in labels`:        true,
		`labels.host matches "^db-[0-9]+$"`:                  true,
		`labels.host in ["db-1", "db-2"]`:                    true,
		`details.nowhere == nil`:                             true,
		`details.nowhere?.deeper == nil`:                     true,
		`details.value > 95 and details.nested.n == 3`:       true,
		`title startsWith "Disk" and title contains "db"`:    true,
		`any(tags, # startsWith "di") and len(tags) == 2`:    true,
		`status == "firing" and priority in ["P1", "P2"]`:    true,
		`priority == ""`:                                     false,
		`weekday == "tue" and weekday not in ["sat"]`:        true,
		`now - starts_at > duration("1h")`:                   true,
		`now.Hour() == 12 and now.Year() == 2026`:            true,
		`now.In(timezone("Asia/Tokyo")).Hour() == 21`:        true,
		`now > date("2026-03-10T11:59:59Z")`:                 true,
		`time_between("11:00", "13:00", "Asia/Tokyo")`:       false,
		`time_between("21:00", "21:01", "Asia/Tokyo")`:       true,
		`lower(title + "!") == "disk full on db-1!"`:         true,
		`join(map(tags, upper(#)), "+") == "DB+DISK"`:        true,
		`replace(labels.host, "db-", "") + "" == "1"`:        true,
		`repeat("ab", 2) == "abab" and len(uniq(tags)) == 2`: true,
		`let h = labels.host; h == "db-1"`:                   true,
		`1 + 1 == 2 and details.value + 1 > 98`:              true,
		`len(filter(tags, # != "db")) == 1`:                  true,
		`source == "prometheus" and integration == "prom"`:   true,
	} {
		router := compile(t, rules.Spec{Rules: []rules.Rule{{When: condition, To: "policy:yes"}}})
		d := router.Route(ev, noon)
		if got := d.Policy == "yes"; got != want || len(d.Errors) > 0 {
			t.Errorf("%s: got %t, errors %q, want %t", condition, got, d.Errors, want)
		}
	}
}

func TestAConditionThatFailsIsReportedAndGoesToTheFallback(t *testing.T) {
	t.Parallel()
	for condition, reason := range map[string]string{
		`details.a.b == 1`:                        "cannot fetch b from",
		`details.text > 5`:                        "invalid operation",
		`details.text`:                            "",
		`details.list[7] == 1`:                    "index out of range",
		`labels.pattern matches labels.bad`:       "error parsing regexp",
		`fromJSON(title).x`:                       "",
		`let x = 1..400; all(x, all(x, # > 0))`:   "too much work",
		`reduce(1..99, #acc + #acc, title) == ""`: "too much work",
		`len(repeat(title, 1000000)) > 0`:         "too much work",
		`len(replace(replace(description, "", description), "", description)) > 0`: "too much work",
		`len(map(1..99999, [1, 2, 3])) > 0`:                                        "memory budget",
		`max(details.list) == "x" or details.text + 1 > 2`:                         "",
	} {
		router := compile(t, rules.Spec{Fallback: "everyone", Rules: []rules.Rule{
			{Name: "fails", When: condition, To: "policy:wrong"},
			{Name: "next", When: `title != ""`, To: "policy:later"},
		}})
		ev := rules.Event{
			Title: "disk full", Description: strings.Repeat("x", 200), Labels: map[string]string{"bad": "("},
			Details: map[string]any{"text": "five", "list": []any{1, "a"}},
		}
		ex := router.Explain(ev, noon)
		d := ex.Decision
		if d.Policy != "everyone" || d.Rule != "fails (failed) > fallback" || d.Failed != 1 || len(d.Errors) != 1 || !strings.HasPrefix(d.Errors[0], "rules[0].when: ") || !strings.Contains(d.Errors[0], reason) {
			t.Errorf("%s: got policy %q by %s, errors %q; want the fallback and one error with %q", condition, d.Policy, d.Rule, d.Errors, reason)
		}
		if ex.Tried[0].Matched || ex.Tried[0].Error == "" {
			t.Errorf("%s: the explanation has %+v, want not matched and the error", condition, ex.Tried[0])
		}
		// The evaluator that failed is used again and must be as good as new.
		if again := router.Route(rules.Event{Title: "other"}, noon); again.Title != "other" {
			t.Errorf("%s: the next event was decided as %+v", condition, again)
		}
	}
}

func TestAFailingIncidentOrGroupStillRoutes(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{Rules: []rules.Rule{
		{To: "policy:a", Incident: `details.a.b`, GroupBy: []string{"details.a.b"}},
	}})
	d := router.Route(rules.Event{}, noon)
	if d.Policy != "a" || d.Incident || d.GroupKey != "" || len(d.Errors) != 2 {
		t.Errorf("got %+v, want policy a, no incident, no group, two errors", d)
	}
}

func TestGroupKeysAreEqualForEqualValuesOfOneDestination(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{Rules: []rules.Rule{
		{When: `labels.kind == "db"`, To: "team:dba", GroupBy: []string{"labels.cluster", "labels.alertname"}},
		{When: `labels.kind == "net"`, To: "team:net", GroupBy: []string{"labels.cluster", "labels.alertname"}},
		{To: "policy:everyone"},
	}})
	if !router.Gathers() {
		t.Error("Gathers() is false though two rules group")
	}
	key := func(labels ...string) string {
		ev := rules.Event{Labels: map[string]string{}}
		for i := 0; i < len(labels); i += 2 {
			ev.Labels[labels[i]] = labels[i+1]
		}
		return router.Route(ev, noon).GroupKey
	}
	base := key("kind", "db", "cluster", "eu", "alertname", "Down", "host", "1")
	if want := `team:dba|labels.cluster="eu",labels.alertname="Down"`; base != want {
		t.Errorf("key: got %s, want %s", base, want)
	}
	if other := key("kind", "db", "cluster", "eu", "alertname", "Down", "host", "2"); other != base {
		t.Errorf("another host gives %s, want the same key %s", other, base)
	}
	for what, other := range map[string]string{
		"another cluster":                    key("kind", "db", "cluster", "us", "alertname", "Down"),
		"another team":                       key("kind", "net", "cluster", "eu", "alertname", "Down"),
		"values that look alike when joined": key("kind", "db", "cluster", `eu",labels.alertname="Down`),
	} {
		if other == base || other == "" {
			t.Errorf("%s gives %q, want a key of its own", what, other)
		}
	}
	if got := key("kind", "db"); got != "" {
		t.Errorf("without any of the labels: got %q, want no group", got)
	}
	if got := key("cluster", "eu"); got != "" {
		t.Errorf("a rule that does not group: got %q, want none", got)
	}
	if got := key("kind", "db", "cluster", strings.Repeat("x", 10_000)); len(got) > 300 {
		t.Errorf("a label of 10,000 bytes gives a key of %d bytes", len(got))
	}
}

func TestOneRouterDecidesForManyAtOnce(t *testing.T) {
	t.Parallel()
	router := compile(t, west())
	night := at(t, "2026-03-10T22:00:00-04:00")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			ev, want := forWest(tagged("critical")), "it-west-urgent"
			if i%2 == 0 {
				ev, want = rules.Event{Title: "x"}, "everyone"
			}
			for range 500 {
				if d := router.Route(ev, night); d.Policy != want {
					t.Errorf("got policy %q, want %q", d.Policy, want)
					return
				}
			}
		})
	}
	wg.Wait()
}
