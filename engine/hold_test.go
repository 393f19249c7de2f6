package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

// nights are quiet for what is not urgent: at 03:00, when these stories begin, until 07:00.
const nights = `
windows: [{name: nights, from: "22:00", to: "07:00"}, {name: office, days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
quiet_hours: [{during: nights}]
rules: [{to: "policy:standard"}]
`

// kinds are the kinds of an alert's timeline, one after the other.
func kinds(a *alert.State) string {
	var list []string
	for _, e := range a.Timeline {
		list = append(list, e.Kind)
	}
	return strings.Join(list, " ")
}

func TestWhatIsNotUrgentWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, nights)
	a := tw.fire(low)
	urgent := tw.fire(event.Event{DedupKey: "u", Title: "u", Priority: "P2"})
	tw.ack(urgent, "ethan")
	tw.wait(3 * time.Hour)
	held := tw.again(a)
	if until := held.HeldUntil(); held.Status != alert.Open || !until.Equal(start.Add(4*time.Hour)) || held.Holds[0].Reason != alert.HoldQuiet || len(held.Pages) > 0 {
		t.Errorf("%s, held until %v for %+v, %d pages", held.Status, until, held.Holds, len(held.Pages))
	}
	tw.frozen[0] = true // whoever is there in the morning does it
	tw.wait(2 * time.Hour)
	want(t, tw.phones.log(), `
0s ethan slack
4h0m0s ethan email
4h10m0s jason email
4h30m0s ethan email
4h30m0s amir email
4h30m0s darren email
4h30m0s jason email
`)
	if got := kinds(tw.again(a)); !strings.HasPrefix(got, "created routed held released step paged") {
		t.Errorf("timeline %s", got)
	}
}

func TestWhatIsTakenBeforeTheMorningPagesNobody(t *testing.T) {
	t.Parallel()
	for what, do := range map[string]func(*town, *alert.State){
		"acknowledged": func(tw *town, a *alert.State) { tw.ack(a, "ethan") },
		"closed":       func(tw *town, a *alert.State) { tw.act(a, alert.Action{Do: alert.Close, By: "ethan"}) },
		"over":         func(tw *town, a *alert.State) { tw.resolve("x") },
	} {
		tw := newTown(t, 1, nights)
		a := tw.fire(low)
		tw.wait(time.Hour)
		do(tw, a)
		tw.wait(8 * time.Hour)
		if got := tw.phones.log(); got != "" {
			t.Errorf("%s before it paged, and it pages:\n%s", what, got)
		}
	}
}

func TestAPersonsWordOverridesEveryHold(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(nights, "{to:", "{delay: 10m, require: {events: 3, within: 1h}, to:", 1))
	a := tw.fire(low)
	tw.wait(5 * time.Minute)
	if a = tw.again(a); len(a.Holds) != 2 {
		t.Fatalf("held for %+v, want delay and require", a.Holds)
	}
	tw.act(a, alert.Action{Do: alert.Escalate, By: "jason"})
	tw.wait(time.Hour)
	want(t, tw.phones.log(), `
5m0s ethan email
15m0s jason email
35m0s ethan email
35m0s amir email
35m0s darren email
35m0s jason email
`)
	if a = tw.again(a); a.Held() || !a.Overridden {
		t.Errorf("held for %+v", a.Holds)
	}
}

func TestAnAlertThatIsAssignedAtNightPagesAtOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, nights)
	a := tw.fire(low)
	tw.act(a, alert.Action{Do: alert.Assign, By: "jason", Target: target(t, "user:amir")})
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n")
}

func TestAForgottenAcknowledgementAndASnoozeKeepTheQuietHours(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(nights, "policy:standard", "policy:timid", 1)+`
policies: [{name: timid, ack_timeout: 30m, steps: [{notify: ["user:amir"]}]}]
`)
	acked, snoozed := tw.fire(low), tw.fire(event.Event{DedupKey: "s", Title: "s", Priority: "P5"})
	tw.ack(acked, "amir")
	tw.act(snoozed, alert.Action{Do: alert.Snooze, By: "amir", Until: start.Add(time.Hour)})
	tw.wait(4*time.Hour - time.Second)
	want(t, tw.phones.log(), "\n")
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n4h0m0s amir email\n4h0m0s amir email\n")
}

func TestAPolicyThatRunsIntoTheNightGoesOnInTheMorning(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, nights)
	tw.clock.t = start.Add(18*time.Hour + 55*time.Minute) // 21:55
	tw.fire(low)
	tw.wait(9*time.Hour + 30*time.Minute)
	want(t, tw.phones.log(), `
18h55m0s ethan email
28h0m0s jason email
28h20m0s ethan email
28h20m0s amir email
28h20m0s darren email
28h20m0s jason email
`) // the second step was due at 22:05, the third 20 minutes later
}

func TestAReopenedAlertIsStillHeld(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `rules: [{delay: 30m, to: "policy:standard"}]`)
	a := tw.fire(low)
	tw.wait(2 * time.Minute)
	tw.resolve("x")
	tw.wait(2 * time.Minute)
	tw.fire(low)
	if a = tw.again(a); a.Status != alert.Open || !a.Held() {
		t.Errorf("%s, held for %+v", a.Status, a.Holds)
	}
	tw.wait(27 * time.Minute)
	want(t, tw.phones.log(), "\n30m0s ethan email\n")
}

func TestADelayEndsWithTheOfficeHoursBeginning(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(nights, "{to:", "{delay_until: office, to:", 1))
	tw.fire(event.Event{DedupKey: "u", Title: "u", Priority: "P1"})
	tw.wait(6*time.Hour - time.Second)
	want(t, tw.phones.log(), "\n")
	tw.wait(2 * time.Second)
	want(t, tw.phones.log(), "\n6h0m0s ethan slack\n")
	tw.fire(event.Event{DedupKey: "v", Title: "v", Priority: "P1"}) // within the hours: at once
	want(t, tw.phones.log(), "\n6h0m0s ethan slack\n6h0m1s ethan slack\n")
}

func TestADelayUntilATimeThatComesTwiceEndsWithTheFirst(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
timezone: Europe/Berlin
rules: [{delay_until: "02:30", to: "policy:standard"}]
`)
	tw.clock.t = time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC) // midnight; at three it will be two again
	a := tw.fire(low)
	if got, first := a.HeldUntil(), time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC); !got.Equal(first) {
		t.Errorf("held until %v, want %v", got, first)
	}
}

const threeOfFive = `rules: [{require: {events: 3, within: 5m}, to: "policy:standard"}]`

func TestAnAlertPagesWithTheLastOfTheEventsThatItNeeds(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, threeOfFive)
	a := tw.fire(low)
	tw.wait(3 * time.Minute)
	tw.fire(low)
	tw.wait(3 * time.Minute)
	tw.fire(low) // the first is more than five minutes ago
	want(t, tw.phones.log(), "\n")
	tw.wait(time.Minute)
	tw.fire(low)
	tw.wait(5 * time.Minute)
	want(t, tw.phones.log(), "\n7m0s ethan email\n")
	if a = tw.again(a); a.Held() || a.Require != nil {
		t.Errorf("held for %+v", a.Holds)
	}
}

func TestAGroupGathersBeforeItPages(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `rules: [{group_by: [labels.cluster], group_wait: 30s, to: "policy:standard"}]`)
	tw.ingest("prom", member("n1", event.Firing))
	tw.wait(20 * time.Second)
	a := tw.alert(tw.ingest("prom", member("n2", event.Firing))[0])
	want(t, tw.phones.log(), "\n")
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n30s ethan email\n")
	if a = tw.again(a); len(a.Members) != 2 || a.Held() {
		t.Errorf("%d members, held for %+v", len(a.Members), a.Holds)
	}
}

func TestAMethodOutsideItsHoursWaitsForThem(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir+`
windows: [{name: office, days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
`)
	tw.reload(func(d *directory.Directory) {
		office, _ := tw.engines[0].World().Router.Hours("office")
		amir := d.Users["amir"]
		amir.Notify = &directory.Plans{Low: []directory.Method{{Via: "email"}, {Via: "sms", After: time.Minute, During: office}}}
		d.Users["amir"] = amir
	})
	tw.fire(low)
	tw.wait(7 * time.Hour)
	want(t, tw.phones.log(), "\n0s amir email\n6h0m0s amir sms\n")
}

func TestAReloadThatRemovesTheRuleLeavesTheHoldAsItWas(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `rules: [{delay: 30m, auto_close: 2h, to: "policy:standard"}]`)
	a := tw.fire(low)
	tw.engines[0].Reload(tw.world(toAmir))
	tw.wait(31 * time.Minute)
	want(t, tw.phones.log(), "\n30m0s ethan email\n")
	tw.wait(3 * time.Hour)
	if a = tw.again(a); a.Status != alert.Closed {
		t.Errorf("%s", a.Status)
	}
}

func TestAHoldThatAnotherReplicaEndsPagesOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 3, `rules: [{delay: 10m, to: "policy:standard"}]`)
	a := tw.fire(low)
	tw.faults[1].conflicts, tw.faults[2].lost, tw.faults[0].refused = 1, 1, 1
	tw.wait(11 * time.Minute)
	if n := tw.phones.to("ethan", "email"); n != 1 {
		t.Errorf("ethan was paged %d times:\n%s", n, tw.phones.log())
	}
	counts, err := tw.store.Count(context.Background(), alert.ListHeld(alert.HoldDelay))
	if err != nil || counts[0] != 0 || tw.again(a).Held() {
		t.Errorf("%d alerts are listed as held (%v)", counts[0], err)
	}
}

func TestAnUrgentEventDoesNotWaitForTheMorningWithALessUrgentOne(t *testing.T) {
	t.Parallel()
	for name, rest := range map[string]string{
		"quiet hours": nights,
		"delay_until": strings.Replace(nights, "rules: [", `rules: [{when: priority == "P5", delay_until: office, to: "policy:standard"}, `, 1),
		"a group":     strings.Replace(nights, "{to:", "{group_by: [integration], to:", 1),
		"a summary":   strings.Replace(nights, "{to:", "{throttle: {pages: 1, per: 1m}, to:", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tw := newTown(t, 1, rest)
			low, worse := event.Event{DedupKey: "x", Title: "x", Priority: "P5"}, event.Event{DedupKey: "x", Title: "x", Priority: "P1"}
			tw.fire(event.Event{DedupKey: "other", Title: "other", Priority: "P5"})
			a := tw.fire(low)
			tw.wait(30 * time.Minute)
			tw.fire(low)
			want(t, tw.phones.log(), "\n")
			tw.fire(worse)
			tw.wait(time.Second)
			want(t, tw.phones.log(), "\n30m0s ethan slack\n")
			if a = tw.again(a); a.Priority != "P1" || a.Held() || !strings.Contains(kinds(a), "raised released step") {
				t.Errorf("%s, held for %+v, timeline %s", a.Priority, a.Holds, kinds(a))
			}
		})
	}
}

func TestAnUrgentEventOfADelayedRuleWaitsAsTheRuleSays(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `rules: [{delay: 10m, to: "policy:standard"}]`)
	tw.fire(low)
	tw.wait(5 * time.Minute)
	tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P1"})
	tw.wait(6 * time.Minute)
	want(t, tw.phones.log(), "\n10m0s ethan slack\n11m0s ethan sms\n")
}

func TestAPersonsWordEndsWithTheAlertAndNotWhenItFiresAgain(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, nights)
	a := tw.fire(low)
	tw.act(a, alert.Action{Do: alert.Escalate, By: "jason"})
	tw.wait(time.Minute)
	tw.resolve("x")
	tw.fire(low)
	if a = tw.again(a); a.Status != alert.Open {
		t.Fatal(a.Status)
	}
	tw.wait(time.Hour)
	if a = tw.again(a); !a.Held() || tw.phones.to("jason", "email") > 0 {
		t.Errorf("the second step does not wait for the morning:\n%s", tw.phones.log())
	}
}

func TestAnAlertThatFiresAgainAfterItsHoldGoesOnAtTheDistancesOfItsPolicy(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `rules: [{delay: 5m, to: "policy:standard"}]`)
	tw.fire(low)
	tw.wait(2 * time.Minute)
	tw.resolve("x")
	tw.wait(6 * time.Minute)
	tw.fire(low)
	tw.wait(11 * time.Minute)
	want(t, tw.phones.log(), "\n8m0s ethan email\n18m0s jason email\n")
}
