package engine_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

func TestAClockThatIsSetBackStopsNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	tw.fire(low)
	tw.wait(time.Minute)
	tw.clock.t = start.Add(-time.Hour) // it was wrong all the time
	tw.take(1, event.Event{DedupKey: "y", Title: "y", Priority: "P4"})
	tw.crash(1)
	tw.wait(20 * time.Second)
	if n := tw.phones.to("ethan", "email"); n != 2 {
		t.Errorf("ethan got %d mails, want the other replica to send the second:\n%s", n, tw.phones.log())
	}
	tw.wait(11 * time.Minute)
	if n := tw.phones.to("jason", "email"); n != 1 {
		t.Errorf("jason got %d mails, want the second alert's second step:\n%s", n, tw.phones.log())
	}
}

func TestABundleIsSentThoughTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.storm(8)
	tw.wait(time.Minute + 10*time.Millisecond) // the bundle is being gathered
	tw.clock.t = tw.clock.t.Add(-time.Second)
	tw.wait(2 * time.Second)
	tw.clock.t = tw.clock.t.Add(-30 * time.Minute)
	tw.wait(2 * time.Minute)
	if n := len(tw.phones.got); n != 6 {
		t.Errorf("%d messages, want 5 pages and the bundle:\n%s", n, tw.phones.log())
	}
}

func TestALongDowntimeIsMadeUpForWithoutABurstOfRepeats(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: r, steps: [{notify: ["user:amir"]}, {after: 5m, notify: ["user:darren"]}], repeat: {every: 20m, times: 5}, exhausted_after: 10m}]
rules: [{to: "policy:r"}]
`)
	tw.fire(low)
	tw.wait(time.Minute)
	tw.frozen[0] = true
	tw.wait(10 * time.Hour)
	tw.frozen[0] = false
	tw.wait(30 * time.Minute)
	want(t, tw.phones.log(), `
0s amir email
10h1m0s darren email
10h1m0s amir email
10h6m0s darren email
10h21m0s amir email
10h26m0s darren email
`)
}
