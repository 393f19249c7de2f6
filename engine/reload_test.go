package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// reload puts another configuration in force: the present one, changed.
func (tw *town) reload(change func(*directory.Directory)) {
	w := tw.world(tw.yaml)
	change(w.Dir)
	for _, e := range tw.engines {
		e.Reload(&engine.World{Dir: w.Dir, Router: w.Router})
	}
}

var low = event.Event{DedupKey: "x", Title: "x", Priority: "P4"}

func TestAReloadKeepsThePolicyOfAnAlertButNotWhoIsOnCall(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.fire(low)
	tw.wait(5 * time.Minute)
	tw.reload(func(d *directory.Directory) {
		d.Policies["standard"] = policy.Policy{Name: "standard", Steps: []policy.Step{{Notify: []policy.Target{target(t, "user:amir")}}}}
		s, problems := schedules.New(schedules.Spec{Name: "backup", Rotations: []schedules.RotationSpec{{Name: "r", Participants: [][]string{{"darren"}}}}})
		if problems != nil {
			t.Fatal(problems)
		}
		d.Schedules["backup"] = s
	})
	tw.wait(6 * time.Minute)
	want(t, tw.phones.log(), "\n0s ethan email\n10m0s darren email\n")
}

func TestAReloadThatRemovesThePolicyEvenLeavesTheAlertItsSteps(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.fire(low)
	tw.reload(func(d *directory.Directory) { delete(d.Policies, "standard") })
	tw.wait(11 * time.Minute)
	want(t, tw.phones.log(), "\n0s ethan email\n10m0s jason email\n")
}

func TestPagesOfAUserWhoIsRemovedFailAndTheNextStepIsTaken(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: p, steps: [{notify: ["user:ethan"]}, {after: 30m, notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:p"}]
`)
	tw.phones.refuse("slack", deliver.RetryAfter(0, "busy"))
	a := tw.fire(disk)
	tw.reload(func(d *directory.Directory) { delete(d.Users, "ethan") })
	tw.wait(4 * time.Minute)
	if got := tw.phones.log(); got != "5s amir email\n" {
		t.Errorf("want amir as soon as ethan's pages fail:\n%s\n%+v", got, tw.again(a).Timeline)
	}
}

func TestAProviderThatIsRemovedFailsItsPagesForGood(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toEthan)
	tw.fire(disk)
	setup := tw.setup()
	delete(setup.Senders, "sms")
	tw.engines[0].Delivery.Configure(setup)
	tw.wait(2 * time.Minute)
	want(t, tw.phones.log(), "\n0s ethan slack\n1m0s ethan voice\n")
}

func TestAChannelThatIsRemovedDoesNotHoldUpTheStep(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: p, steps: [{notify: ["user:amir"]}, {after: 5m, notify: ["channel:sre"]}, {after: 10m, notify: ["user:jason"]}], exhausted_after: 24h}]
rules: [{to: "policy:p"}]
`)
	tw.fire(low)
	tw.reload(func(d *directory.Directory) { delete(d.Channels, "sre") })
	tw.wait(6 * time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n5m0s jason email\n")
}

func TestALoweredLimitLosesNoPlaceAndARaisedOneIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
storm: {messages: 1000}
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 24h}]
rules: [{to: "policy:amir"}]
`)
	hanging := 16
	tw.phones.hang = func(m deliver.Message) bool { hanging--; return hanging >= 0 }
	tw.storm(40) // all 16 places hang
	if n := len(tw.phones.got); n != 0 {
		t.Fatalf("%d mails, want none", n)
	}
	setup := tw.setup()
	setup.Limits = map[string]deliver.Limit{"email": {Concurrency: 20}}
	tw.engines[0].Delivery.Configure(setup)
	tw.wait(time.Second)
	if n := len(tw.phones.got); n != 24 {
		t.Errorf("%d mails a second after four places were added, want the 24 that waited:\n%s", n, strings.TrimSpace(tw.phones.log()))
	}
}
