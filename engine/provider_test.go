package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// refuse makes a provider answer with err.
func (p *phones) refuse(via string, err error) {
	p.fail = func(m deliver.Message) error {
		if m.Via == via {
			return err
		}
		return nil
	}
}

const toEthan = `
policies: [{name: ethan, steps: [{notify: ["user:ethan"]}], exhausted_after: 24h}]
rules: [{to: "policy:ethan"}]
`

func TestAProviderThatIsAwayIsTriedAgainUntilItIsBack(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.phones.refuse("email", errors.New("connection refused"))
	a := tw.fire(disk)
	tw.wait(20 * time.Second) // tries at 0, 5 and 15 s
	if p := tw.again(a).Pages[0]; p.Attempts != 3 || p.Status != page.Pending || p.Error == "" {
		t.Errorf("page %s after %d attempts, error %q", p.Status, p.Attempts, p.Error)
	}
	tw.phones.fail = nil
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n35s amir email\n")
}

func TestAProviderThatStaysAwayFailsAndTheNextWayIsTaken(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: ethan, steps: [{notify: ["user:ethan"]}], exhausted_after: 24h}]
rules: [{to: "policy:ethan"}]
users: [{name: kate, slack: U09, email: kate@example.com, notify: {high: [{via: slack}, {via: email, after: 1h}], low: [{via: email}]}}]
`)
	tw.phones.refuse("slack", errors.New("502"))
	a := tw.fire(disk)
	tw.act(a, alert.Action{Do: alert.Assign, By: "jason", Target: target(t, "user:kate")})
	tw.wait(30 * time.Minute)
	if n := tw.phones.to("kate", "email"); n != 1 {
		t.Fatalf("kate got %d mails, want one instead of the Slack message:\n%s", n, tw.phones.log())
	}
	for _, p := range tw.again(a).Pages {
		if p.User == "kate" && p.Via == "slack" && (p.Status != page.Failed || p.Failures != 8) {
			t.Errorf("page over Slack is %s after %d refusals, want failed after 8", p.Status, p.Failures)
		}
	}
}

func TestARetryIsCancelledByAnAck(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.phones.refuse("email", errors.New("connection refused"))
	a := tw.fire(disk)
	tw.wait(7 * time.Second)
	tw.phones.fail = nil
	tw.ack(a, "jason")
	tw.wait(time.Hour)
	want(t, tw.phones.log(), "\n")
	if p := tw.again(a).Pages[0]; p.Status != page.Cancelled {
		t.Errorf("page is %s", p.Status)
	}
}

func TestADestinationAtItsRateLimitDelaysNoOther(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
channels: [{name: ops, type: slack, to: "#ops"}]
policies: [{name: both, steps: [{notify: ["channel:sre", "channel:ops", "user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:both"}]
`)
	limited := true
	tw.phones.fail = func(m deliver.Message) error {
		if limited && m.Channel != nil && m.Channel.Name == "sre" {
			limited = false
			return deliver.Limited(20*time.Second, "429")
		}
		return nil
	}
	tw.fire(disk)
	tw.wait(time.Second)
	tw.fire(event.Event{DedupKey: "y", Title: "y", Priority: "P1"}) // respects the pause without asking again
	tw.wait(time.Minute)
	want(t, tw.phones.log(), `
0s amir email
0s ops slack
1s amir email
1s ops slack
20s sre slack
20s sre slack
`)
}

func TestALongWaitOnOneWayHandsOnToTheNext(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toEthan)
	tw.phones.refuse("slack", deliver.Limited(time.Hour, "429"))
	tw.fire(disk)
	want(t, tw.phones.log(), "\n0s ethan sms\n")
	tw.wait(10 * time.Minute)
	tw.fire(event.Event{DedupKey: "y", Title: "y", Priority: "P1"}) // nobody asks Slack again, and ethan need not wait
	if n := tw.phones.to("ethan", "sms"); n != 2 {
		t.Errorf("%d text messages, want one for each alert at once:\n%s", n, tw.phones.log())
	}
}

func TestASlowProviderDelaysNoOtherAndTheStepsGoOn(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
storm: {messages: 1000}
policies:
  - name: two
    steps: [{notify: ["channel:sre", "user:amir"]}, {after: 1m, notify: ["user:jason"]}]
    exhausted_after: 24h
rules: [{to: "policy:two"}]
`)
	tw.phones.hang = func(m deliver.Message) bool { return m.Via == "slack" }
	for i := range 40 {
		tw.fire(event.Event{DedupKey: fmt.Sprint(i), Title: "x", Priority: "P1"})
	}
	if n := tw.phones.to("amir", "email"); n != 40 {
		t.Errorf("amir got %d mails of 40 while Slack hangs", n)
	}
	tw.wait(time.Minute)
	if n := tw.phones.to("jason", "email"); n != 40 {
		t.Errorf("jason got %d mails of 40 when the second step was due", n)
	}
}

func TestARateLimitIsKeptAndEverybodyIsServed(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
storm: {messages: 1000}
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:amir"}]
`)
	setup := tw.setup()
	setup.Limits = map[string]deliver.Limit{"email": {Rate: 2}}
	tw.engines[0].Delivery.Configure(setup)
	tw.storm(20)
	tw.wait(10 * time.Second)
	if n := len(tw.phones.got); n != 20 {
		t.Fatalf("%d mails in 10 s, want all 20", n)
	}
	for i := 2; i < 20; i++ {
		if earliest := start.Add(time.Duration(i-1) * 500 * time.Millisecond); tw.phones.at[i].Before(earliest) || tw.phones.at[i].After(earliest.Add(time.Second)) {
			t.Errorf("mail %d after %v, want about %v", i, tw.phones.at[i].Sub(start), earliest.Sub(start))
		}
	}
}

func TestPlacesComeBackHoweverASendEnds(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
storm: {messages: 10}
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:amir"}]
`)
	setup := tw.setup()
	setup.Limits = map[string]deliver.Limit{"email": {Concurrency: 1}}
	tw.engines[0].Delivery.Configure(setup)
	ways := []func() error{
		func() error { return nil },
		func() error { return deliver.Permanent("no such mailbox") },
		func() error { return deliver.RetryAfter(time.Second, "later") },
		func() error { panic("a bug in the sender") },
	}
	n := 0
	tw.phones.fail = func(deliver.Message) error { n++; return ways[n%len(ways)]() }
	alerts := tw.storm(30)
	for range 5 {
		tw.faults[0].conflicts, tw.faults[0].refused = 3, 3
		tw.wait(20 * time.Second)
	}
	tw.faults[0].conflicts, tw.faults[0].refused, tw.phones.fail = 0, 0, nil
	for _, a := range alerts {
		tw.ack(a, "jason")
	}
	tw.wait(5 * time.Minute)
	before := len(tw.phones.got)
	tw.fire(event.Event{DedupKey: "last", Title: "last", Priority: "P1"})
	if len(tw.phones.got) != before+1 {
		t.Error("a place at the provider was lost on the way")
	}
}

func TestTheLineMovesOnWhenTheOneWhoIsCalledHasNothingToSend(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, `
storm: {messages: 1000}
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:amir"}]
`)
	setup := tw.setup()
	setup.Limits = map[string]deliver.Limit{"email": {Concurrency: 1}}
	tw.engines[0].Delivery.Configure(setup)
	tw.frozen[1] = true
	var alerts []*alert.State
	for i := range 5 { // one is being sent, four stand in line
		alerts = append(alerts, tw.take(1, event.Event{DedupKey: fmt.Sprint(i), Title: "x", Priority: "P1"}))
	}
	for _, a := range alerts[1:4] {
		tw.ackAt(2, a) // which r1 does not hear of
	}
	tw.wait(300 * time.Millisecond)
	if n := tw.phones.to("amir", "email"); n != 2 {
		t.Errorf("%d mails within 0.3 s, want both that are still wanted:\n%s", n, tw.phones.log())
	}
}

func TestACarrierThatCouldNotDeliverSetsOffTheNextWayAtOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toEthan)
	a := tw.fire(disk)
	tw.wait(70 * time.Second)
	var sms page.Page
	for _, p := range tw.again(a).Pages {
		if p.Via == "sms" {
			sms = p
		}
	}
	for range 2 { // carriers repeat themselves
		if err := tw.engines[0].Report(context.Background(), a.ID, sms.N, sms.Ref, false, "undelivered: 30007 filtered"); err != nil {
			t.Fatal(err)
		}
	}
	tw.settle()
	want(t, tw.phones.log(), `
0s ethan slack
1m0s ethan sms
1m10s ethan voice
`)
}

func TestAWordOfDeliveryThatComesBeforeTheAnswerIsBelieved(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	var a *alert.State
	tw.phones.fail = func(deliver.Message) error {
		return tw.engines[0].Report(context.Background(), a.ID, 1, "SM1", true, "")
	}
	a = tw.take(1, disk)
	tw.settle()
	if p := tw.again(a).Pages[0]; p.Status != page.Delivered || tw.timeline(a.ID, "late_outcome") != 0 {
		t.Errorf("page %s, want delivered, and no suspicion of a second message", p.Status)
	}
}

func TestWhenTheCarrierLosesEveryPageTheFallbackTakesOver(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: amir, steps: [{notify: ["user:amir"]}], repeat: {every: 1h, times: 2}}]
rules: [{to: "policy:amir"}]
`)
	a := tw.fire(disk)
	tw.wait(10 * time.Second)
	if err := tw.engines[0].Report(context.Background(), a.ID, 1, "", false, "bounced"); err != nil {
		t.Fatal(err)
	}
	tw.settle()
	if !strings.Contains(tw.phones.log(), "10s jason email\n") {
		t.Errorf("want the fallback at once, not after the repeats:\n%s", tw.phones.log())
	}
	if tw.counts.unreachable != 1 {
		t.Errorf("%d steps counted as unreachable, want one", tw.counts.unreachable)
	}
}

func TestAWayThatWaitsForItsProviderIsNotHurriedByTheFailureOfAnother(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toEthan)
	var asked []time.Duration
	tw.phones.fail = func(m deliver.Message) error {
		switch m.Via {
		case "slack":
			return errors.New("502") // fails for good after 4 minutes
		case "sms":
			asked = append(asked, tw.clock.t.Sub(start))
			return deliver.RetryAfter(10*time.Minute, "queue full")
		}
		return nil
	}
	tw.fire(disk)
	tw.wait(10 * time.Minute)
	if len(asked) != 1 || tw.phones.to("ethan", "voice") != 1 {
		t.Errorf("text messages tried at %v; want one try, and a call instead:\n%s", asked, tw.phones.log())
	}
}

func TestAnAlertWhoseTurnAtTheProviderComesWhileItIsCommittedPagesAtOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	setup := tw.setup()
	setup.Limits = map[string]deliver.Limit{"email": {Concurrency: 1}}
	e := tw.engines[0]
	e.Delivery.Configure(setup)
	ctx, first := context.Background(), low
	first.Status = event.Firing
	second := first
	second.DedupKey = "second"
	if _, err := e.Ingest(ctx, "prom", []event.Event{first}); err != nil { // takes the only place
		t.Fatal(err)
	}
	tw.faults[0].before = func() { // the second one stands in line for it, and is not in the store yet
		tw.send()
		if _, err := e.Delivery.Step(ctx, tw.clock.t); err != nil {
			t.Error(err)
		}
	}
	if _, err := e.Ingest(ctx, "prom", []event.Event{second}); err != nil {
		t.Fatal(err)
	}
	tw.settle()
	if got := tw.phones.to("ethan", "email"); got != 2 {
		t.Errorf("ethan got %d messages at once, want both", got)
	}
}
