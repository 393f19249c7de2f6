package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const toAmir = `
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:amir"}]
`

// storm fires n alerts at once, from the least to the worst priority and round again.
func (tw *town) storm(n int) []*alert.State {
	tw.Helper()
	events := make([]event.Event, n)
	for i := range events {
		key := fmt.Sprintf("a%d", i)
		events[i] = event.Event{Status: event.Firing, DedupKey: key, Title: key, Priority: event.Priorities[4-i%5]}
	}
	alerts := make([]*alert.State, n)
	for i, r := range tw.ingest("prom", events...) {
		alerts[i] = tw.alert(r)
	}
	return alerts
}

// acknowledgeAll does what the link of a bundle does.
func (tw *town) acknowledgeAll(m deliver.Message, by string) {
	tw.Helper()
	t, err := tw.signer.Open(m.Token, tw.clock.t)
	if err != nil {
		tw.Fatal(err)
	}
	list, err := tw.engines[0].Bundle(context.Background(), t.Subject)
	if err != nil || len(list) == 0 {
		tw.Fatalf("the link of the bundle leads to %d alerts, error %v", len(list), err)
	}
	for _, a := range list {
		if _, err := tw.engines[0].Act(context.Background(), string(a.ID), alert.Action{Do: alert.Ack, By: by, Via: "bundle"}); err != nil {
			tw.Fatal(err)
		}
	}
	tw.settle()
}

func TestTheSixthPageInAMinuteIsBundled(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	alerts := tw.storm(8)
	want(t, tw.phones.log(), strings.Repeat("\n0s amir email", 5)+"\n")
	tw.wait(2 * time.Minute)
	if len(tw.phones.got) != 6 {
		t.Fatalf("%d messages, want 5 pages and a bundle:\n%s", len(tw.phones.got), tw.phones.log())
	}
	bundle := tw.phones.got[5]
	if at := tw.phones.at[5].Sub(start); at < time.Minute || at > time.Minute+time.Second {
		t.Errorf("the bundle came after %v, want the end of the minute", at)
	}
	var got []string
	for _, a := range bundle.Bundle {
		got = append(got, a.Priority+" "+a.Title)
	}
	if fmt.Sprint(got) != "[P3 a7 P4 a6 P5 a5]" {
		t.Errorf("bundle %v, want the worst first", got)
	}
	tw.acknowledgeAll(bundle, "amir")
	for i, a := range alerts {
		status := alert.Open
		if i >= 5 {
			status = alert.Acked
		}
		if got := tw.again(a); got.Status != status {
			t.Errorf("alert %d is %s, want %s", i, got.Status, status)
		}
	}
}

func TestTheFirstPageAfterAQuietTimeNeverWaits(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.storm(8)
	tw.wait(3 * time.Minute)
	tw.fire(event.Event{DedupKey: "late", Title: "late", Priority: "P5"})
	if n := len(tw.phones.got); n != 7 || tw.phones.at[6] != tw.clock.t {
		t.Errorf("the page of a quiet time waits:\n%s", tw.phones.log())
	}
}

func TestAnAlertThatWasAcknowledgedIsNotInTheBundle(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	alerts := tw.storm(8)
	tw.wait(30 * time.Second)
	tw.ack(alerts[6], "jason")
	tw.wait(time.Minute)
	last := tw.phones.got[len(tw.phones.got)-1]
	if len(last.Bundle) != 2 {
		t.Fatalf("bundle of %d, want the two that are open:\n%s", len(last.Bundle), tw.phones.log())
	}
	for _, a := range last.Bundle {
		if a.ID == alerts[6].ID {
			t.Error("paged for an alert after its acknowledgement")
		}
	}
}

func TestAStormGivesABoundedNumberOfMessages(t *testing.T) {
	t.Parallel()
	n := 5000
	if testing.Short() {
		n = 500
	}
	tw := newTown(t, 1, toAmir)
	tw.storm(n)
	tw.wait(2 * time.Minute)
	if len(tw.phones.got) != 6 {
		t.Fatalf("%d messages for %d alerts, want 5 pages and a bundle", len(tw.phones.got), n)
	}
	bundle := tw.phones.got[5]
	if len(bundle.Bundle) != n-5 || bundle.Bundle[0].Priority != "P1" {
		t.Fatalf("bundle of %d, the first %s", len(bundle.Bundle), bundle.Bundle[0].Priority)
	}
	tw.acknowledgeAll(bundle, "jason")
	tw.wait(2 * time.Minute)
	notices := tw.phones.got[6:]
	if len(notices) != 6 {
		t.Fatalf("%d notices of %d acknowledgements, want 5 and the rest in one", len(notices), n-5)
	}
	last := notices[5]
	if last.Kind != page.Notice || last.Title != fmt.Sprintf("%d alerts: Acknowledged by jason", n-10) || len(last.Bundle) > 0 || strings.Count(last.Text, "\n") > 30 {
		t.Errorf("the rest of the news is %s %q", last.Kind, last.Title)
	}
}

func TestNewsNeverHoldsUpAPage(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	alerts := tw.storm(5)
	tw.wait(2 * time.Minute)
	for _, a := range alerts {
		tw.ack(a, "jason")
	}
	tw.fire(disk)
	if last := tw.phones.got[len(tw.phones.got)-1]; last.Kind != page.Escalation {
		t.Errorf("five notices made a page wait:\n%s", tw.phones.log())
	}
}

func TestABundleWhoseReplicaDiesGoesOutAsOneAgain(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, toAmir)
	tw.storm(12)
	tw.frozen[1] = true
	tw.phones.fail = func(m deliver.Message) error {
		if len(m.Bundle) > 0 {
			tw.crash(1) // it was sent, and nobody hears of it
		}
		return nil
	}
	tw.wait(61 * time.Second)
	tw.frozen[1] = false
	tw.wait(30 * time.Second)
	if n := len(tw.phones.got); n != 7 || len(tw.phones.got[6].Bundle) != 7 {
		t.Fatalf("want 5 pages, a bundle of 7, and that bundle again:\n%s", tw.phones.log())
	}
	tw.engines[0] = tw.engines[1]
	tw.acknowledgeAll(tw.phones.got[5], "amir") // the first may have arrived: its link works, too
}

func TestABundleThatIsRefusedIsTriedAgainAsOne(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	refused := 0
	tw.phones.fail = func(m deliver.Message) error {
		if len(m.Bundle) > 0 && refused < 2 {
			refused++
			return deliver.RetryAfter(0, "500")
		}
		return nil
	}
	tw.storm(50)
	tw.wait(5 * time.Minute)
	if n := len(tw.phones.got); n != 6 || len(tw.phones.got[5].Bundle) != 45 {
		t.Fatalf("want 5 pages and a bundle of 45:\n%s", tw.phones.log())
	}
}

func TestTwoReplicasThatGatherTheSameBundleSendItOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, toAmir)
	tw.storm(8)
	tw.wait(3 * time.Minute)
	if n := len(tw.phones.got); n != 6 || len(tw.phones.got[5].Bundle) != 3 {
		t.Errorf("want 5 pages and a bundle of 3:\n%s", tw.phones.log())
	}
}
