package alert_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

var pastStart = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func pastEnv(after time.Duration) alert.Env {
	return alert.Env{Now: pastStart.Add(after), Dir: &directory.Directory{}}
}

// stored is an alert as the store gives it back.
func stored(t *testing.T, s *alert.State) *alert.State {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again alert.State
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	return &again
}

func diskFull(n int) event.Event {
	return event.Event{
		Status: event.Firing, DedupKey: fmt.Sprintf("disk-%d", n), Title: fmt.Sprintf("Disk %d is full", n), Source: "db-3",
		Tags: []string{"disk"}, Labels: map[string]string{"host": "db-3"}, Details: map[string]any{"free": 0.5},
	}
}

func TestAnAlertGivesTheEventBackThatBeganIt(t *testing.T) {
	t.Parallel()
	ev := diskFull(1)
	d := alert.Routing{
		Rule: "r", Nobody: true, Title: "[ops] Disk 1 is full", Priority: "P1", Team: "ops", Tags: []string{"disk", "critical"},
		Labels: map[string]string{"host": "db-3.example.com", "team": "ops"}, Details: map[string]string{"note": "call ethan"}, Runbook: "https://example.com/disk",
	}
	s, _ := alert.New(store.NewID(store.KindAlert, 1), 7, "prom", ev.DedupKey, ev, d, pastEnv(0))
	if diff := cmp.Diff(ev, stored(t, s).Began()); diff != "" {
		t.Error(diff)
	}
	if len(ev.Details) != 1 || len(ev.Labels) != 1 {
		t.Errorf("the event itself was changed: %+v", ev)
	}
}

func TestAnAlertThatRulesDoNotChangeKeepsNothingMore(t *testing.T) {
	t.Parallel()
	ev := diskFull(1)
	ev.Priority = "P2"
	s, _ := alert.New(store.NewID(store.KindAlert, 1), 7, "prom", ev.DedupKey, ev, alert.Routing{Rule: "r", Nobody: true, Tags: ev.Tags}, pastEnv(0))
	if s.Came != nil || s.Past != nil {
		t.Errorf("%+v, %+v", s.Came, s.Past)
	}
}

func TestAGroupGivesTheEventsOfItsMembersBack(t *testing.T) {
	t.Parallel()
	d := alert.Routing{Rule: "r", Nobody: true, Title: "Disks", GroupKey: "disks"}
	s, _ := alert.New(store.NewID(store.KindAlert, 1), 7, "prom", "disks", diskFull(1), d, pastEnv(0))
	for n := 2; n <= 3; n++ {
		apply(t, s, alert.Fired{Event: diskFull(n)}, time.Duration(n)*time.Minute)
	}
	over := diskFull(2)
	over.Status = event.Resolved
	apply(t, s, alert.Resolved{Event: over}, 5*time.Minute)
	apply(t, s, alert.Fired{Event: diskFull(2)}, 6*time.Minute) // again
	s = stored(t, s)
	if len(s.Past) != 4 || !s.Past[1].Over.Equal(pastStart.Add(5*time.Minute)) || !s.Past[3].Over.IsZero() {
		t.Fatalf("%+v", s.Past)
	}
	for i, n := range []int{1, 2, 3, 2} {
		if diff := cmp.Diff(diskFull(n), s.Member(s.Past[i])); diff != "" {
			t.Errorf("%d: %s", i, diff)
		}
	}
}

func TestWhatAGroupKeepsOfItsMembersIsBounded(t *testing.T) {
	t.Parallel()
	d := alert.Routing{Rule: "r", Nobody: true, GroupKey: "disks"}
	s, _ := alert.New(store.NewID(store.KindAlert, 1), 7, "prom", "disks", diskFull(0), d, pastEnv(0))
	for n := range 700 {
		over := diskFull(n)
		over.Status = event.Resolved
		apply(t, s, alert.Fired{Event: diskFull(n + 1)}, time.Minute)
		apply(t, s, alert.Resolved{Event: over}, time.Minute)
	}
	if len(s.Past) != 500 || s.PastLost != 201 || s.Past[499].Key != "disk-700" {
		t.Errorf("%d are kept, %d are not, the last is %+v", len(s.Past), s.PastLost, s.Past[len(s.Past)-1])
	}
}

func TestASummaryGivesTheEventsBackThatItGathers(t *testing.T) {
	t.Parallel()
	d := alert.Routing{Rule: "links", Nobody: true, Title: "decided", Priority: "P1", Throttle: &rules.Throttled{Key: "k", Pages: 1, Per: time.Hour, Rule: "links"}}
	s, _ := alert.NewSummary(store.NewID(store.KindAlert, 1), 7, "prom", "links", "throttle|k", pastStart.Add(time.Hour), diskFull(1), d, pastEnv(0))
	apply(t, s, alert.Fired{Event: diskFull(2), Title: "decided too", Priority: "P1"}, time.Minute)
	s = stored(t, s)
	for i, p := range s.Past {
		if diff := cmp.Diff(diskFull(i+1), s.Member(p)); diff != "" {
			t.Error(diff)
		}
	}
	if len(s.Past) != 2 || s.Priority != "P1" {
		t.Errorf("%s: %+v", s.Priority, s.Past)
	}
}

func apply(t *testing.T, s *alert.State, in alert.Input, after time.Duration) {
	t.Helper()
	if _, err := alert.Apply(s, in, pastEnv(after)); err != nil {
		t.Fatal(err)
	}
}
