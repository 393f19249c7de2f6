package handoff_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func TestAScheduleThatIsRemovedTellsThoseWhoAreOnCallByItAndIsForgotten(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.mail = nil
	delete(w.dir.Schedules, "primary")
	w.apply(handoff.Removed{})
	if got := w.mail[0].text; got != "The configuration does not have this schedule any more." {
		t.Errorf("ethan reads %q", got)
	}
	w.want(time.UTC, "\n09 12:00 UTC ethan off\n")
	if !record.Gone(w.state, w.env()) {
		t.Error("it is kept though everybody knows")
	}
}

func TestASettingThatIsTakenOutTellsNobody(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.mail = nil
	w.apply(handoff.Removed{})
	w.want(time.UTC, "")
	if !record.Gone(w.state, w.env()) {
		t.Error("it is kept")
	}
}

func TestAReplicaWithAnOlderConfigurationLeavesTheHandoffToTheOthers(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.until(noon.Add(20 * time.Hour))
	w.mail = nil
	older := *w.dir
	older.Handoffs = map[string]directory.Handoff{"primary": {On: true, Off: true, Edition: "0"}}
	older.Schedules = map[string]*schedules.Schedule{"primary": build(t, schedules.Spec{Name: "primary", Rotations: []schedules.RotationSpec{daily("2026-03-09T09:00", "jason")}})}
	look := func(at time.Time) bool {
		w.now = at
		fx := handoff.Apply(w.state, handoff.Woken{}, handoff.Env{Now: at, Dir: &older})
		w.send()
		return fx.Leave
	}
	if look(noon.Add(20 * time.Hour)) {
		t.Error("it leaves what is not due")
	}
	due := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	if !look(due) || !look(due.Add(59*time.Second)) || len(w.mail) != 0 {
		t.Errorf("it does not leave it: %s", w.log(time.UTC))
	}
	if look(due.Add(time.Minute)) {
		t.Error("nobody else came, and it still leaves it")
	}
	w.want(time.UTC, "\n10 09:01 UTC ethan off\n10 09:01 UTC jason on\n")
}
