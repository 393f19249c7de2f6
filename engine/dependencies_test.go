package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
)

// shop is services of which two wait for what they depend on: checkout for payments and database.
const shop = standard + `
services:
  - {name: checkout, depends_on: [payments], inhibit: true}
  - {name: payments, depends_on: [database]}
  - {name: search, depends_on: [database], inhibit: true, inhibit_for: 30m, inhibit_delay: 20s}
  - {name: database}
`

// of is an event of a service.
func of(service, priority string) event.Event {
	return event.Event{DedupKey: service, Title: service, Service: service, Priority: priority}
}

// hear lets replicas hear of what others committed, as their runners do twice a second.
func (tw *town) hear() {
	tw.Helper()
	tw.clock.t = tw.clock.t.Add(time.Second)
	for i, e := range tw.engines {
		if e == nil || tw.frozen[i] {
			continue
		}
		if _, err := e.Fresh(context.Background(), tw.clock.t); err != nil {
			tw.Fatal(err)
		}
	}
	tw.settle()
}

func TestAnAlertWaitsForThoseOfWhatItsServiceDependsOn(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, shop)
	upstream := tw.fire(of("database", "P4"))
	a := tw.fire(of("checkout", "P4"))
	if h := a.Holds; len(h) != 1 || h[0].Reason != alert.HoldDependency || h[0].Name != "database" || h[0].Text != "alert #1 of database, which checkout depends on, is open" {
		t.Fatalf("held for %+v", h)
	}
	tw.ack(upstream, "ethan")
	tw.wait(10 * time.Minute)
	want(t, tw.phones.log(), "\n0s ethan email\n")
	tw.act(upstream, alert.Action{Do: alert.Close, By: "ethan"})
	tw.hear()
	want(t, tw.phones.log(), "\n0s ethan email\n10m1s ethan email\n")
	tw.wait(11 * time.Minute)
	if n := tw.phones.to("ethan", "email"); n != 2 || tw.phones.to("jason", "email") != 1 {
		t.Errorf("its policy went on otherwise:\n%s", tw.phones.log())
	}
	if got := kinds(tw.again(a)); strings.Count(got, "held") != 1 || strings.Count(got, "released") != 1 {
		t.Errorf("timeline %s", got)
	}
}

func TestWhatIsOverBeforeTheOtherPagesNobody(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, shop)
	tw.ack(tw.fire(of("database", "P4")), "ethan")
	tw.fire(of("checkout", "P4"))
	tw.wait(time.Hour)
	tw.resolve("checkout")
	tw.resolve("database")
	tw.hear()
	tw.wait(time.Hour)
	if n := tw.phones.to("jason", "email") + tw.phones.to("amir", "email"); n != 0 {
		t.Errorf("somebody was paged:\n%s", tw.phones.log())
	}
}

func TestNoReplicaNeedsToSayThatTheOtherIsOver(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, shop)
	upstream := tw.fire(of("database", "P4"))
	tw.take(2, of("checkout", "P4"))
	tw.wait(5 * time.Minute)
	if n := tw.phones.to("ethan", "email"); n != 1 {
		t.Fatalf("paged %d times:\n%s", n, tw.phones.log())
	}
	tw.act(upstream, alert.Action{Do: alert.Close, By: "ethan"}) // and nobody calls Fresh
	tw.crash(1)
	tw.wait(61 * time.Second)
	if n := tw.phones.to("ethan", "email"); n != 2 {
		t.Errorf("paged %d times within a minute:\n%s", n, tw.phones.log())
	}
}

func TestWhoeverComesFirstWaitsForAMomentWhereTheServiceSaysSo(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, shop)
	a := tw.fire(of("search", "P4"))
	tw.wait(15 * time.Second)
	tw.ack(tw.fire(of("database", "P4")), "ethan")
	tw.wait(20 * time.Minute)
	want(t, tw.phones.log(), "\n15s ethan email\n")
	tw.wait(10*time.Minute + 6*time.Second) // half an hour after it began to wait for that
	want(t, tw.phones.log(), "\n15s ethan email\n30m20s ethan email\n")
	tw.wait(5 * time.Hour)
	if got := tw.again(a); got.Held() {
		t.Errorf("held again for %+v", got.Holds)
	}
	alone := tw.fire(event.Event{DedupKey: "s2", Title: "s2", Service: "search", Priority: "P1"})
	if h := alone.Holds; len(h) != 1 || h[0].Name != "" {
		t.Errorf("held for %+v", h)
	}
}

func TestOnlyAnAlertThatPagesHoldsOthersBack(t *testing.T) {
	t.Parallel()
	for what, yaml := range map[string]string{
		"nobody":      `rules: [{when: service == "database", to: nobody}, {to: "policy:standard"}]`,
		"suppressed":  `rules: [{when: service == "database", suppress: true}, {to: "policy:standard"}]`,
		"delayed":     `rules: [{when: service == "database", delay: 1h, to: "policy:standard"}, {to: "policy:standard"}]`,
		"low urgency": `rules: [{when: service == "database", set: {priority: P5}, continue: true}, {to: "policy:standard"}]`,
		"maintenance": "rules: [{to: \"policy:standard\"}]\nmaintenance: [{name: m, service: database, from: 2026-03-09T00:00, for: 1d, reason: x}]",
	} {
		tw := newTown(t, 1, yaml+strings.TrimPrefix(shop, standard))
		tw.fire(of("database", "P1"))
		if a := tw.fire(of("checkout", "P1")); a.Held() {
			t.Errorf("%s: held for %+v", what, a.Holds)
		}
	}
}

func TestWhatItsSourceCallsOverHoldsNothingBackWhileItWaitsForAPerson(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, shop)
	upstream := of("database", "P4")
	upstream.Status = event.Firing
	tw.ingest("keep", upstream)
	a := tw.fire(of("checkout", "P4"))
	if !a.Held() {
		t.Fatal("it is not held")
	}
	upstream.Status = event.Resolved
	tw.ingest("keep", upstream)
	tw.hear()
	if got := tw.again(a); got.Held() || len(got.Pages) == 0 {
		t.Errorf("held for %+v, %d pages", got.Holds, len(got.Pages))
	}
}

func TestAWarningThatStaysOpenDoesNotDelayTheReleaseOfWhatIsUrgent(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, shop)
	tw.ack(tw.fire(event.Event{DedupKey: "warning", Title: "warning", Service: "database", Priority: "P5"}), "ethan")
	upstream := tw.fire(of("database", "P1"))
	tw.ack(upstream, "ethan")
	a := tw.fire(of("checkout", "P1"))
	tw.wait(5 * time.Minute)
	tw.act(upstream, alert.Action{Do: alert.Close, By: "ethan"})
	tw.hear()
	if got := tw.again(a); got.Held() || len(got.Pages) == 0 {
		t.Errorf("held for %+v, %d pages", got.Holds, len(got.Pages))
	}
}

func TestAPersonsWordEndsTheWaitForOthers(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, shop)
	tw.ack(tw.fire(of("database", "P4")), "ethan")
	a := tw.fire(of("checkout", "P4"))
	tw.act(a, alert.Action{Do: alert.Escalate, By: "jason"})
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n0s ethan email\n0s ethan email\n")
}

func TestAnAlertThatNobodyTookHoldsNothingBackAnyMore(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, shop)
	tw.fire(of("database", "P4"))
	a := tw.fire(of("checkout", "P4"))
	tw.wait(2 * time.Hour) // the policy, its grace and the fallback
	if got := tw.again(a); got.Held() || len(got.Pages) == 0 {
		t.Errorf("held for %+v, %d pages", got.Holds, len(got.Pages))
	}
}

func TestFaultsOfTheStoreLoseNoAlertThatWaits(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 3, shop)
	upstream := tw.fire(of("database", "P4"))
	a := tw.fire(of("checkout", "P4"))
	tw.act(upstream, alert.Action{Do: alert.Close, By: "ethan"})
	for i, f := range tw.faults {
		f.conflicts, f.lost, f.refused, f.unlisted = i, i, 1, i == 0
	}
	tw.wait(30 * time.Second)
	tw.faults[0].unlisted = false
	tw.wait(3 * time.Minute)
	if got := tw.again(a); got.Held() || tw.phones.to("ethan", "email") != 2 {
		t.Errorf("held for %+v:\n%s", got.Holds, tw.phones.log())
	}
}

func TestWhatWaitsIsFoundAgainAfterARestartFromAFile(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, shop)
	run := tw.onFile()
	var upstream, behind, silenced *alert.State
	run(func() {
		tw.maintain(1, maintenance.Wish{Match: maintenance.Match{Labels: map[string]string{"env": "lab"}}, For: 2 * time.Hour})
		upstream = tw.fire(of("database", "P4"))
		tw.ack(upstream, "ethan")
		behind = tw.fire(of("checkout", "P4"))
		silenced = tw.fire(event.Event{DedupKey: "lab", Title: "lab", Labels: map[string]string{"env": "lab"}, Priority: "P4"})
	})
	tw.clock.t = start.Add(time.Hour)
	run(func() {
		tw.wait(time.Minute)
		if b, s := tw.again(behind), tw.again(silenced); !b.Held() || !s.Held() {
			t.Errorf("held for %+v and %+v", b.Holds, s.Holds)
		}
		tw.act(upstream, alert.Action{Do: alert.Close, By: "ethan"})
	})
	want(t, tw.phones.log(), "\n0s ethan email\n")
	tw.clock.t = start.Add(90 * time.Minute)
	run(func() { tw.wait(time.Minute) })
	want(t, tw.phones.log(), "\n0s ethan email\n1h30m0s ethan email\n")
	tw.clock.t = start.Add(3 * time.Hour) // it was down when the maintenance ended
	run(func() {
		tw.act(behind, alert.Action{Do: alert.Close, By: "ethan"})
		tw.wait(time.Minute)
		if s := tw.again(silenced); s.Held() || len(s.Pages) == 0 {
			t.Errorf("held for %+v, %d pages", s.Holds, len(s.Pages))
		}
	})
}
