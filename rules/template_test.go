package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/rules"
)

func checkout() rules.Event {
	return rules.Event{
		Title: "Latency", Source: "web-1", Priority: "P3", Tags: []string{"web"}, StartsAt: noon.Add(-time.Hour),
		Labels:  map[string]string{"alertname": "Slow", "customer": "acme", "owner": "payments"},
		Details: map[string]any{"value": 97.5, "count": 3, "nested": map[string]any{"n": 1}, "list": []any{"a", 2, nil}, "text": "two\nlines"},
	}
}

func TestTemplatesOfSetReadTheEvent(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		`{{ labels.alertname }} on {{ source }}`:               "Slow on web-1",
		`{{labels.alertname}}`:                                 "Slow",
		`[{{ priority }}] {{ title }}`:                         "[P3] Latency",
		`{{ labels.customer in vips ? "VIP" : "other" }}`:      "VIP",
		`{{ details.value }} % of {{ details.count * 2 }}`:     "97.5 % of 6",
		`nothing: "{{ labels.nowhere }}{{ details.nowhere }}"`: `nothing: ""`,
		`{{ tags }} / {{ details.list }}`:                      "web / a, 2,",
		`since {{ starts_at }}, {{ now - starts_at }}`:         "since 2026-03-10T11:00:00Z, 1h0m0s",
		`{{ details.text }}`:                                   "two lines",
		`{{ "{{" }} and }} are braces`:                         "{{ and }} are braces",
		`{{ {"a": {"b": "c"}}.a.b }}`:                          "c",
		`{{ '}}' + "\"}}" }}`:                                  `}}"}}`,
		`{{ during("always") }}`:                               "true",
		`größer: {{ upper("é") }}`:                             "größer: É",
		`{{ toJSON(details.nested)|replace("\n", "") }}`:       `{  "n": 1}`,
		`{{ title }} }}`:                                       "Latency }}",
	} {
		router := compile(t, rules.Spec{
			Lists: someLists(), Windows: []rules.Window{{Name: "always"}},
			Rules: []rules.Rule{{Set: &rules.Set{Title: template}, To: "policy:a"}},
		})
		if d := router.Route(checkout(), noon); d.Title != want || d.Failed > 0 {
			t.Errorf("%s: got %q, errors %q, want %q", template, d.Title, d.Errors, want)
		}
	}
}

func TestEveryValueOfSetMayBeATemplate(t *testing.T) {
	t.Parallel()
	set := &rules.Set{
		Priority: `{{ labels.customer in vips ? "P1" : priority }}`, Team: "{{ labels.owner }}", Service: "{{ labels.owner }}-api",
		Title: "{{ title }}!", Description: "{{ details.text }}", Link: "https://grafana.example.com/d/{{ labels.alertname }}",
		Runbook: "https://wiki.example.com/{{ lower(labels.alertname) }}",
		Tags:    []string{"fixed", "customer-{{ labels.customer }}", "{{ labels.nowhere }}"},
		Labels:  map[string]string{"env": "prod", "who": "{{ labels.owner }}", "empty": "{{ labels.nowhere }}"},
		Details: map[string]string{"hint": "{{ details.text }}"},
	}
	before := *set
	router := compile(t, rules.Spec{
		Lists: someLists(), Teams: []rules.TeamRoutes{{Team: "payments", Default: "payments-standard"}}, Fallback: "everyone",
		Rules: []rules.Rule{{Name: "all", Set: set, Incident: `title == "Latency!" and labels.who == "payments"`}},
	})
	ev := checkout()
	want := rules.Decision{
		Team: "payments", Policy: "payments-standard", Priority: "P1", Title: "Latency!", Description: "two\nlines", Service: "payments-api",
		Tags: []string{"web", "fixed", "customer-acme"}, Link: "https://grafana.example.com/d/Slow", Runbook: "https://wiki.example.com/slow",
		Labels: map[string]string{"env": "prod", "who": "payments"}, Details: map[string]string{"hint": "two\nlines"},
		Incident: true, Rule: "all > default of team payments",
	}
	for range 2 { // what one event was given must not be there for the next
		ex := router.Explain(ev, noon)
		if diff := cmp.Diff(want, ex.Decision); diff != "" {
			t.Fatalf("decision (-want +got):\n%s", diff)
		}
		if got := ex.Tried[0].Set; got == nil || got.Title != "Latency!" || got.Labels["who"] != "payments" {
			t.Errorf("the explanation says that %+v was set, want what the templates gave", got)
		}
	}
	if diff := cmp.Diff(before, *set); diff != "" {
		t.Errorf("routing changed the rule (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(checkout(), ev); diff != "" {
		t.Errorf("routing changed the event (-before +after):\n%s", diff)
	}
}

func TestTemplatesSeeTheEventAsItWasBeforeTheirRule(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{Rules: []rules.Rule{
		{Set: &rules.Set{Priority: "P1", Title: "was {{ priority }}"}, Continue: true},
		{Set: &rules.Set{Title: "{{ title }}, is {{ priority }}"}, To: "policy:a"},
	}})
	if d := router.Route(checkout(), noon); d.Title != "was P3, is P1" {
		t.Errorf("got title %q", d.Title)
	}
}

func TestATemplateThatGivesWhatCannotBeLeavesTheValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		what  string
		set   rules.Set
		error string
	}{
		{"no priority", rules.Set{Priority: `P{{ 4 + 5 }}`}, `rules[0].set.priority: "P9" is no priority; it stays as it was`},
		{"no team", rules.Set{Team: `{{ labels.customer }}`}, `rules[0].set.team: there is no team "acme"`},
		{"no URL", rules.Set{Runbook: `{{ labels.owner }}`}, `rules[0].set.runbook: "payments" is not a URL`},
		{"a script", rules.Set{Link: `javascript:{{ "alert(1)" }}`}, `rules[0].set.link: "javascript:alert(1)" is not a URL`},
		{"a map", rules.Set{Title: `{{ details.nested }}`}, `rules[0].set.title: the template gives map[string]interface {}`},
		{"a failure", rules.Set{Labels: map[string]string{"x": `{{ details.nowhere.x }}`}}, `rules[0].set.labels.x: cannot fetch x`},
		{"a bomb", rules.Set{Title: `{{ repeat(title, 1000000) }}`}, `rules[0].set.title: the expression does too much work`},
	} {
		test.set.Service = "set"
		router := compile(t, rules.Spec{Fallback: "everyone", Rules: []rules.Rule{
			{Set: &test.set, Continue: true}, {Name: "b", When: `service == "set"`, To: "policy:b"},
		}})
		d := router.Route(checkout(), noon)
		if d.Policy != "b" || d.Title != "Latency" || d.Priority != "P3" || d.Team != "" || d.Link != "" || d.Runbook != "" || len(d.Labels) > 0 {
			t.Errorf("%s: got %+v, want nothing changed but the service", test.what, d)
		}
		if d.Failed != 1 || len(d.Errors) != 1 || !strings.HasPrefix(d.Errors[0], test.error) {
			t.Errorf("%s: got %d errors %q, want %s", test.what, d.Failed, d.Errors, test.error)
		}
	}
}

func TestAfterATemplateFailedNobodyIsNotHeeded(t *testing.T) {
	t.Parallel()
	failing := &rules.Set{Priority: `{{ details.a.b }}`}
	spec := rules.Spec{Fallback: "everyone", Rules: []rules.Rule{{Set: failing, Continue: true}, {To: "nobody"}}}
	if d := compile(t, spec).Route(checkout(), noon); d.Policy != "everyone" || d.Nobody {
		t.Errorf("got %+v, want everyone to be paged", d)
	}
	spec.Rules = []rules.Rule{{Set: failing, To: "nobody"}}
	if d := compile(t, spec).Route(checkout(), noon); !d.Nobody {
		t.Errorf("got %+v; whether anybody is paged did not hang on what failed", d)
	}
}

func TestWhatATemplateGivesIsCutToTheSizeOfItsValue(t *testing.T) {
	t.Parallel()
	ev := checkout()
	ev.Description = strings.Repeat("é", 15_000)
	d := compile(t, rules.Spec{Rules: []rules.Rule{{To: "policy:a", Set: &rules.Set{
		Title: "{{ description }}", Service: "{{ description }}", Description: "{{ description }}{{ description }}",
		Tags: []string{"{{ description }}"}, Labels: map[string]string{"x": "{{ description }}"}, Details: map[string]string{"x": "{{ description }}{{ description }}"},
	}}}}).Route(ev, noon)
	for what, got := range map[string]int{
		"title": len([]rune(d.Title)) - 500, "service": len([]rune(d.Service)) - 256, "description": len([]rune(d.Description)) - 15_000,
		"tag": len([]rune(d.Tags[1])) - 100, "label": len([]rune(d.Labels["x"])) - 1024, "detail": len([]rune(d.Details["x"])) - 15_000,
	} {
		if got != 0 {
			t.Errorf("%s: %+d characters", what, got)
		}
	}
}

func TestAMistakeInATemplateIsReportedAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		set     rules.Set
		path    string
		offset  int
		message string
		hint    string
	}{
		{rules.Set{Title: `{{ labels.x }} ö {{ titel }}`}, "title", 20, `unknown name "titel"`, `did you mean "title"?`},
		{rules.Set{Title: `on {{ source`}, "title", 3, "{{ is not closed", `{{ "{{" }}`},
		{rules.Set{Title: `on {{ "a }}`}, "title", 3, "{{ is not closed", ""},
		{rules.Set{Title: `on {{ }}`}, "title", 5, "nothing between", ""},
		{rules.Set{Title: `on {{ labels }}`}, "title", 6, "no text, number or time", "toJSON"},
		{rules.Set{Title: `{{ title > 5 }}`}, "title", 9, "mismatched types", ""},
		{rules.Set{Title: `{{ priority == "P9" }}`}, "title", 15, `priority is never "P9"`, ""},
		{rules.Set{Tags: []string{"a", `x {{ sourc }}`}}, "tags[1]", 5, `unknown name "sourc"`, ""},
		{rules.Set{Labels: map[string]string{"a": `{{ during("x") }}`}}, "labels.a", 10, `unknown window "x"`, ""},
		{rules.Set{Priority: "P9"}, "priority", -1, `priority is never "P9"`, ""},
		{rules.Set{Runbook: "wiki.example.com"}, "runbook", -1, "is not a URL", ""},
	} {
		_, problems := rules.Compile(rules.Spec{Rules: []rules.Rule{{Set: &test.set}}})
		if len(problems) != 1 {
			t.Errorf("%+v: got problems %q, want one", test.set, problems)
			continue
		}
		p := problems[0]
		if p.Path != "rules[0].set."+test.path || p.Offset != test.offset || !strings.Contains(p.Message, test.message) || !strings.Contains(p.Hint, test.hint) {
			t.Errorf("%+v: got %+v\nwant offset %d, message with %q, hint with %q", test.set, p, test.offset, test.message, test.hint)
		}
	}
}
