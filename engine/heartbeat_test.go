package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const nightly = `
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 240h}]
rules: [{when: 'integration == "backup"', to: "policy:amir"}]
integrations: [{name: backup, type: heartbeat, key: none, every: 2h, grace: 10m, title: The backup did not run, priority: P2}]
`

// keep does what the runner does all the time.
func (tw *town) keep() {
	tw.Helper()
	for i, e := range tw.engines {
		if e == nil || tw.frozen[i] {
			continue
		}
		if _, err := e.Keep(context.Background(), tw.clock.t); err != nil {
			tw.Fatal(err)
		}
	}
	tw.settle()
}

func (tw *town) ping(name string) {
	tw.Helper()
	if err := tw.engines[0].Ping(context.Background(), name); err != nil {
		tw.Fatal(err)
	}
	tw.settle()
}

func (tw *town) heartbeats() []*heartbeat.State {
	tw.Helper()
	list, err := tw.engines[0].Heartbeats(context.Background())
	if err != nil {
		tw.Fatal(err)
	}
	return list
}

func (tw *town) alerts(statuses ...alert.Status) []*alert.State {
	tw.Helper()
	list, _, err := tw.engines[0].Alerts(context.Background(), engine.Filter{Statuses: statuses}, store.Cursor{}, 1000)
	if err != nil {
		tw.Fatal(err)
	}
	return list
}

func (tw *town) configure(yaml string) {
	tw.Helper()
	world := tw.world(yaml)
	for _, e := range tw.engines {
		e.Reload(world)
	}
	tw.keep()
}

func TestAHeartbeatThatStopsOpensAnAlertAndItsReturnClosesIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, nightly)
	tw.keep()
	tw.wait(time.Hour)
	tw.ping("backup")
	tw.wait(2*time.Hour + 10*time.Minute - time.Second)
	if n := len(tw.alerts()); n != 0 {
		t.Fatalf("%d alerts within the grace", n)
	}
	tw.wait(time.Minute)
	open := tw.alerts(alert.Open)
	if len(open) != 1 || open[0].Title != "The backup did not run" || open[0].Priority != "P2" || open[0].Policy != "amir" || open[0].Integration != "backup" {
		t.Fatalf("alerts: %+v", open)
	}
	if !strings.Contains(open[0].Description, "2026-03-09 04:00:00 UTC") {
		t.Errorf("it does not say when it was last heard of: %q", open[0].Description)
	}
	if s := tw.heartbeats()[0]; !s.Late() {
		t.Error("it is not listed as late")
	}
	tw.wait(3 * time.Hour) // it stays one alert
	tw.ping("backup")
	tw.wait(time.Minute)
	if a := tw.again(open[0]); a.Status != alert.Closed || a.Count != 1 || len(tw.alerts()) != 1 {
		t.Errorf("the alert is %s after %d events, beside %d others", a.Status, a.Count, len(tw.alerts())-1)
	}
	tw.wait(3 * time.Hour)
	if n := len(tw.alerts(alert.Open)); n != 1 {
		t.Errorf("%d alerts are open when it stops once more, want one", n)
	}
}

func TestAHeartbeatThatNeverCameCountsFromWhenItWasConfigured(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, nightly)
	tw.keep()
	for range 24 {
		tw.wait(5 * time.Minute)
		tw.keep() // looking again and again puts nothing off
	}
	tw.wait(11 * time.Minute)
	if n := len(tw.alerts(alert.Open)); n != 1 {
		t.Errorf("%d alerts, want one", n)
	}
}

func TestAnotherPeriodCountsAtOnceAndARemovedHeartbeatIsForgotten(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, nightly)
	tw.keep()
	tw.ping("backup")
	tw.wait(30 * time.Minute)
	tw.configure(strings.Replace(nightly, "every: 2h", "every: 15m", 1))
	if n := len(tw.alerts(alert.Open)); n != 1 {
		t.Fatalf("%d alerts after a ping 30 min ago and a period of 15 min", n)
	}
	tw.configure(nightly)
	if n := len(tw.alerts(alert.Open)); n != 0 {
		t.Fatalf("%d alerts after it was given 2 h again", n)
	}
	tw.configure(strings.Replace(nightly, "every: 2h", "every: 15m", 1))
	tw.configure("")
	if n, left := len(tw.alerts(alert.Open)), len(tw.heartbeats()); n != 0 || left != 0 {
		t.Errorf("%d alerts and %d heartbeats of what is not configured any more", n, left)
	}
	if err := tw.engines[0].Ping(context.Background(), "backup"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a ping gives %v", err)
	}
	tw.configure(nightly)
	tw.wait(2 * time.Hour)
	if n := len(tw.alerts(alert.Open)); n != 0 {
		t.Error("it was late as soon as it was back")
	}
}

func TestNobodyIsAlarmedBecauseTocsinItselfWasAway(t *testing.T) {
	t.Parallel()
	t.Run("when the ping was due", func(t *testing.T) {
		t.Parallel()
		tw := newTown(t, 1, nightly)
		tw.keep()
		tw.wait(90 * time.Minute)
		tw.jump(4 * time.Hour)
		tw.engines[0].Resume()
		tw.keep()
		tw.wait(24 * time.Minute) // 15 minutes to retry, and the grace
		if n := len(tw.alerts()); n != 0 {
			t.Fatalf("%d alerts", n)
		}
		tw.wait(2 * time.Minute)
		if n := len(tw.alerts()); n != 1 {
			t.Errorf("%d alerts when the ping did not come after all", n)
		}
	})
	t.Run("until just before it counts as late", func(t *testing.T) {
		t.Parallel()
		tw := newTown(t, 1, nightly)
		tw.keep()
		tw.wait(time.Hour)
		tw.clock.t = tw.clock.t.Add(69 * time.Minute)
		tw.engines[0].Resume()
		tw.keep()
		tw.wait(10 * time.Minute)
		if n := len(tw.alerts()); n != 0 {
			t.Errorf("%d alerts", n)
		}
	})
}

func TestALateHeartbeatIsToldThoughTheStoreFailsInBetween(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, nightly)
	tw.keep()
	tw.wait(2*time.Hour + 9*time.Minute + 59*time.Second)
	tw.faults[0].refused, tw.faults[1].refused = 3, 3 // commits
	tw.wait(time.Minute)
	open := tw.alerts(alert.Open)
	if len(open) != 1 {
		t.Fatalf("%d alerts are open, want one", len(open))
	}
	tw.faults[0].refused, tw.faults[1].refused = 0, 2
	tw.ping("backup")
	tw.wait(time.Minute)
	if n := len(tw.alerts(alert.Open)); n != 0 {
		t.Errorf("%d alerts are open after the ping", n)
	}
}
