package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// take sends a firing event to a replica, and runs nothing of what follows.
func (tw *town) take(replica int, ev event.Event) *alert.State {
	tw.Helper()
	ev.Status = event.Firing
	got, err := tw.engines[replica-1].Ingest(context.Background(), "prom", []event.Event{ev})
	if err != nil {
		tw.Fatal(err)
	}
	return tw.stored(got[0].ID)
}

// stored is an alert as it is in the store.
func (tw *town) stored(id store.ID) *alert.State {
	tw.Helper()
	for _, e := range tw.engines {
		if e == nil {
			continue
		}
		a, err := e.Alert(context.Background(), string(id))
		if err == nil {
			return a
		}
	}
	tw.Fatalf("no replica knows alert %s", id)
	return nil
}

func (tw *town) timeline(id store.ID, kind string) (n int) {
	for _, e := range tw.stored(id).Timeline {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func TestAPageWhoseReplicaDiesBeforeSendingIsSentOnceByTheOther(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, toAmir)
	a := tw.take(1, disk)
	if p := a.Pages[0]; p.Status != page.Sending || p.Replica != "r1" {
		t.Fatalf("page %+v, want it claimed by r1 in the commit that made it", p)
	}
	tw.crash(1)
	tw.wait(10 * time.Minute)
	want(t, tw.phones.log(), "\n15s amir email\n")
	if p := tw.stored(a.ID).Pages[0]; p.Attempts != 2 || p.Failures != 0 {
		t.Errorf("%d attempts and %d failures, want two attempts: a crash of ours is no refusal", p.Attempts, p.Failures)
	}
}

func TestAPageWhoseReplicaDiesAfterSendingIsSentTwiceAndNoMore(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, toAmir)
	sent := false
	tw.phones.fail = func(deliver.Message) error {
		if !sent {
			sent = true
			tw.crash(1)
		}
		return nil
	}
	tw.take(1, disk)
	tw.wait(10 * time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n15s amir email\n")
}

func TestAReplicaThatWasFrozenSendsNothingThatAnotherTookOver(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, toAmir)
	tw.frozen[0] = true
	a := tw.take(1, disk)
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n15s amir email\n")
	tw.frozen[0] = false
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n15s amir email\n")
	if tw.timeline(a.ID, "late_outcome") != 1 {
		t.Error("the timeline does not tell of the claim that came to its end too late")
	}
}

func TestAnOutcomeThatComesTooLateIsNotedAndChangesNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, toAmir)
	froze := false
	tw.phones.fail = func(deliver.Message) error {
		if !froze { // while its message is on its way
			froze = true
			tw.frozen[0], tw.faults[0].away = true, true
		}
		return nil
	}
	a := tw.take(1, disk)
	tw.wait(time.Minute)
	tw.frozen[0], tw.faults[0].away = false, false
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n15s amir email\n")
	got := tw.stored(a.ID)
	if p := got.Pages[0]; p.Status != page.Sent || p.Ref != "email-2" {
		t.Errorf("page %s %s, want what the second replica sent", p.Status, p.Ref)
	}
	if tw.timeline(a.ID, "late_outcome") != 1 {
		t.Errorf("timeline %+v, want one word about the late outcome", got.Timeline)
	}
}

func TestTwoReplicasThatRacePageOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, `
policies: [{name: late, steps: [{after: 10s, notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:late"}]
`)
	tw.take(1, disk)
	tw.clock.t = start.Add(10 * time.Second)
	tw.faults[0].before = func() { tw.step(2) } // between r1's look and its commit
	tw.step(1)
	if len(tw.tasks) != 1 {
		t.Fatalf("%d sends, want one", len(tw.tasks))
	}
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n10s amir email\n")
}

// step lets one replica look once at what is due.
func (tw *town) step(replica int) {
	_, _ = tw.engines[replica-1].Step(context.Background(), tw.clock.t)
}

func TestAnAckThatCommitsBeforeTheClaimStopsThePage(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	a := tw.take(1, event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.settle()
	tw.clock.t = start.Add(10 * time.Minute)
	tw.faults[0].before = func() { tw.ackAt(2, a) }
	tw.step(1) // would have taken step 2
	tw.wait(time.Hour)
	want(t, tw.phones.log(), "\n0s ethan email\n10m0s ethan email notice: Acknowledged by jason\n")
}

func TestAnAckThatCommitsAfterTheClaimLosesTheRaceAndStopsTheRest(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	a := tw.take(1, event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.settle()
	tw.clock.t = start.Add(10 * time.Minute)
	tw.faults[1].before = func() { tw.step(1) } // r1 claims step 2 just before the ack
	tw.ackAt(2, a)
	tw.wait(time.Hour)
	log := tw.phones.log()
	if strings.Count(log, "10m0s jason email\n") != 1 || strings.Contains(log, "30m") {
		t.Errorf("want jason's page, which was claimed before the ack, and nothing after:\n%s", log)
	}
}

func (tw *town) ackAt(replica int, a *alert.State) {
	tw.Helper()
	_, err := tw.engines[replica-1].Act(context.Background(), string(a.ID), alert.Action{Do: alert.Ack, By: "jason"})
	if err != nil {
		tw.Error(err)
	}
}

func TestConflictsCostNothingButAnotherTry(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.faults[0].conflicts = 20
	a := tw.fire(disk)
	want(t, tw.phones.log(), "\n0s amir email\n")
	tw.faults[0].conflicts = 20
	tw.ack(a, "amir")
	for i := range 4 { // the tries before have not used up what amir may get
		tw.fire(event.Event{DedupKey: string(rune('a' + i)), Title: "x", Priority: "P1"})
	}
	if n := tw.phones.to("amir", "email"); n != 5 {
		t.Errorf("%d pages, want 5 at once:\n%s", n, tw.phones.log())
	}
}

func TestACommitWhoseAnswerIsLostLosesNoPage(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.faults[0].lost = 1
	firing := disk
	firing.Status = event.Firing
	if _, err := tw.engines[0].Ingest(context.Background(), "prom", []event.Event{firing}); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("error %v: the sender must be told to send again", err)
	}
	a := tw.fire(disk) // as a sender does
	if a.Number != 1 || a.Count != 2 {
		t.Errorf("alert #%d, count %d, want the first one to go on", a.Number, a.Count)
	}
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n15s amir email\n")
}

func TestAnOutcomeWhoseCommitLostItsAnswerIsNoSecondMessage(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.phones.fail = func(deliver.Message) error { tw.faults[0].lost = 2; return nil }
	a := tw.fire(disk)
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n")
	if tw.timeline(a.ID, "late_outcome") != 0 || tw.timeline(a.ID, "paged") != 1 {
		t.Errorf("timeline %+v, want one page and no suspicion", tw.stored(a.ID).Timeline)
	}
}

func TestAStoreThatIsAwayForAMinuteDelaysButLosesNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	a := tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	tw.wait(9*time.Minute + 30*time.Second)
	tw.faults[0].away = true
	tw.wait(time.Minute)
	if _, err := tw.engines[0].Ingest(context.Background(), "prom", []event.Event{disk}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error %v while the store is away", err)
	}
	tw.faults[0].away = false
	tw.wait(time.Minute)
	if tw.phones.to("jason", "email") != 1 || tw.phones.at[1].After(start.Add(11*time.Minute)) {
		t.Errorf("want jason's page within half a second of the store's return:\n%s", tw.phones.log())
	}
	tw.ack(a, "jason")
}

func TestCommitsThatFailUseUpNobodysBudget(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: late, steps: [{after: 10s, notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:late"}]
`)
	tw.fire(disk)
	tw.wait(9 * time.Second)
	tw.faults[0].refused = 12
	tw.wait(20 * time.Second)
	if tw.phones.to("amir", "email") != 1 {
		t.Errorf("want the page as soon as the store takes the claim:\n%q", tw.phones.log())
	}
}

func TestASentMessageIsNotSentAgainWhenTheStoreWasAwayForItsOutcome(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.phones.fail = func(deliver.Message) error { tw.faults[0].away = true; return nil }
	tw.take(1, disk)
	tw.wait(10 * time.Second)
	tw.phones.fail = nil
	tw.faults[0].away = false
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n")
}

func TestClaimsThatLostARaceLeaveNoTrace(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: late, steps: [{after: 10s, notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:late"}]
`)
	tw.storm(5)
	tw.wait(9 * time.Second)
	tw.faults[0].conflicts = 30 // more than there are places
	tw.wait(time.Second)
	if n := tw.phones.to("amir", "email"); n != 5 {
		t.Errorf("%d pages at their time, want 5:\n%s", n, tw.phones.log())
	}
}
