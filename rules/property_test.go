package rules_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/rules"
)

var (
	somePriority = rapid.SampledFrom([]string{"", "P1", "P2", "P3", "P4", "P5"})
	someWord     = rapid.SampledFrom([]string{"", "a", "b", "c"})
	someTags     = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3)
	someEvent    = rapid.Custom(func(t *rapid.T) rules.Event {
		return rules.Event{
			Title: someWord.Draw(t, "title"), Priority: somePriority.Draw(t, "priority"), Tags: someTags.Draw(t, "tags"),
			Team:    someWord.Draw(t, "team"),
			Labels:  map[string]string{"team": someWord.Draw(t, "label")},
			Details: map[string]any{"n": rapid.SampledFrom([]any{nil, 1, "text"}).Draw(t, "detail")},
		}
	})
	someMoment = rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "unix"), 0)
	})
	someSet = rapid.Custom(func(t *rapid.T) *rules.Set {
		if rapid.Bool().Draw(t, "sets nothing") {
			return nil
		}
		return &rules.Set{Priority: somePriority.Draw(t, "priority"), Tags: someTags.Draw(t, "tags"), Labels: map[string]string{"team": someWord.Draw(t, "label")}}
	})
	someCondition = rapid.SampledFrom([]string{
		"", `priority == "P1"`, `priority in ["P2", "P3"]`, `"a" in tags`, `labels.team == "b"`, `title != ""`,
		`details.n > 0`, `details.n.x == 1`, `time_between("17:00", "06:00")`, `weekday in ["sat", "sun"]`, "false",
	})
)

func someRules(targets ...string) *rapid.Generator[[]rules.Rule] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) rules.Rule {
		r := rules.Rule{
			When: someCondition.Draw(t, "when"), Set: someSet.Draw(t, "set"),
			Continue: rapid.Bool().Draw(t, "continue"), Suppress: rapid.Bool().Draw(t, "suppress"),
			Incident: someCondition.Draw(t, "incident"),
		}
		if !r.Continue {
			r.To = rapid.SampledFrom(targets).Draw(t, "to")
		}
		return r
	}), 0, 8)
}

var someSpec = rapid.Custom(func(t *rapid.T) rules.Spec {
	return rules.Spec{
		Zone: "America/New_York", Fallback: "everyone",
		Rules: someRules("", "nobody", "team:a", "team:c", "policy:x").Draw(t, "rules"),
		Teams: []rules.TeamRoutes{{Team: "a", Routes: someRules("", "nobody", "y").Draw(t, "routes")}},
	}
})

func compileRandom(t *rapid.T, spec rules.Spec) *rules.Router {
	router, problems := rules.Compile(spec)
	if len(problems) > 0 {
		t.Fatalf("problems in a spec that should have none: %v", problems)
	}
	return router
}

func TestRouteAndExplainAgreeAndNoEventIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		router := compileRandom(t, someSpec.Draw(t, "spec"))
		ev, now := someEvent.Draw(t, "event"), someMoment.Draw(t, "now")
		d := router.Route(ev, now)
		if diff := cmp.Diff(d, router.Explain(ev, now).Decision); diff != "" {
			t.Fatalf("Route and Explain differ (-route +explain):\n%s", diff)
		}
		if (d.Policy == "") != d.Nobody {
			t.Fatalf("policy %q with nobody %t: want exactly one destination", d.Policy, d.Nobody)
		}
		if d.Rule == "" {
			t.Fatal("the decision does not say what decided")
		}
	})
}

func TestARuleThatNeverMatchesChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec := someSpec.Draw(t, "spec")
		for i := range spec.Rules {
			spec.Rules[i].Name = fmt.Sprint(i) // so that decisions do not name positions
		}
		ev, now := someEvent.Draw(t, "event"), someMoment.Draw(t, "now")
		before := compileRandom(t, spec).Route(ev, now)
		if len(before.Errors) > 0 {
			t.Skip("errors name positions")
		}

		at := rapid.IntRange(0, len(spec.Rules)).Draw(t, "at")
		spec.Rules = slices.Insert(slices.Clone(spec.Rules), at, rules.Rule{
			When: `title == "never"`, To: "nobody", Set: &rules.Set{Priority: "P1"}, Suppress: true,
		})
		if diff := cmp.Diff(before, compileRandom(t, spec).Route(ev, now)); diff != "" {
			t.Fatalf("a rule that never matches changed the decision (-without +with):\n%s", diff)
		}
	})
}
