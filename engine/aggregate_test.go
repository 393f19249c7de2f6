package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/bolt"
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

// Whatever commit fails, is lost or is answered by nobody, and whoever crashes between two of them: one alert is opened, and
// in the end it is closed.
func TestAFaultBetweenTheCommitsNeitherLosesNorDoublesAnAlarm(t *testing.T) {
	t.Parallel()
	for n := range 12 {
		for name, fault := range map[string]func(*faulty){
			"refused":   func(f *faulty) { f.refused = 1 },
			"lost":      func(f *faulty) { f.lost = 1 },
			"conflicts": func(f *faulty) { f.conflicts = 1 },
		} {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				t.Parallel()
				tw := newTown(t, 2, wideAlarm)
				tw.keep()
				tw.sick("a", 1)
				tw.sick("b", 1)
				var left int
				var arm func(f *faulty) func()
				arm = func(f *faulty) func() { // the n-th commit from now on
					return func() {
						if left == 0 {
							fault(f)
							return
						}
						left--
						f.before = arm(f)
					}
				}
				hit := func(do func()) { // what follows from it meets the fault
					tw.frozen[0], tw.frozen[1] = true, true
					do()
					tw.frozen[0], tw.frozen[1] = false, false
					left = n
					tw.faults[0].before = arm(tw.faults[0])
					tw.wait(2 * time.Minute)
					tw.faults[0].before = nil
				}
				hit(func() { tw.sick("c", 1) })
				if n%3 == 0 {
					tw.crash(1)
					tw.start(0, tw.world(wideAlarm))
					tw.faults[0].away = false
				}
				tw.wait(2 * time.Minute)
				if got := tw.alarms(); len(got) != 1 || got[0].Status != alert.Open || len(tw.wide().Members) != 3 {
					t.Fatalf("%d alerts of aggregates, %d members", len(got), len(tw.wide().Members))
				}
				hit(func() {
					for _, key := range []string{"a1", "b1", "c1"} {
						tw.resolve(key)
					}
				})
				tw.wait(time.Hour)
				if got := tw.alarms(); len(got) != 1 || got[0].Status != alert.Closed || len(tw.wide().Members) != 0 {
					t.Errorf("%d alerts of aggregates, the first %s, %d members", len(got), got[0].Status, len(tw.wide().Members))
				}
			})
		}
	}
}

func TestAReplicaThatCrashesBeforeItTellsAnAggregateIsReplaced(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wideAlarm)
	tw.frozen[0], tw.frozen[1] = true, true
	for _, service := range []string{"a", "b", "c"} {
		tw.sick(service, 1)
	}
	tw.crash(1)
	tw.frozen[1] = false
	tw.wait(2 * time.Minute)
	list, _, err := tw.engines[1].Alerts(context.Background(), engine.Filter{Statuses: []alert.Status{alert.Open}}, store.Cursor{}, 10)
	if err != nil || len(list) != 4 {
		t.Errorf("%d alerts are open, want three and the aggregate's: %v", len(list), err)
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

func TestWhatAnAggregateCountsOutlivesARestartFromAFile(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wideAlarm)
	path := filepath.Join(t.TempDir(), "tocsin.db")
	run := func(do func()) {
		s, err := bolt.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		tw.engines[0] = engine.New(engine.Options{
			Store: clocked{s, tw.clock.now}, Replica: "r", World: tw.world(wideAlarm),
			Run:  func(f func()) { tw.tasks = append(tw.tasks, task{0, f}) },
			Pick: func(int) int { return 0 }, Watch: tw.counts, Log: slog.New(slog.DiscardHandler),
		})
		tw.engines[0].Delivery.Configure(tw.setup())
		do()
	}
	run(func() { tw.sick("a", 1); tw.sick("b", 1) })
	tw.clock.t = start.Add(4 * time.Minute)
	run(func() { tw.sick("c", 1); tw.wait(time.Second) })
	run(func() {
		if got := tw.alarms(alert.Open); len(got) != 1 {
			t.Fatalf("%d alerts of aggregates", len(got))
		}
		tw.resolve("a1")
	})
	tw.clock.t = start.Add(time.Hour) // it was over while it was down
	run(func() {
		tw.wait(time.Second)
		if got := tw.alarms(); len(got) != 1 || got[0].Status != alert.Closed {
			t.Errorf("alerts of aggregates: %+v", got)
		}
	})
}
