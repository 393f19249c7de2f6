package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/rules"
)

// The random events have few tags; a loop over very many fails.
func TestAnEventWithTooManyTagsForALoopIsDecidedAsPlainEvaluationDoes(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{Fallback: "everyone", Rules: []rules.Rule{
		{When: `"absent" in tags`, To: "policy:a"},
		{When: `any(tags, # startsWith "team:")`, To: "policy:b"},
		{When: strings.Repeat(`not any(tags, # == "x") and `, 115) + `labels.env == "nowhere"`, To: "policy:c"},
		{When: `labels.env == "prod"`, To: "policy:d"},
	}})
	for count, fails := range map[int]bool{400: false, 401: false, 800: false, 900: true, 100_000: true, 100_001: true} {
		ev := rules.Event{Tags: make([]string, count), Labels: map[string]string{"env": "prod"}}
		indexed, plain := router.Route(ev, noon), router.Explain(ev, noon).Decision
		indexed.Tags, plain.Tags = nil, nil
		if diff := cmp.Diff(plain, indexed); diff != "" {
			t.Errorf("%d tags (-plain +indexed):\n%s", count, diff)
		}
		if fails != (len(plain.Errors) > 0) {
			t.Errorf("%d tags: got errors %q, want some: %t", count, plain.Errors, fails)
		}
	}
}
