package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

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

func TestWhatAnAggregateCountsOutlivesARestartFromAFile(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wideAlarm)
	run := tw.onFile()
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

func TestAStormOfAlertsOpensOneAlarmAndIsOverWithIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wideAlarm)
	tw.keep()
	var storm []event.Event
	for i := range aggregate.MaxMembers + 100 {
		storm = append(storm, event.Event{Status: event.Firing, DedupKey: fmt.Sprint("storm", i), Title: "x", Service: fmt.Sprint("s", i%4), Priority: "P1"})
	}
	tw.ingest("prom", storm...)
	tw.wait(time.Minute)
	if s := tw.wide(); len(tw.alarms()) != 1 || len(s.Members) != aggregate.MaxMembers || !s.More || len(s.Values()) != 4 {
		t.Fatalf("%d alerts of aggregates, %d members", len(tw.alarms()), len(s.Members))
	}
	for i := range storm {
		storm[i].Status = event.Resolved
	}
	tw.ingest("prom", storm...)
	tw.wait(10 * time.Minute)
	if s := tw.wide(); s.Firing() || len(s.Members) != 0 || s.More || len(tw.alarms(alert.Open)) != 0 {
		t.Errorf("fires: %t, %d members, more: %t", s.Firing(), len(s.Members), s.More)
	}
}
