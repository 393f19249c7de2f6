package rules_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

func besides(t *testing.T) *rules.Router {
	t.Helper()
	r, problems := rules.Compile(rules.Spec{
		Windows: []rules.Window{{Name: "nights", From: "22:00", To: "06:00"}},
		Lists:   map[string]rules.List{"vips": {Values: []string{"acme"}}},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	return r
}

func TestAConditionBesideTheRulesSpeaksTheirLanguage(t *testing.T) {
	t.Parallel()
	r := besides(t)
	ev := rules.Event{Service: "checkout", Tags: []string{"db"}, Labels: map[string]string{"customer": "acme"}}
	night := time.Date(2026, 3, 9, 23, 0, 0, 0, time.UTC)
	for source, want := range map[string]bool{
		`service == "checkout"`:                      true,
		`service == "search"`:                        false,
		`labels.customer in vips and "db" in tags`:   true,
		`during("nights")`:                           true,
		`not during("nights")`:                       false,
		`weekday == "mon"`:                           true,
		`true`:                                       true,
		`labels["customer"] == "acme" and (true)`:    true,
		`details.missing == nil and title == ""`:     true,
		`any(tags, # startsWith "d") and now != now`: false,
	} {
		c, problems := r.Condition("when", source)
		if problems != nil {
			t.Errorf("%s: %v", source, problems)
			continue
		}
		if got, err := c.Holds(ev, night); got != want || err != nil {
			t.Errorf("%s holds: %t, %v", source, got, err)
		}
	}
}

func TestAConditionThatCannotBeCompiledHasItsPlaceAndAHint(t *testing.T) {
	t.Parallel()
	r := besides(t)
	for source, want := range map[string]string{
		`servce == "checkout"`: `when: unknown name "servce" (at character 1); did you mean "service"?`,
		`during("night")`:      `unknown window "night"`,
		`title`:                "the condition gives string, not true or false",
		` `:                    "a condition is missing",
	} {
		_, problems := r.Condition("when", source)
		if len(problems) != 1 || !strings.Contains(problems[0].String(), want) {
			t.Errorf("%s: %v, want %s", source, problems, want)
		}
	}
}

func TestAConditionThatFailsDoesNotHoldAndSaysWhy(t *testing.T) {
	t.Parallel()
	c, problems := besides(t).Condition("when", `details.value > 90`)
	if problems != nil {
		t.Fatal(problems)
	}
	if got, err := c.Holds(rules.Event{}, time.Now()); got || err == nil {
		t.Errorf("holds: %t, %v", got, err)
	}
}

func TestConditionsAreAskedByManyAtOnce(t *testing.T) {
	t.Parallel()
	r := besides(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				c, _ := r.Condition("when", `labels.customer in vips`)
				if ok, err := c.Holds(rules.Event{Labels: map[string]string{"customer": "acme"}}, time.Now()); !ok || err != nil {
					t.Errorf("%t, %v", ok, err)
				}
			}
		})
	}
	all.Wait()
}
