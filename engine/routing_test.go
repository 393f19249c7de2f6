package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

func TestRulesThatPageNobodyKeepTheAlertAndDelayItsPages(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
rules:
  - {when: 'title == "quiet"', to: nobody}
  - {when: 'title == "known"', suppress: true, to: "policy:everyone"}
  - {when: 'title == "flaps"', delay: 5m, to: "policy:standard"}
`)
	quiet := tw.fire(event.Event{DedupKey: "q", Title: "quiet"})
	known := tw.fire(event.Event{DedupKey: "k", Title: "known"})
	tw.fire(event.Event{DedupKey: "f", Title: "flaps", Priority: "P4"})
	gone := tw.fire(event.Event{DedupKey: "g", Title: "flaps", Priority: "P4"})
	tw.wait(4 * time.Minute)
	tw.resolve("g")
	tw.wait(8 * time.Minute)
	want(t, tw.phones.log(), "\n5m0s ethan email\n")
	for _, a := range []*alert.State{quiet, known} {
		if got := tw.again(a); got.Status != alert.Open || len(got.Pages) != 0 || !got.ExhaustedAt.IsZero() {
			t.Errorf("%s: %s, %d pages, exhausted at %v; want it open and recorded", got.Title, got.Status, len(got.Pages), got.ExhaustedAt)
		}
	}
	if got := tw.again(gone); got.Status != alert.Closed {
		t.Errorf("an alert that ended before its delay is %s", got.Status)
	}
	tw.wait(5 * time.Minute)
	if !strings.HasSuffix(tw.phones.log(), "15m0s jason email\n") {
		t.Errorf("the second step of a delayed alert counts from the delay:\n%s", tw.phones.log())
	}
}

func TestAnAlertWhoseRuleFailsPagesTheFallbackAndSaysWhy(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
rules:
  - {name: disks, when: 'details.free < 10', to: "policy:standard"}
  - {to: nobody}
`)
	a := tw.fire(event.Event{DedupKey: "d", Title: "disk full"})
	got := tw.again(a)
	if got.Policy != "everyone" || len(got.Pages) == 0 {
		t.Errorf("policy %q with %d pages, want everyone to be paged", got.Policy, len(got.Pages))
	}
	said := fmt.Sprint(got.Timeline)
	if !strings.Contains(said, "rules[0].when: ") || !strings.Contains(said, "disks (failed) > fallback") {
		t.Errorf("the timeline does not say which rule failed: %s", said)
	}
	if tw.counts.ruleErrors != 1 {
		t.Errorf("%d failures were counted, want one", tw.counts.ruleErrors)
	}
}

func TestWhatTemplatesGiveIsInTheAlert(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
lists: {vips: [acme]}
rules:
  - set:
      title: "{{ labels.customer }}: {{ title }}"
      priority: '{{ labels.customer in vips ? "P1" : "P9" }}'
      link: "https://grafana.example.com/{{ labels.customer }}"
      runbook: "https://wiki.example.com/{{ labels.customer }}"
    to: "policy:standard"
`)
	vip := tw.fire(event.Event{DedupKey: "a", Title: "slow", Labels: map[string]string{"customer": "acme"}, Runbook: "https://example.com/old"})
	other := tw.fire(event.Event{DedupKey: "b", Title: "slow", Priority: "P4", Labels: map[string]string{"customer": "initech"}})
	if a := tw.again(vip); a.Title != "acme: slow" || a.Priority != "P1" || a.Link != "https://grafana.example.com/acme" || a.Runbook != "https://wiki.example.com/acme" {
		t.Errorf("title %q, priority %s, link %q, runbook %q", a.Title, a.Priority, a.Link, a.Runbook)
	}
	a := tw.again(other)
	if a.Priority != "P4" || a.Policy != "standard" || !strings.Contains(fmt.Sprint(a.Timeline), `"P9" is no priority; it stays as it was`) {
		t.Errorf("a priority that is none: %s by %s, and the timeline says %v", a.Priority, a.Policy, a.Timeline)
	}
}

const grouped = `
rules: [{group_by: [labels.cluster], to: "policy:standard"}]
`

func member(key string, status event.Status) event.Event {
	return event.Event{Status: status, DedupKey: key, Title: "node down", Priority: "P4", Labels: map[string]string{"cluster": "west"}}
}

func TestAGroupIsOneAlertUntilTheLastOfItIsOver(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, grouped)
	got := tw.ingest("prom", member("n1", event.Firing), member("n2", event.Firing), member("n3", event.Firing))
	a := tw.alert(got[0])
	if got[1].ID != a.ID || got[2].ID != a.ID || a.Count != 3 {
		t.Fatalf("receipts %+v, want one alert of three", got)
	}
	tw.wait(time.Minute)
	tw.ingest("prom", member("n1", event.Resolved), member("n3", event.Resolved))
	before := len(tw.again(a).Timeline)
	for range 5 { // Prometheus says it again for a quarter of an hour
		tw.ingest("prom", member("n1", event.Resolved), member("n3", event.Resolved))
	}
	if got := tw.again(a); got.Status != alert.Open || len(got.Timeline) != before {
		t.Errorf("%s with %d entries in its timeline, want it open, and nothing said about what was over before", got.Status, len(got.Timeline))
	}
	tw.ingest("prom", member("n2", event.Resolved))
	if got := tw.again(a); got.Status != alert.Closed {
		t.Errorf("%s after the last of the group", got.Status)
	}
	tw.wait(time.Minute)
	if tw.ingest("prom", member("n3", event.Firing)); tw.again(a).Status != alert.Open {
		t.Error("the group did not open again")
	}
	want(t, tw.phones.log(), "\n0s ethan email\n1m0s ethan email notice: Closed: resolved by its source\n2m0s ethan email notice: Fires again\n")
}

func TestAGroupThatWasClosedByHandForgetsItsMembers(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, grouped)
	a := tw.alert(tw.ingest("prom", member("n1", event.Firing), member("n2", event.Firing))[0])
	tw.act(a, alert.Action{Do: alert.Close, By: "ethan"})
	tw.ingest("prom", member("n2", event.Resolved))
	tw.wait(time.Minute)
	tw.ingest("prom", member("n1", event.Firing))
	tw.ingest("prom", member("n1", event.Resolved))
	if got := tw.again(a); got.Status != alert.Closed {
		t.Errorf("%s: it waits for n2, which was over while it was closed", got.Status)
	}
}

func TestAnAlertThatExpiresIsOnlyMarkedWhereItsSourceKeepsAlerts(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	r := tw.ingest("keep", event.Event{Status: event.Firing, DedupKey: "x", Title: "x", ExpiresAt: start.Add(time.Minute)})[0]
	tw.wait(2 * time.Minute)
	if a := tw.alert(r); a.Status != alert.Open || a.RecoveredAt != start.Add(time.Minute) {
		t.Errorf("%s, recovered at %v", a.Status, a.RecoveredAt)
	}
}

func TestOneBatchMayCloseAnAlertAndBeginTheNext(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	fire, over := low, low
	fire.Status, over.Status = event.Firing, event.Resolved
	never := func() []event.Event { // "keep" never re-opens
		return []event.Event{over, fire, fire, {Status: event.Resolved, DedupKey: "other"}}
	}
	got := tw.ingest("keep", never()...)
	if got[0].Status != "ignored" || got[1].Number != 1 || got[2].Number != 1 || got[3].Status != "ignored" {
		t.Errorf("receipts %+v", got)
	}
	a := tw.alert(got[1])
	tw.act(a, alert.Action{Do: alert.Close, By: "ethan"})
	if again := tw.ingest("keep", fire)[0]; again.Number != 2 {
		t.Errorf("#%d, want a new alert", again.Number)
	}
}

func TestAReopenedAlertDoesNotTakeAllStepsOfTheTimeItWasClosed(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard+`
integrations: [{name: slow, type: alertmanager, key: none, reopen_within: 24h}]
`)
	fire, over := low, low
	fire.Status, over.Status = event.Firing, event.Resolved
	tw.ingest("slow", fire)
	tw.wait(time.Minute)
	tw.ingest("slow", over)
	tw.wait(3 * time.Hour)
	tw.ingest("slow", fire)
	tw.wait(30 * time.Minute)
	want(t, tw.phones.log(), `
0s ethan email
1m0s ethan email notice: Closed: resolved by its source
3h1m0s ethan email notice: Fires again
3h1m0s jason email
3h21m0s ethan email
3h21m0s amir email
3h21m0s darren email
3h21m0s jason email
`)
}

func TestAReopenedAlertThatHadTriedEverythingIsPagedAnew(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	a := tw.fire(low)
	tw.act(a, alert.Action{Do: alert.Escalate, By: "jason"}) // to the fallback
	tw.wait(6 * time.Minute)
	tw.resolve("x")
	tw.wait(time.Minute)
	tw.fire(low)
	if last := tw.phones.at[len(tw.phones.at)-1]; last != tw.clock.t || tw.phones.got[len(tw.phones.got)-1].Kind != "" {
		t.Errorf("it fires again and nobody is paged:\n%s", tw.phones.log())
	}
}

func TestARepeatBeginsWithTheNamedStepAtOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies:
  - name: from
    steps: [{notify: ["user:darren"]}, {name: chase, after: 5m, notify: ["user:amir"]}, {after: 8m, notify: ["user:jason"]}]
    repeat: {every: 20m, times: 1, from: chase}
    exhausted_after: 24h
rules: [{to: "policy:from"}]
`)
	tw.fire(low)
	tw.wait(time.Hour)
	want(t, tw.phones.log(), `
0s darren email
5m0s amir email
8m0s jason email
20m0s amir email
23m0s jason email
`)
}

func TestAnEventWithoutAnEndTakesTheEndAway(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	ev := low
	ev.ExpiresAt = start.Add(time.Minute)
	a := tw.fire(ev)
	tw.fire(low)
	tw.wait(time.Hour)
	if got := tw.again(a); got.Status != alert.Open {
		t.Errorf("%s, though the last event says nothing of an end", got.Status)
	}
}
