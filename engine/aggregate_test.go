package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

const wideAlarm = `
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 240h}, {name: darren, steps: [{notify: ["user:darren"]}], exhausted_after: 240h}]
rules:
  - {when: 'labels.quiet == "yes"', to: nobody}
  - {when: 'labels.slow == "yes"', delay: 10m, to: "policy:amir"}
  - {set: {tags: [routed]}, to: "policy:amir"}
aggregates:
  - {name: wide, when: 'priority in ["P1", "P2"] and "routed" in tags', count: service, to: "policy:darren", incident: true}
  - {name: broken, when: details.size > 3, count: service}
`

// sick fires an alert of a service.
func (tw *town) sick(service string, n int) *alert.State {
	tw.Helper()
	return tw.fire(event.Event{DedupKey: fmt.Sprint(service, n), Title: service + " fails", Service: service, Priority: "P2"})
}

// alarms are the alerts of aggregates.
func (tw *town) alarms(statuses ...alert.Status) (list []*alert.State) {
	tw.Helper()
	for _, a := range tw.alerts(statuses...) {
		if a.Integration == aggregate.Integration {
			list = append(list, a)
		}
	}
	return list
}

func (tw *town) wide() *aggregate.State {
	tw.Helper()
	for _, e := range tw.engines {
		if e == nil {
			continue
		}
		list, err := e.Aggregates(context.Background())
		if err != nil {
			tw.Fatal(err)
		}
		for _, s := range list {
			if s.Name == "wide" {
				return s
			}
		}
	}
	tw.Fatal("there is no aggregate")
	return nil
}

func TestThreeServicesWithinFiveMinutesOpenOneAlertThatPagesAndAnIncident(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wideAlarm)
	tw.keep()
	tw.sick("checkout", 1)
	tw.wait(2 * time.Minute)
	tw.sick("checkout", 2)
	tw.sick("search", 1)
	tw.wait(time.Minute)
	if got := tw.alarms(); len(got) != 0 {
		t.Fatalf("two services open %q", got[0].Title)
	}
	tw.sick("payment", 1)
	tw.wait(time.Minute)
	open := tw.alarms(alert.Open)
	if len(open) != 1 {
		t.Fatalf("%d alerts of aggregates, want one", len(open))
	}
	a := open[0]
	if a.Title != "3 services have alerts: checkout, search, payment" || a.Policy != "darren" || a.Priority != "P1" || a.Count != 1 || a.Incident == "" ||
		!strings.Contains(a.Description, "payment fails") || tw.phones.to("darren", "email") != 1 {
		t.Errorf("%q to %s, %s, %d events, incident %q:\n%s\n%s", a.Title, a.Policy, a.Priority, a.Count, a.Incident, a.Description, tw.phones.log())
	}
	tw.sick("login", 1) // a fourth is of the same
	tw.wait(time.Hour)
	if got := tw.alarms(); len(got) != 1 || len(tw.wide().Members) != 5 {
		t.Errorf("%d alerts of aggregates, %d members", len(got), len(tw.wide().Members))
	}
}

func TestWhatPagesNobodyOrIsNotMeantOrIsFarApartOpensNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wideAlarm)
	tw.keep()
	for i, service := range []string{"a", "b", "c", "d"} {
		tw.fire(event.Event{DedupKey: fmt.Sprint("quiet", i), Title: "quiet", Service: service, Priority: "P1", Labels: map[string]string{"quiet": "yes"}})
		tw.fire(event.Event{DedupKey: fmt.Sprint("low", i), Title: "low", Service: service, Priority: "P4"})
		tw.fire(event.Event{DedupKey: fmt.Sprint("none", i), Title: "of no service", Priority: "P1"})
		tw.sick("one", i)
	}
	tw.wait(6 * time.Minute)
	tw.sick("two", 1)
	tw.wait(6 * time.Minute)
	tw.sick("three", 1)
	tw.wait(time.Hour)
	if got := tw.alarms(); len(got) != 0 {
		t.Errorf("it opens %q", got[0].Title)
	}
	plain := tw.fire(event.Event{DedupKey: "plain", Title: "plain", Priority: "P5"})
	if plain.Feeding != nil {
		t.Errorf("an alert that no aggregate counts keeps %+v", plain.Feeding)
	}
}

func TestAnAlertThatIsDelayedCountsWhenItPages(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: amir, steps: [{notify: ["user:amir"]}]}]
rules: [{delay: 10m, to: "policy:amir"}]
aggregates: [{name: wide, when: true, to: "policy:amir"}]
`)
	for i := range 3 {
		tw.fire(event.Event{DedupKey: fmt.Sprint(i), Title: "x", Priority: "P2"})
	}
	tw.wait(10*time.Minute - time.Second)
	if got := tw.alarms(); len(got) != 0 {
		t.Fatal("alerts that nobody is paged for yet count")
	}
	tw.wait(2 * time.Second)
	if got := tw.alarms(); len(got) != 1 || got[0].Title != "3 alerts began within 5m0s" {
		t.Fatalf("alerts of aggregates: %+v", got)
	}
}

func TestWhereTheAlertOfAnAggregateGoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ to, rule, policy, team string }{
		"to a policy":           {`to: "policy:amir"`, "", "amir", ""},
		"to a team":             {`to: "team:north"`, "", "darren", "north"},
		"as the rules decide":   {``, `{when: 'integration == "tocsin:aggregate" and source == "wide"', group_by: [priority], require: {events: 5, within: 1h}, to: "policy:darren"}`, "darren", ""},
		"to the fallback":       {``, `{when: 'integration == "prom"', to: "policy:amir"}`, "everyone", ""},
		"nobody, says the rule": {``, `{when: 'integration == "tocsin:aggregate"', to: nobody}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := "{when: 'integration == \"prom\"', to: \"policy:amir\"}"
			if c.rule != "" {
				rules = c.rule + ", " + rules
			}
			tw := newTown(t, 1, `
policies: [{name: amir, steps: [{notify: ["user:amir"]}]}, {name: darren, steps: [{notify: ["user:darren"]}]}]
teams: [{name: north, members: [darren], default_policy: darren}]
rules: [`+rules+`]
aggregates: [{name: wide, when: 'true', count: service, title: Wide, `+c.to+`}]
`)
			for _, service := range []string{"a", "b", "c"} {
				tw.sick(service, 1)
			}
			tw.wait(time.Minute)
			got := tw.alarms()
			if len(got) != 1 || got[0].Policy != c.policy || got[0].Team != c.team || got[0].Held() || got[0].Title != "Wide" {
				t.Fatalf("alerts of aggregates: %+v", got)
			}
			for _, service := range []string{"a", "b", "c"} {
				tw.resolve(service + "1")
			}
			tw.wait(6 * time.Minute)
			if a := tw.again(got[0]); a.Status != alert.Closed {
				t.Errorf("it is %s in the end", a.Status)
			}
		})
	}
}

func TestAnAlertThatItsSourceCallsOverDoesNotCountUntilItFiresAgain(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wideAlarm)
	tw.keep()
	kept := event.Event{Status: event.Firing, DedupKey: "k", Title: "kept", Service: "kept", Priority: "P1"}
	tw.ingest("keep", kept)
	tw.wait(time.Minute)
	kept.Status = event.Resolved
	tw.ingest("keep", kept)
	tw.sick("a", 1)
	tw.sick("b", 1)
	tw.wait(time.Minute)
	if got, members := tw.alarms(), tw.wide().Members; len(got) != 0 || len(members) != 2 {
		t.Fatalf("%d alerts of aggregates, members %+v", len(got), members)
	}
	kept.Status = event.Firing
	tw.ingest("keep", kept)
	tw.wait(time.Minute)
	if got := tw.alarms(); len(got) != 1 {
		t.Errorf("%d alerts of aggregates", len(got))
	}
}

func TestAnAggregateEndsWhenTooFewAreOpenAndFiresAnew(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wideAlarm)
	for _, service := range []string{"a", "b", "c"} {
		tw.sick(service, 1)
	}
	tw.wait(time.Minute)
	a := tw.alarms(alert.Open)[0]
	tw.resolve("a1")
	tw.wait(5*time.Minute - time.Second)
	if got := tw.again(a); got.Status != alert.Open {
		t.Fatalf("it is %s too early", got.Status)
	}
	tw.wait(2 * time.Second)
	if got := tw.again(a); got.Status != alert.Closed {
		t.Fatalf("it is %s", got.Status)
	}
	tw.resolve("b1")
	tw.resolve("c1")
	tw.wait(time.Hour)
	if n := len(tw.wide().Members); n != 0 {
		t.Errorf("%d members are left", n)
	}
	for _, service := range []string{"a", "b", "c"} {
		tw.sick(service, 2)
	}
	tw.wait(time.Minute)
	if got := tw.alarms(alert.Open); len(got) != 1 || len(tw.alarms()) != 2 {
		t.Errorf("%d of %d alerts of aggregates are open", len(got), len(tw.alarms()))
	}
}

func TestAConditionThatFailsCountsNothingAndIsSaid(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wideAlarm)
	tw.fire(event.Event{DedupKey: "x", Title: "x", Service: "x", Details: map[string]any{"size": "large"}})
	a := tw.alerts()[0]
	said := false
	for _, e := range a.Timeline {
		said = said || strings.Contains(e.Text, "aggregate broken does not count it")
	}
	if !said || tw.counts.ruleErrors == 0 || a.Feeding != nil {
		t.Errorf("said: %t, %d errors, feeding %+v", said, tw.counts.ruleErrors, a.Feeding)
	}
}

func TestARemovedAggregateClosesItsAlert(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wideAlarm)
	for _, service := range []string{"a", "b", "c"} {
		tw.sick(service, 1)
	}
	tw.wait(time.Minute)
	without, _, _ := strings.Cut(wideAlarm, "aggregates:")
	tw.configure(without)
	tw.resolve("a1") // nobody counts it any more
	tw.wait(time.Minute)
	list, err := tw.engines[0].Aggregates(context.Background())
	if got := tw.alarms(); err != nil || len(list) != 0 || len(got) != 1 || got[0].Status != alert.Closed {
		t.Errorf("%d aggregates, %v; alerts of them: %+v", len(list), err, got)
	}
	if a := tw.alerts(alert.Closed); len(a) != 2 || a[0].Feeding != nil && a[0].Feeding.Pending || a[1].Feeding != nil && a[1].Feeding.Pending {
		t.Errorf("an alert still tries to tell an aggregate that is gone")
	}
}
