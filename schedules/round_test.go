package schedules

import (
	"testing"
	"time"
)

func TestARoundGivesEverybodyTheSameTurns(t *testing.T) {
	t.Parallel()
	three := turns("ethan", "amir", "darren")
	for name, c := range map[string]struct {
		rotation     RotationSpec
		after, begin string // "" where there is none
	}{
		"before it starts":         {RotationSpec{Every: "1w"}, "2020-01-01T00:00", "2026-03-02T09:00"},
		"at the start":             {RotationSpec{Every: "1w"}, "2026-03-02T09:00", "2026-03-02T09:00"},
		"a moment later":           {RotationSpec{Every: "1w"}, "2026-03-02T09:01", "2026-03-23T09:00"},
		"across the change":        {RotationSpec{Every: "1d"}, "2026-03-06T00:00", "2026-03-08T09:00"},
		"elapsed hours":            {RotationSpec{Every: "5h"}, "2026-03-02T09:01", "2026-03-03T00:00"},
		"a rule":                   {RotationSpec{RRule: "FREQ=WEEKLY;BYDAY=MO,TH"}, "2026-03-02T09:01", "2026-03-12T09:00"},
		"a rule that is over":      {RotationSpec{RRule: "FREQ=WEEKLY;COUNT=4"}, "2026-05-01T00:00", ""},
		"starting with the second": {RotationSpec{Every: "1d", StartAt: 1}, "2026-03-02T09:01", "2026-03-05T09:00"},
		"after it ends":            {RotationSpec{Every: "1d", Ends: "2026-03-04T00:00"}, "2026-03-02T09:01", ""},
		"two are left":             {RotationSpec{Every: "1d", Members: []MemberSpec{{User: "darren", Until: "2026-03-05T00:00"}}}, "2026-03-05T12:00", "2026-03-06T09:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.rotation.Name, c.rotation.Starts, c.rotation.Participants = "r", "2026-03-02T09:00", three
			s := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{c.rotation}})
			after, err := ParseTime(c.after, s.Location())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if at, ok := s.Round("r", after); ok {
				got = at.Format(layout)
			}
			if got != c.begin {
				t.Errorf("it comes round at %q, want %q", got, c.begin)
			}
		})
	}
	always := build(t, Spec{Rotations: []RotationSpec{{Name: "r", Participants: turns("ethan")}}})
	if at, ok := always.Round("r", time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)); ok {
		t.Errorf("a turn without end comes round at %v", at)
	}
}
