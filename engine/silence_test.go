package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

func TestAnAlertWithTooFewEventsClosesAndSaysWhy(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, threeOfFive)
	a := tw.fire(low)
	tw.wait(time.Minute)
	tw.fire(low)
	tw.wait(6 * time.Minute)
	a = tw.again(a)
	if last := a.Timeline[len(a.Timeline)-1]; a.Status != alert.Closed || last.Text != "2 of 3 events came within 5m, which is too few to page" {
		t.Errorf("%s: %+v", a.Status, last)
	}
	tw.fire(low) // within reopen_within: it counts anew
	tw.fire(low)
	want(t, tw.phones.log(), "\n")
	tw.fire(low)
	want(t, tw.phones.log(), "\n7m0s ethan email\n")
}

func TestAnAlertOfWhichNothingIsHeardAnyMoreCloses(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(nights, "{to:", "{auto_close: 1h, to:", 1))
	tw.clock.t = start.Add(6 * time.Hour)
	a := tw.fire(low)
	acked := tw.fire(event.Event{DedupKey: "a", Title: "a", Priority: "P4"})
	tw.ack(acked, "amir")
	snoozed := tw.fire(event.Event{DedupKey: "s", Title: "s", Priority: "P4"})
	tw.act(snoozed, alert.Action{Do: alert.Snooze, By: "amir", Until: tw.clock.t.Add(2 * time.Hour)})
	tw.wait(50 * time.Minute)
	tw.fire(low)
	tw.wait(30 * time.Minute)
	for a, status := range map[*alert.State]alert.Status{a: alert.Open, acked: alert.Closed, snoozed: alert.Snoozed} {
		if got := tw.again(a); got.Status != status {
			t.Errorf("%s is %s after 80 minutes, want %s", a.Title, got.Status, status)
		}
	}
	tw.wait(31 * time.Minute)
	if a = tw.again(a); a.Status != alert.Closed || !slices.ContainsFunc(a.Timeline, func(e alert.Entry) bool { return e.Text == "no event came for 1h" }) {
		t.Errorf("%s: %+v", a.Status, a.Timeline)
	}
	tw.wait(2 * time.Hour)
	if got := tw.again(snoozed); got.Status != alert.Closed || !strings.Contains(kinds(got), "woke step") {
		t.Errorf("the snoozed one is %s: %s", got.Status, kinds(got))
	}
}

func TestWhatWaitsForTheMorningIsNotClosedBeforeItHasPaged(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(nights, "{to:", "{auto_close: 1h, to:", 1))
	a := tw.fire(low)
	tw.wait(4*time.Hour + 30*time.Minute)
	if got := tw.again(a); got.Status != alert.Open || !strings.HasPrefix(tw.phones.log(), "4h0m0s ethan email\n") {
		t.Errorf("%s:\n%s", got.Status, tw.phones.log())
	}
	tw.wait(time.Hour)
	if got := tw.again(a); got.Status != alert.Closed {
		t.Errorf("%s an hour after it paged", got.Status)
	}
}

func TestNothingClosesForEventsThatNobodyWasThereToTake(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
rules:
  - {when: title == "few", require: {events: 3, within: 1h}, to: "policy:standard"}
  - {delay: 10m, auto_close: 1h, to: "policy:standard"}
`)
	few, silent := tw.fire(event.Event{DedupKey: "f", Title: "few", Priority: "P4"}), tw.fire(low)
	tw.frozen[0] = true
	tw.wait(5 * time.Hour) // everything is down
	tw.frozen[0] = false
	tw.wait(30 * time.Minute)
	for _, a := range []*alert.State{few, silent} {
		if got := tw.again(a); got.Status != alert.Open {
			t.Errorf("%s is %s", a.Title, got.Status)
		}
	}
	if tw.phones.to("ethan", "email") == 0 {
		t.Error("what was delayed pages nobody")
	}
	tw.wait(31 * time.Minute)
	for _, a := range []*alert.State{few, silent} {
		if got := tw.again(a); got.Status != alert.Closed {
			t.Errorf("%s is %s an hour later", a.Title, got.Status)
		}
	}
}

func TestAnAlertThatExpiredWhileEverythingWasDownStillPages(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `rules: [{delay: 2m, to: "policy:standard"}]`)
	ev := low
	ev.ExpiresAt = start.Add(4 * time.Minute)
	a := tw.fire(ev)
	tw.frozen[0] = true
	tw.wait(time.Hour) // its source repeats it, and nobody hears
	tw.frozen[0] = false
	tw.wait(3 * time.Minute)
	if got := tw.again(a); got.Status != alert.Open || tw.phones.to("ethan", "email") == 0 {
		t.Errorf("it is %s, and ethan got %d messages", got.Status, tw.phones.to("ethan", "email"))
	}
	tw.wait(time.Minute)
	if got := tw.again(a); got.Status != alert.Closed {
		t.Errorf("it is %s after the four minutes that its source had given", got.Status)
	}
}
