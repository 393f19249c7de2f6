package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/rules"
)

// Few values, of which many begin with another: so that rules collide.
var (
	aValue  = rapid.SampledFrom([]string{"", "a", "ab", "abc", "b", "é", "éa", "\xff", "�", "A", "10.1.2.3"})
	aName   = rapid.SampledFrom([]string{"x", "y", "é"})
	aTag    = rapid.SampledFrom([]string{"a", "ab", "b", "é"})
	aDetail = rapid.SampledFrom([]any{nil, "", "a", "ab", 1, 2.5, true, []any{"a"}, map[string]any{"x": "a"}, []string(nil)})
	aField  = rapid.SampledFrom([]string{"source", "title", "description", "service", "team", "integration"})
)

var aSubject = rapid.Custom(func(t *rapid.T) string {
	name := aName.Draw(t, "name")
	return rapid.SampledFrom([]string{
		aField.Draw(t, "field"), "labels[" + quote(name) + "]", "labels[" + quote(name) + "]", "labels.x", "labels.y",
	}).Draw(t, "subject")
})

func quote(s string) string { return `"` + strings.ToValidUTF8(s, `\xff`) + `"` }

// aPart is a condition without parts, of every kind: such that the index uses,
// such that it does not, and such that fail for some events.
var aPart = rapid.Custom(func(t *rapid.T) string {
	s, value, other := aSubject.Draw(t, "subject"), quote(aValue.Draw(t, "value")), quote(aValue.Draw(t, "other"))
	name, tag := quote(aName.Draw(t, "name")), quote(aTag.Draw(t, "tag"))
	return rapid.SampledFrom([]string{
		s + " == " + value, s + " == " + value, value + " == " + s, s + " != " + value,
		s + " in [" + value + ", " + other + "]", s + " in [" + value + "]", s + " not in [" + value + ", " + other + "]",
		s + " startsWith " + value, s + " startsWith " + value, s + " endsWith " + value, s + " contains " + value,
		s + ` matches "^ab"`, s + ` matches "^é?a"`, s + ` matches "(?i)^ab"`, s + ` matches "^�"`, s + ` matches "^b|a"`,
		tag + " in tags", tag + " in tags", tag + " not in tags", name + " in labels", name + " not in labels",
		`priority == "P1"`, `priority in ["P1", "P2"]`, `priority == ""`, `weekday in ["sat", "sun"]`, `time_between("17:00", "06:00")`,
		`any(tags, # == "ab")`, "any(tags, # startsWith " + tag + ")", `any(tags, # in ["a", "é"])`, `any(tags, # matches "^a.")`, "any(tags, # contains " + value + ")",
		"glob(" + s + ", " + quote(plain(aValue.Draw(t, "glob"))+"*") + ")", "glob(" + s + ", " + value + ")", `glob(title, "*b")`, `glob(labels.x, "�*")`, "glob(details.n, " + value + ")",
		`cidr(labels.x, "10.0.0.0/8")`, `cidr(details.n, "10.0.0.0/8")`, s + " in short", s + " in lists.of", "details.n in short", `urgency == "high"`, `holiday()`,
		"lower(" + s + ") == " + value, value + " == upper(" + s + ")", "lower(" + s + ") contains " + value, `lower(details.n) == "a"`, "lower(" + s + ") in short",
		"details.n startsWith " + value, "details.n matches \"b$\"", "details.n < 2.5", "details.n >= 1", "details.n != 2", "details.n in [" + value + ", " + other + "]",
		"details.n == " + value, "details.n != " + value, "details.n == nil", "details.n == 1", `details.n in ["a", "ab"]`,
		"details.n > 0", "details.n.x == " + value, "details.n[0] == " + value, "details.n", "title matches labels.x",
		"(labels?.x ?? " + value + ") == " + other, s + " + " + value + " == " + other, `any(tags, # startsWith "a")`, "len(tags) > 1",
		"(let z = " + s + "; z == " + value + ")", s + " == labels.y", s + " < " + value, "true", "false",
	}).Draw(t, "part")
})

func aCondition(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "is a part") == 0 {
			return aPart.Draw(t, "part")
		}
		part := func() string { return "(" + aCondition(depth-1).Draw(t, "part") + ")" }
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return "not " + part()
		case 1:
			return part() + " ? " + part() + " : " + part()
		case 2, 3, 4:
			return part() + " or " + part()
		default:
			return part() + " and " + part()
		}
	})
}

var aSet = rapid.Custom(func(t *rapid.T) *rules.Set {
	set := &rules.Set{}
	switch rapid.IntRange(0, 8).Draw(t, "sets") {
	case 0:
		return nil
	case 1:
		set.Priority = somePriority.Draw(t, "priority")
	case 2:
		set.Tags = []string{aTag.Draw(t, "tag")}
	case 3:
		set.Service = plain(aValue.Draw(t, "service"))
	case 4:
		set.Title, set.Description = plain(aValue.Draw(t, "title")), plain(aValue.Draw(t, "description"))
	case 6:
		set.Labels = map[string]string{aName.Draw(t, "name"): rapid.SampledFrom([]string{"{{ labels.y }}", "a{{ title }}", "{{ details.n.x }}"}).Draw(t, "template")}
	case 5:
		set.Details = map[string]string{"n": plain(aValue.Draw(t, "detail"))}
	default:
		set.Labels = map[string]string{aName.Draw(t, "name"): plain(aValue.Draw(t, "label"))}
	}
	return set
})

// plain is for texts of the configuration, which are UTF-8.
func plain(s string) string { return strings.ToValidUTF8(s, "b") }

func aRuleList(global bool) *rapid.Generator[[]rules.Rule] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) rules.Rule {
		r := rules.Rule{When: aCondition(3).Draw(t, "when"), Continue: rapid.IntRange(0, 2).Draw(t, "continue") > 0}
		switch {
		case rapid.IntRange(0, 2).Draw(t, "changes") > 0:
			r.Set = aSet.Draw(t, "set")
		case rapid.Bool().Draw(t, "opens"):
			r.Incident = aCondition(1).Draw(t, "incident")
		}
		if global && r.Set != nil && rapid.IntRange(0, 4).Draw(t, "names a team") == 0 {
			r.Set.Team = rapid.SampledFrom([]string{"a", "ab"}).Draw(t, "set team")
		}
		if targets := []string{"", "nobody", "policy:p"}; !r.Continue {
			if global {
				targets = append(targets, "team:a", "team:ab", "team:a", "team:ab")
			}
			r.To = rapid.SampledFrom(targets).Draw(t, "to")
		}
		return r
	}), 0, 25)
}

// crowded are conditions on one field and one label, so that their prefixes lie within one another.
var crowded = rapid.Custom(func(t *rapid.T) string {
	subject := rapid.SampledFrom([]string{"title", "labels.x"}).Draw(t, "subject")
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 4, -1).Draw(t, "text")
	return fmt.Sprintf(rapid.SampledFrom([]string{"%s startsWith %q", "%s startsWith %q", `%s matches "^" + %q`, "%s == %q"}).Draw(t, "condition"), subject, text)
})

func TestPrefixesWithinOneAnotherDecideAsPlainEvaluationDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec := rules.Spec{Fallback: "everyone"}
		for i, when := range rapid.SliceOfN(crowded, 1, 20).Draw(t, "conditions") {
			spec.Rules = append(spec.Rules, rules.Rule{When: when, Set: &rules.Set{Tags: []string{fmt.Sprint(i)}}, Continue: true})
		}
		router := compileRandom(t, spec)
		for range 5 {
			text := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 6, -1)
			ev := rules.Event{Title: text.Draw(t, "title"), Labels: map[string]string{"x": text.Draw(t, "label")}}
			plain := router.Explain(ev, noon)
			if diff := cmp.Diff(plain.Decision, router.Route(ev, noon)); diff != "" {
				t.Fatalf("the index changes the decision (-plain +indexed):\n%s\nplain evaluation tried:\n%s", diff, tried(plain))
			}
		}
	})
}

var aRouting = rapid.Custom(func(t *rapid.T) rules.Spec {
	return rules.Spec{Holidays: map[string]map[rules.Date]bool{"ours": {rules.DateOf(noon.AddDate(0, 0, 2)): true}}, High: []string{"P1"}, Lists: map[string]rules.List{"short": {Values: []string{"a", "é"}}, "lists": {Lists: map[string][]string{"of": {"", "ab"}}}}, Fallback: rapid.SampledFrom([]string{"everyone", ""}).Draw(t, "fallback"), Rules: aRuleList(true).Draw(t, "rules"), Teams: []rules.TeamRoutes{
		{Team: "a", Routes: aRuleList(false).Draw(t, "routes of a"), Default: "later"},
		{Team: "ab", Routes: aRuleList(false).Draw(t, "routes of ab")},
	}}
})

var anEvent = rapid.Custom(func(t *rapid.T) rules.Event {
	ev := rules.Event{
		Source: aValue.Draw(t, "source"), Title: aValue.Draw(t, "title"), Description: aValue.Draw(t, "description"),
		Service: aValue.Draw(t, "service"), Team: aValue.Draw(t, "team"), Integration: aValue.Draw(t, "integration"),
		Status: "firing", Priority: somePriority.Draw(t, "priority"), Tags: rapid.SliceOfN(aTag, 0, 4).Draw(t, "tags"),
	}
	if rapid.IntRange(0, 5).Draw(t, "labels") > 0 {
		ev.Labels = rapid.MapOfN(aName, aValue, 0, 3).Draw(t, "labels")
	}
	if rapid.IntRange(0, 5).Draw(t, "details") > 0 {
		ev.Details = map[string]any{"n": aDetail.Draw(t, "detail")}
	}
	return ev
})

// An explanation tries every rule in order and leaves every condition to the
// virtual machine, so it is what the index and the matchers are held against.
func TestTheIndexDecidesAsPlainEvaluationDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec := aRouting.Draw(t, "routing")
		router := compileRandom(t, spec)
		for range 5 {
			ev := anEvent.Draw(t, "event")
			now := noon.Add(time.Duration(rapid.IntRange(0, 7*24).Draw(t, "hours")) * time.Hour)
			before := fmt.Sprint(ev)
			indexed, plain := router.Route(ev, now), router.Explain(ev, now)
			if diff := cmp.Diff(plain.Decision, indexed); diff != "" {
				t.Fatalf("the index changes the decision (-plain +indexed):\n%s\nplain evaluation tried:\n%s", diff, tried(plain))
			}
			if after := fmt.Sprint(ev); after != before {
				t.Fatalf("the event was changed:\n%s\nfrom\n%s", after, before)
			}
		}
	})
}

func tried(ex rules.Explanation) string {
	var b strings.Builder
	for _, r := range ex.Tried {
		fmt.Fprintf(&b, "%s matched=%t when=%s error=%s\n", r.Path, r.Matched, r.When, r.Error)
	}
	return b.String()
}
