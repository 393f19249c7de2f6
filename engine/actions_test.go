package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestWhatCanBeDoneToAnAcknowledgedAlert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		act  alert.Action
		want string
		log  string
	}{
		{alert.Action{Do: alert.Unack}, "open", "0s ethan email\n2m0s ethan email\n12m0s jason email\n32m0s ethan email\n32m0s amir email\n32m0s darren email\n32m0s jason email\n"},
		{alert.Action{Do: alert.Snooze, Until: start.Add(30 * time.Minute)}, "open", "0s ethan email\n30m0s ethan email\n40m0s jason email\n"},
		{alert.Action{Do: alert.Escalate}, "open", "0s ethan email\n2m0s jason email\n22m0s ethan email\n22m0s amir email\n22m0s darren email\n22m0s jason email\n"},
		{alert.Action{Do: alert.Assign, Target: target(t, "user:darren")}, "open", "0s ethan email\n2m0s darren email\n12m0s jason email\n32m0s ethan email\n32m0s amir email\n32m0s darren email\n32m0s jason email\n"},
		{alert.Action{Do: alert.Close}, "closed", "0s ethan email\n"},
		{alert.Action{Do: alert.Ack}, "acked", "0s ethan email\n"},
	} {
		t.Run(string(c.act.Do), func(t *testing.T) {
			t.Parallel()
			tw := newTown(t, 1, standard)
			a := tw.fire(low)
			tw.wait(time.Minute)
			tw.ack(a, "ethan")
			tw.wait(time.Minute)
			c.act.By = "ethan"
			tw.act(a, c.act)
			tw.wait(40 * time.Minute)
			want(t, tw.phones.log(), "\n"+c.log)
			if got := tw.again(a); string(got.Status) != c.want {
				t.Errorf("status %s, want %s", got.Status, c.want)
			}
		})
	}
}

func TestEscalatingAtTheEndGoesToTheFallbackAndThenIsRefused(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	a := tw.fire(low)
	a = tw.act(a, alert.Action{Do: alert.Escalate, By: "amir"})
	if a.ExhaustedAt != start || tw.phones.to("darren", "email") != 1 {
		t.Errorf("exhausted at %v; want the fallback at once:\n%s", a.ExhaustedAt, tw.phones.log())
	}
	_, err := tw.engines[0].Act(context.Background(), string(a.ID), alert.Action{Do: alert.Escalate, By: "amir"})
	if refused := new(alert.Refused); !errors.As(err, &refused) {
		t.Errorf("error %v, want a refusal for people", err)
	}
}

func TestEscalatingMovesTheFallbackOnWhenItIsItThatRuns(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies:
  - {name: gap, steps: [{notify: ["schedule:empty"]}], repeat: {every: 1h, times: 1}}
  - {name: slow, steps: [{notify: ["user:amir"]}, {after: 30m, notify: ["user:jason"]}]}
rules: [{to: "policy:gap"}]
`)
	tw.reload(func(d *directory.Directory) { d.Fallback = "slow" })
	a := tw.fire(low)
	tw.wait(time.Minute)
	tw.act(a, alert.Action{Do: alert.Escalate, By: "amir"}) // the first policy waits for its second round
	tw.act(a, alert.Action{Do: alert.Escalate, By: "amir"})
	want(t, tw.phones.log(), "\n0s amir email\n1m0s jason email\n")
}

func TestAnExhaustedAlertIsListedUntilSomebodyHasIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	a := tw.fire(low)
	tw.wait(3 * time.Hour)
	listed := func() int {
		list, _, err := tw.engines[0].Alerts(context.Background(), engine.Filter{Exhausted: true}, store.Cursor{}, 10)
		_, counted, err2 := tw.engines[0].Counts(context.Background())
		if err != nil || err2 != nil || counted != len(list) {
			t.Fatalf("%d listed, %d counted, errors %v %v", len(list), counted, err, err2)
		}
		return counted
	}
	if listed() != 1 {
		t.Error("an alert for which everything was tried is not listed")
	}
	tw.ack(a, "ethan")
	if listed() != 0 {
		t.Error("an acknowledged alert is listed as exhausted")
	}
	tw.act(a, alert.Action{Do: alert.Unack, By: "ethan"})
	if listed() != 0 {
		t.Error("an alert that is tried again is listed as exhausted")
	}
}

func TestAClosedAlertIsDeletedWhenItsTimeIsOverAndItsKeyIsFree(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard+`
retention: {alerts: 30d}
`)
	a := tw.fire(low)
	tw.resolve("x")
	tw.jump(30*24*time.Hour - time.Minute)
	if tw.again(a).Status != alert.Closed {
		t.Fatal("it is not there any more before its time")
	}
	tw.wait(2 * time.Minute)
	if _, err := tw.engines[0].Alert(context.Background(), string(a.ID)); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("error %v, want that it is gone", err)
	}
	if _, err := tw.engines[0].Alert(context.Background(), "#1"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("error %v by its number, want that it is gone", err)
	}
	if list, _, _ := tw.engines[0].Alerts(context.Background(), engine.Filter{}, store.Cursor{}, 10); len(list) != 0 {
		t.Errorf("%d alerts are listed", len(list))
	}
	if b := tw.fire(low); b.Number != 2 {
		t.Errorf("#%d, want a new number", b.Number)
	}
}

func TestTheDeletionOfAnOldAlertLeavesItsSuccessorTheKey(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard+`
retention: {alerts: 30d}
`)
	tw.fire(low)
	tw.resolve("x")
	tw.jump(24 * time.Hour)
	b := tw.fire(low)
	tw.ack(b, "ethan")
	tw.jump(30 * 24 * time.Hour)
	if c := tw.fire(low); c.ID != b.ID {
		t.Errorf("#%d, want the open #%d", c.Number, b.Number)
	}
}

func TestANoteIsKeptThoughNothingElseChanges(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	a := tw.fire(low)
	tw.act(a, alert.Action{Do: alert.Note, By: "jason", Note: "looking at the disk"})
	if last := tw.again(a).Timeline; last[len(last)-1].Text != "looking at the disk" {
		t.Errorf("timeline %+v", last)
	}
}
