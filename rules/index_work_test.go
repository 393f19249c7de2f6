package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/rules"
)

// Each of the patterns is little work; all of them are more than an evaluation may do, so that the condition fails for a
// long text, and the rule must not be passed over for its label.
func TestPatternsThatAreTooMuchWorkTogetherFailWhateverTheIndexKnows(t *testing.T) {
	t.Parallel()
	pattern := `description matches "a(bcdefghijklm|cdefghijklmno|defghijklmnop|hijklmn){0,1}"`
	for _, when := range []string{
		strings.Repeat(pattern+" and ", 9) + `labels.k == "v"`,
		pattern + strings.Repeat(" and ("+pattern, 8) + ` and labels.k == "v"` + strings.Repeat(")", 8),
		strings.Repeat(pattern+" and ", 9) + `description matches "^bcd" `,
	} {
		router := compile(t, rules.Spec{Fallback: "everyone", Rules: []rules.Rule{{When: when, To: "policy:p"}, {To: "policy:q"}}})
		ev := rules.Event{Description: strings.Repeat("ab", 7500)}
		plain, indexed := router.Explain(ev, noon).Decision, router.Route(ev, noon)
		if diff := cmp.Diff(plain, indexed); diff != "" {
			t.Errorf("%s:\nthe index changes the decision (-plain +indexed):\n%s", when, diff)
		}
		if indexed.Failed != 1 || indexed.Policy != "everyone" {
			t.Errorf("%s: policy %q, %d failures; want everyone, and one", when, indexed.Policy, indexed.Failed)
		}
	}
}

// One expression is bounded; thousands that each stay within their bounds would still keep an event waiting for minutes.
func TestManyCostlyRulesTogetherCannotStallADecision(t *testing.T) {
	t.Parallel()
	spec := rules.Spec{Fallback: "everyone"}
	for i := range 300 {
		spec.Rules = append(spec.Rules, rules.Rule{When: fmt.Sprintf(`len(repeat(description, 9)) == %d`, 1_000+i), To: "policy:p"})
	}
	spec.Rules = append(spec.Rules, rules.Rule{To: "policy:q"})
	router := compile(t, spec)

	small := router.Route(rules.Event{Description: "short"}, noon)
	if small.Policy != "q" || small.Failed != 0 {
		t.Errorf("a short text goes to %q with %d failures; want q and none", small.Policy, small.Failed)
	}
	large := router.Route(rules.Event{Description: strings.Repeat("x", 100_000)}, noon)
	if large.Policy != "everyone" || large.Failed != 1 {
		t.Fatalf("a text that is too much for all the rules goes to %q with %d failures; want everyone and one", large.Policy, large.Failed)
	}
	if want := "the rules together do too much work"; !strings.Contains(large.Errors[0], want) || !strings.HasPrefix(large.Errors[0], "rules[111]") {
		t.Errorf("error %q; want rules[111], and %q", large.Errors[0], want)
	}
}
