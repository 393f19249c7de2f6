package event_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

func someEvent() *rapid.Generator[event.Event] {
	return rapid.Custom(func(t *rapid.T) event.Event {
		word := rapid.SampledFrom([]string{"", "a", "b"})
		ev := event.Event{
			Status: event.Firing, DedupKey: word.Draw(t, "key"), Title: word.Draw(t, "title"), Description: word.Draw(t, "description"), Source: word.Draw(t, "source"),
			Priority: rapid.SampledFrom([]string{"", "P1", "P3"}).Draw(t, "priority"), Service: word.Draw(t, "service"), Team: word.Draw(t, "team"),
			Link: word.Draw(t, "link"), Runbook: word.Draw(t, "runbook"),
		}
		for _, k := range []string{"x", "y", "z"} {
			switch rapid.IntRange(0, 2).Draw(t, k) {
			case 0:
				continue
			case 1:
				ev = (&event.Delta{Labels: map[string]*string{k: &k}, Details: map[string]*any{k: ptr[any](1.5)}}).Of(ev)
			case 2:
				ev = (&event.Delta{Labels: map[string]*string{k: ptr("")}, Details: map[string]*any{k: ptr[any]([]any{k})}}).Of(ev)
			}
			ev.Tags, ev.Actions = append(ev.Tags, k), append(ev.Actions, k+"!")
		}
		if rapid.Bool().Draw(t, "starts") {
			ev.StartsAt = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
		}
		return ev
	})
}

func ptr[T any](v T) *T { return &v }

func TestADeltaGivesTheOtherEventBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		one, two := someEvent().Draw(t, "one"), someEvent().Draw(t, "two")
		d := event.Diff(one, two)
		if (d == nil) != cmp.Equal(one, two) {
			t.Fatalf("%v of %v and %v", d, one, two)
		}
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var stored *event.Delta
		if err := json.Unmarshal(data, &stored); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(two, stored.Of(one)); diff != "" {
			t.Fatalf("%s: %s", data, diff)
		}
	})
}

func TestADeltaHoldsOnlyWhatIsDifferent(t *testing.T) {
	t.Parallel()
	from := event.Event{Title: "Disk full", Priority: "P1", Labels: map[string]string{"team": "ops", "zone": "a"}, Details: map[string]any{"value": 97.5}}
	to := event.Event{Title: "Disk full", Labels: map[string]string{"team": "ops"}, Details: map[string]any{"value": 97.5}}
	data, err := json.Marshal(event.Diff(from, to))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(data), `{"priority":"","labels":{"zone":null}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
