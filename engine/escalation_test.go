package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

const standard = `
rules: [{to: "policy:standard"}]
`

var disk = event.Event{DedupKey: "disk", Title: "Disk full on db-3", Priority: "P1"}

func want(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(want, "\n"+got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestThePolicyRunsToItsEndWhenNobodyAcknowledges(t *testing.T) {
	tw := newTown(t, 1, standard)
	a := tw.fire(disk)
	tw.wait(3 * time.Hour)
	want(t, tw.phones.log(), `
0s ethan slack
1m0s ethan sms
3m0s ethan voice
10m0s jason email
30m0s ethan slack
30m0s amir email
30m0s darren email
30m0s jason email
31m0s ethan sms
33m0s ethan voice
1h30m0s amir email
1h35m0s ethan slack
1h35m0s amir email
1h35m0s darren email
1h35m0s jason email
1h36m0s ethan sms
1h38m0s ethan voice
`)
	if got := tw.again(a); got.ExhaustedAt != start.Add(95*time.Minute) {
		t.Errorf("exhausted at %v, want 95 minutes after the start", got.ExhaustedAt)
	}
}

func TestNobodyIsPagedAfterTheAck(t *testing.T) {
	tw := newTown(t, 1, standard)
	a := tw.fire(disk)
	tw.wait(11 * time.Minute)
	a = tw.ack(a, "jason")
	tw.wait(24 * time.Hour)
	want(t, tw.phones.log(), `
0s ethan slack
1m0s ethan sms
3m0s ethan voice
10m0s jason email
11m0s ethan sms notice: Acknowledged by jason
`)
	if a.Status != alert.Acked || a.AckedBy != "jason" {
		t.Errorf("status %s by %q", a.Status, a.AckedBy)
	}
	if len(tw.phones.edit) != 1 || tw.phones.edit[0].Alert.Status != alert.Acked {
		t.Errorf("ethan's Slack message was edited %d times, want once, to show the ack", len(tw.phones.edit))
	}
}

func TestAWayThatFailsHandsOnToTheNextAtOnce(t *testing.T) {
	tw := newTown(t, 1, standard)
	tw.phones.fail = func(m deliver.Message) error {
		if m.Via == "slack" {
			return deliver.Permanent("user_not_found")
		}
		return nil
	}
	tw.fire(disk)
	tw.wait(4 * time.Minute)
	want(t, tw.phones.log(), `
0s ethan sms
3m0s ethan voice
`)
}

func TestAStepThatReachesNobodyHandsOnAtOnce(t *testing.T) {
	tw := newTown(t, 1, `
policies:
  - name: gap
    steps: [{notify: ["schedule:empty"]}, {after: 10m, notify: ["schedule:backup"]}, {after: 20m, notify: ["user:amir"]}]
rules: [{to: "policy:gap"}]
`)
	tw.phones.fail = func(m deliver.Message) error {
		if m.User.Name == "jason" {
			return deliver.Permanent("mailbox does not exist")
		}
		return nil
	}
	tw.fire(disk)
	want(t, tw.phones.log(), `
0s amir email
`)
	if tw.counts.unreachable != 2 {
		t.Errorf("%d steps counted as unreachable, want the empty one and jason's", tw.counts.unreachable)
	}
}

func TestWhatReachesNobodyGoesToTheFallbackAtOnce(t *testing.T) {
	tw := newTown(t, 1, `
policies: [{name: gap, steps: [{notify: ["schedule:empty"]}], repeat: {every: 1h, times: 2}}]
rules: [{to: "policy:gap"}]
`)
	tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	want(t, tw.phones.log(), `
0s ethan email
0s amir email
0s darren email
0s jason email
`)
}

func TestThePolicyIsRepeated(t *testing.T) {
	tw := newTown(t, 1, `
policies: [{name: twice, steps: [{notify: ["user:amir"]}, {after: 5m, notify: ["user:darren"]}], repeat: {every: 20m, times: 2}, exhausted_after: 1m}]
rules: [{to: "policy:twice"}]
`)
	tw.fire(disk)
	tw.wait(46 * time.Minute)
	want(t, tw.phones.log(), `
0s amir email
5m0s darren email
20m0s amir email
25m0s darren email
40m0s amir email
45m0s darren email
46m0s ethan slack
46m0s amir email
46m0s darren email
46m0s jason email
`)
}

func TestAnAckThatIsForgottenOpensTheAlertAgain(t *testing.T) {
	tw := newTown(t, 1, `
policies: [{name: once, steps: [{notify: ["user:amir"]}], ack_timeout: 30m}]
rules: [{to: "policy:once"}]
`)
	a := tw.fire(disk)
	tw.wait(time.Minute)
	tw.ack(a, "amir")
	tw.wait(31 * time.Minute)
	want(t, tw.phones.log(), `
0s amir email
31m0s amir email
`)
}

func TestAStepUnlessClosedIsTakenDespiteTheAck(t *testing.T) {
	tw := newTown(t, 1, `
policies:
  - name: major
    steps: [{notify: ["user:amir"]}, {after: 3m, notify: ["user:ethan"]}, {after: 5m, notify: ["team:west"], unless: closed}]
rules: [{to: "policy:major"}]
`)
	a := tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.wait(time.Minute)
	tw.ack(a, "amir")
	tw.wait(time.Hour)
	want(t, tw.phones.log(), `
0s amir email
5m0s ethan email
5m0s darren email
5m0s jason email
`)
}

func TestASnoozeSleepsAndWakes(t *testing.T) {
	tw := newTown(t, 1, standard)
	a := tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.wait(5 * time.Minute)
	tw.act(a, alert.Action{Do: alert.Snooze, By: "ethan", Until: start.Add(time.Hour)})
	tw.wait(66 * time.Minute)
	want(t, tw.phones.log(), `
0s ethan email
1h0m0s ethan email
1h10m0s jason email
`)
}

func TestEscalateNowTakesTheNextStep(t *testing.T) {
	tw := newTown(t, 1, standard)
	a := tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.wait(2 * time.Minute)
	tw.act(a, alert.Action{Do: alert.Escalate, By: "ethan"})
	tw.wait(10 * time.Minute)
	want(t, tw.phones.log(), `
0s ethan email
2m0s jason email
`)
}

func TestReassignPagesTheOtherAndGoesOnFromThere(t *testing.T) {
	tw := newTown(t, 1, standard)
	a := tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.wait(2 * time.Minute)
	tw.act(a, alert.Action{Do: alert.Assign, By: "ethan", Target: target(t, "user:darren")})
	tw.wait(11 * time.Minute)
	want(t, tw.phones.log(), `
0s ethan email
2m0s darren email
12m0s jason email
`)
}

func TestARefireWithinTheWindowReopensTheAlert(t *testing.T) {
	tw := newTown(t, 1, standard)
	a := tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.wait(2 * time.Minute)
	tw.resolve("x")
	tw.wait(9 * time.Minute)
	b := tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	if a.ID != b.ID || b.Status != alert.Open || b.Count != 2 {
		t.Fatalf("got alert #%d, %s, count %d; want #%d open again", b.Number, b.Status, b.Count, a.Number)
	}
	want(t, tw.phones.log(), `
0s ethan email
2m0s ethan email notice: Closed: resolved by its source
11m0s ethan email notice: Fires again
11m0s jason email
`)
	tw.resolve("x")
	tw.wait(10 * time.Minute)
	if c := tw.fire(event.Event{DedupKey: "x", Title: "x"}); c.ID == a.ID {
		t.Error("a re-fire after the window re-opened the old alert")
	}
}

func TestResendsRaiseTheCountAndPageNobody(t *testing.T) {
	tw := newTown(t, 1, standard)
	var a *alert.State
	for range 5 {
		a = tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
		tw.wait(time.Minute)
	}
	if a.Count != 5 {
		t.Errorf("count %d, want 5", a.Count)
	}
	want(t, tw.phones.log(), `
0s ethan email
`)
}

func TestAnAlertThatIsNotResentExpires(t *testing.T) {
	tw := newTown(t, 1, standard)
	ev := event.Event{DedupKey: "x", Title: "x", Priority: "P4", ExpiresAt: start.Add(4 * time.Minute)}
	tw.fire(ev)
	tw.wait(time.Minute)
	ev.ExpiresAt = start.Add(5 * time.Minute)
	a := tw.fire(ev)
	tw.wait(4*time.Minute - time.Second)
	if got := tw.again(a); got.Status != alert.Open {
		t.Fatalf("%s a second before it expires", got.Status)
	}
	tw.wait(time.Second)
	if got := tw.again(a); got.Status != alert.Closed || got.ClosedAt != start.Add(5*time.Minute) {
		t.Errorf("%s at %v, want closed when it expired", got.Status, got.ClosedAt)
	}
}

func TestARepeatedResolveNeverOpensAnything(t *testing.T) {
	tw := newTown(t, 1, standard)
	a := tw.fire(disk)
	for range 3 {
		tw.resolve("disk")
		tw.wait(time.Minute)
	}
	if got := tw.again(a); got.Status != alert.Closed {
		t.Errorf("status %s", got.Status)
	}
	if got := tw.ingest("prom", event.Event{Status: event.Resolved, DedupKey: "never seen"})[0]; got.ID != "" || got.Status != "ignored" {
		t.Errorf("a resolve of nothing made %+v", got)
	}
}

func TestKeepOnResolveOnlyMarksTheAlertRecovered(t *testing.T) {
	tw := newTown(t, 1, standard)
	r := tw.ingest("keep", event.Event{Status: event.Firing, DedupKey: "x", Title: "x"})[0]
	tw.ingest("keep", event.Event{Status: event.Resolved, DedupKey: "x"})
	a := tw.alert(r)
	if a.Status != alert.Open || a.RecoveredAt.IsZero() {
		t.Errorf("status %s, recovered at %v; want open and recovered", a.Status, a.RecoveredAt)
	}
}
