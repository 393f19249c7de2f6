package handoff_test

import (
	"maps"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// disagree lets two replicas look in turns for a while, whose configurations are the same, and one of whom finds jason on
// call.
func (w *watch) disagree(span time.Duration) {
	w.Helper()
	other := *w.dir
	other.Schedules = maps.Clone(w.dir.Schedules)
	other.Schedules["primary"] = build(w, schedules.Spec{Name: "primary", Rotations: []schedules.RotationSpec{daily("2026-03-08T09:00", "jason")}})
	for end := w.now.Add(span); w.now.Before(end); w.now = w.now.Add(15 * time.Second) {
		handoff.Apply(w.state, handoff.Woken{}, handoff.Env{Now: w.now, Dir: &other})
		w.send()
		w.now = w.now.Add(15 * time.Second)
		w.apply(handoff.Woken{})
	}
}

func TestReplicasThatDisagreeThoughTheirConfigurationsAreTheSameDoNotContradictEachOtherForEver(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.disagree(3 * time.Hour)
	most := 0
	for i, m := range w.mail {
		n := 0
		for _, later := range w.mail[i:] {
			if later.user == m.user && later.at.Sub(m.at) < time.Hour {
				n++
			}
		}
		most = max(most, n)
	}
	if most != 6 {
		t.Errorf("somebody got %d notices in an hour, want 6", most)
	}
	postponed := 0
	for _, e := range w.state.Timeline {
		if e.Kind == "postponed" {
			postponed++
		}
	}
	if postponed == 0 {
		t.Error("nothing says why")
	}
}

func TestWhoWasToldTooOftenIsToldTheTruthWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.disagree(10 * time.Minute)
	w.until(w.now.Add(time.Hour))
	last := map[string]bool{}
	for _, m := range w.mail {
		last[m.user] = m.on
	}
	if !last["ethan"] || last["jason"] {
		t.Errorf("who believes to be on call: %v, want ethan and nobody else", last)
	}
	w.mail = nil
	w.until(noon.Add(24 * time.Hour))
	w.want(time.UTC, "\n10 09:00 UTC ethan off\n10 09:00 UTC amir on\n")
}

func TestWhatIsTakenBackBeforeItIsSentDoesNotCount(t *testing.T) {
	t.Parallel()
	quiet := both
	quiet.QuietFrom, quiet.QuietTo = "11:00", "18:00"
	w := plain(t, quiet)
	w.disagree(time.Hour)
	w.mail = nil
	w.until(noon.Add(24 * time.Hour))
	w.want(time.UTC, "\n09 18:00 UTC ethan on\n10 09:00 UTC ethan off\n10 09:00 UTC amir on\n")
}
