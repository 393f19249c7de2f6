package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/throttle"
)

const twoPerTen = `
rules: [{name: links, throttle: {pages: 2, per: 10m, by: [labels.cluster]}, to: "policy:standard"}]
`

// link is an event of a link in a cluster.
func link(n int, cluster string, status event.Status) event.Event {
	return event.Event{
		Status: status, DedupKey: fmt.Sprintf("%s-%d", cluster, n), Title: fmt.Sprintf("link %d is down", n), Priority: "P4",
		Labels: map[string]string{"cluster": cluster},
	}
}

func TestWhatExceedsAThrottlePagesOnceWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, twoPerTen)
	var got []engine.Receipt
	for n := range 5 {
		got = append(got, tw.ingest("prom", link(n, "west", event.Firing))...)
		tw.wait(10 * time.Second)
	}
	tw.ingest("prom", link(0, "east", event.Firing)) // has a count of its own
	if got[0].ID == got[1].ID || got[2].ID != got[3].ID || got[3].ID != got[4].ID || got[2].ID == got[1].ID {
		t.Fatalf("receipts %+v", got)
	}
	sum := tw.alert(got[2])
	if until := start.Add(10 * time.Minute); sum.Holds[0].Reason != alert.HoldThrottle || !sum.HeldUntil().Equal(until) || sum.Title != "3 more alerts of links" {
		t.Errorf("%q is held for %+v", sum.Title, sum.Holds)
	}
	tw.wait(time.Minute)
	tw.ingest("prom", link(3, "west", event.Resolved), link(4, "west", event.Firing)) // one is over, one is sent again
	for _, r := range got[:2] {
		tw.ack(tw.alert(r), "ethan")
	}
	tw.ack(tw.alert(tw.ingest("prom", link(0, "east", event.Firing))[0]), "ethan")
	tw.wait(15 * time.Minute)
	want(t, tw.phones.log(), `
0s ethan email
10s ethan email
50s ethan email
10m0s ethan email
`)
	sum = tw.again(sum)
	if m := tw.phones.got[3].Alert; m.Number != sum.Number || m.Description != "link 2 is down\nlink 4 is down\n1 others are over" {
		t.Errorf("the page says %q: %q", m.Title, m.Description)
	}
	tw.ingest("prom", link(2, "west", event.Resolved), link(4, "west", event.Resolved))
	if sum = tw.again(sum); sum.Status != alert.Closed {
		t.Errorf("%s when all that it gathered is over", sum.Status)
	}
	if r := tw.ingest("prom", link(2, "west", event.Firing))[0]; r.ID == sum.ID || tw.alert(r).Held() {
		t.Error("the time is over, and what fires is held")
	}
}

func TestASummaryWithNothingLeftPagesNobody(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoPerTen)
	tw.ingest("prom", link(0, "west", event.Firing), link(1, "west", event.Firing), link(2, "west", event.Firing))
	tw.wait(time.Minute)
	got := tw.ingest("prom", link(0, "west", event.Resolved), link(1, "west", event.Resolved), link(2, "west", event.Resolved))
	tw.wait(20 * time.Minute)
	if a := tw.alert(got[2]); a.Status != alert.Closed || tw.phones.to("ethan", "email") != 4 { // two pages, and the word that they are over
		t.Errorf("%s:\n%s", a.Status, tw.phones.log())
	}
}

func TestASummaryIsAsUrgentAsTheWorstOfIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoPerTen)
	worst := link(3, "west", event.Firing)
	worst.Priority = "P1"
	got := tw.ingest("prom", link(0, "west", event.Firing), link(1, "west", event.Firing), link(2, "west", event.Firing), worst)
	if a := tw.alert(got[3]); a.Priority != "P1" || got[3].ID != got[2].ID {
		t.Errorf("%s", a.Priority)
	}
}

func TestReplicasShareAThrottle(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 3, twoPerTen)
	var receipts []engine.Receipt
	for n := range 9 {
		f := tw.faults[n%3]
		ev := link(n, "west", event.Firing)
		if n == 1 { // at the moment of its commit, somebody else takes the last place
			f.before = func() { receipts = append(receipts, tw.ingest("prom", link(100, "west", event.Firing))...) }
		}
		f.conflicts = n % 2
		got, err := tw.engines[n%3].Ingest(context.Background(), "prom", []event.Event{ev})
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, got...)
	}
	alerts, gathered := map[store.ID]bool{}, 0
	for _, r := range receipts {
		a := tw.alert(r)
		alerts[a.ID] = true
		if a.Summary != nil {
			gathered = len(a.Members)
		}
	}
	if len(alerts) != 3 || gathered != 8 {
		t.Errorf("%d alerts, of which one gathers %d; want two that page, and the other 8 in one", len(alerts), gathered)
	}
	tw.wait(11 * time.Minute)
	if n := tw.phones.to("ethan", "email"); n != 3 {
		t.Errorf("ethan got %d messages:\n%s", n, tw.phones.log())
	}
}

func TestAPlaceThatWasTakenBeforeACrashIsStillThere(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoPerTen)
	f := tw.faults[0]
	f.before = func() { f.before = func() { f.refused = 1 } } // the count is committed, the alert is not
	for range 3 {
		if _, err := tw.engines[0].Ingest(context.Background(), "prom", []event.Event{link(1, "west", event.Firing)}); !errors.Is(err, store.ErrUnavailable) {
			t.Fatal(err)
		}
		f.refused = 1
	}
	f.refused = 0
	for n := range 2 {
		if a := tw.alert(tw.ingest("prom", link(n+1, "west", event.Firing))[0]); a.Held() {
			t.Errorf("#%d is held: %+v", a.Number, a.Holds)
		}
	}
}

func TestAThrottleThatCannotBeReadHoldsNothingBack(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoPerTen)
	tw.ingest("prom", link(0, "west", event.Firing), link(1, "west", event.Firing))
	found, err := tw.store.Find(context.Background(), throttle.Key(`policy:standard|"links"|labels.cluster="west"`))
	if err != nil || !found[0].Exists() {
		t.Fatal("there is no count:", err)
	}
	newer := store.Change{ID: found[0].ID, Expect: found[0].Version, Data: []byte(`{"v":99}`), Wake: found[0].Wake}
	if err := tw.store.Commit(context.Background(), store.Tx{newer})[0]; err != nil {
		t.Fatal(err)
	}
	if a := tw.alert(tw.ingest("prom", link(2, "west", event.Firing))[0]); a.Held() {
		t.Errorf("held: %+v", a.Holds)
	}
	want(t, tw.phones.log(), "\n0s ethan email\n0s ethan email\n0s ethan email\n")
}

func TestWhatFlapsUsesUpItsThrottle(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(twoPerTen, "}]", "}]\nintegrations: [{name: anew, type: alertmanager, key: none}]", 1))
	var last *alert.State
	for range 3 {
		last = tw.alert(tw.ingest("anew", link(0, "west", event.Firing))[0])
		tw.ingest("anew", link(0, "west", event.Resolved))
		tw.wait(time.Minute)
	}
	if last.Summary == nil {
		t.Error("it pages for a third time within ten minutes")
	}
}

func TestAFloodIsGatheredWithoutLoss(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoPerTen)
	events := make([]event.Event, 1200)
	for n := range events {
		events[n] = link(n, "west", event.Firing)
	}
	receipts, err := tw.engines[0].Ingest(context.Background(), "prom", events)
	if err != nil {
		t.Fatal(err)
	}
	members := map[store.ID]int{}
	for _, r := range receipts {
		members[r.ID]++
	}
	if len(members) != 5 { // two that page, and summaries of 500, 500 and 198
		t.Errorf("%d alerts", len(members))
	}
	for id, n := range members {
		if a := tw.alert(engine.Receipt{ID: id}); a.Summary != nil && len(a.Members) != n {
			t.Errorf("#%d has %d members of %d", a.Number, len(a.Members), n)
		}
	}
	for n := range events {
		events[n].Status = event.Resolved
	}
	if _, err = tw.engines[0].Ingest(context.Background(), "prom", events); err != nil {
		t.Fatal(err)
	}
	for id := range members {
		if a := tw.alert(engine.Receipt{ID: id}); a.Status != alert.Closed {
			t.Errorf("#%d is %s when all is over", a.Number, a.Status)
		}
	}
}

const twoAtATime = `
rules: [{group_by: [labels.cluster], group_limit: 2, to: "policy:standard"}]
`

func TestAFullGroupIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoAtATime)
	got := tw.ingest("prom", member("n1", event.Firing), member("n2", event.Firing), member("n3", event.Firing), member("n1", event.Firing))
	if got[0].ID != got[1].ID || got[2].ID == got[0].ID || got[3].ID != got[0].ID {
		t.Fatalf("receipts %+v, want n3 in an alert of its own", got)
	}
	first, second := tw.alert(got[0]), tw.alert(got[2])
	if first.Count != 3 || second.Count != 1 || tw.phones.to("ethan", "email") != 2 {
		t.Errorf("counts %d and %d\n%s", first.Count, second.Count, tw.phones.log())
	}
	tw.ingest("prom", member("n4", event.Firing), member("n2", event.Firing), member("n1", event.Resolved))
	tw.ingest("prom", member("n2", event.Resolved))
	first, second = tw.again(first), tw.again(second)
	if first.Status != alert.Closed || second.Status != alert.Open || len(second.Members) != 2 {
		t.Errorf("the first is %s, the second %s with %v", first.Status, second.Status, second.Members)
	}
	if r := tw.ingest("prom", member("n1", event.Firing))[0]; r.ID == first.ID || r.ID == second.ID {
		t.Error("n1 is in a group that is full, or is over")
	}
}

func TestAGroupTakesNoMembersAfterItsWindow(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, strings.Replace(twoAtATime, "group_limit: 2", "group_window: 5m", 1))
	first := tw.alert(tw.ingest("prom", member("n1", event.Firing))[0])
	tw.ack(first, "ethan")
	tw.wait(4 * time.Minute)
	tw.ingest("prom", member("n2", event.Firing))
	tw.wait(2 * time.Minute)
	second := tw.alert(tw.ingest("prom", member("n3", event.Firing))[0])
	tw.ingest("prom", member("n1", event.Firing), member("n2", event.Resolved), member("n1", event.Resolved))
	first = tw.again(first)
	if second.ID == first.ID || first.Status != alert.Closed || first.Count != 3 {
		t.Errorf("the first is %s and counts %d", first.Status, first.Count)
	}
	want(t, tw.phones.log(), "\n0s ethan email\n6m0s ethan email\n6m0s ethan email notice: Closed: resolved by its source\n")
}

func TestMembersOfAFullGroupAreFoundAgainWhateverFails(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoAtATime)
	f := tw.faults[0]
	total := 0
	for round := range 30 {
		f.conflicts, f.lost = round%3, round/3%2
		events := []event.Event{member(fmt.Sprint(round%7), event.Firing), member(fmt.Sprint(round*5%7), event.Firing), member(fmt.Sprint(round*3%7), event.Resolved)}
		for range 5 { // the sender tries again
			if _, err := tw.engines[0].Ingest(context.Background(), "prom", events); err == nil {
				break
			}
		}
	}
	f.conflicts, f.lost = 0, 0
	for n := range 7 {
		tw.ingest("prom", member(fmt.Sprint(n), event.Resolved))
	}
	open, _, err := tw.engines[0].Alerts(context.Background(), engine.Filter{Statuses: []alert.Status{alert.Open}}, store.Cursor{}, 100)
	if err != nil || len(open) > 0 {
		t.Errorf("%d alerts are open when all members are over (%v)", len(open), err)
	}
	all, _, _ := tw.engines[0].Alerts(context.Background(), engine.Filter{}, store.Cursor{}, 100)
	for _, a := range all {
		total += a.Count
	}
	if total < 60 {
		t.Errorf("%d firing events were counted of 60", total)
	}
}

func TestASummaryIsNamedForTheRuleThatThrottles(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `rules: [{name: links, throttle: {pages: 1, per: 10m}, to: "team:west"}]`)
	got := tw.ingest("prom", link(0, "west", event.Firing), link(1, "west", event.Firing), link(2, "west", event.Firing))
	if a := tw.alert(got[2]); a.Title != "2 more alerts of links" {
		t.Errorf("the summary is called %q", a.Title)
	}
}
