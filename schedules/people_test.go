package schedules

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWhenAmIOnCallNext(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Overrides = []OverrideSpec{{User: "jason", Replace: "amir", From: "2026-03-03T09:00", To: "2026-03-03T21:00"}}
	s := build(t, spec)
	p := func(text string) time.Time { return at(t, s, text) }
	cases := []struct {
		user, at string
		want     Shift
	}{
		{"amir", "2026-03-02T10:00", Shift{User: "amir", Rotation: "daily", From: p("2026-03-03T21:00"), Until: p("2026-03-04T09:00")}},
		{"jason", "2026-03-02T10:00", Shift{User: "jason", Rotation: "daily", Override: true, From: p("2026-03-03T09:00"), Until: p("2026-03-03T21:00")}},
		{"ethan", "2026-03-02T10:00", Shift{User: "ethan", Rotation: "daily", From: p("2026-03-06T09:00"), Until: p("2026-03-07T09:00")}}, // not the present one
	}
	for _, c := range cases {
		got, ok := s.NextShift(c.user, p(c.at))
		if diff := cmp.Diff(c.want, got); !ok || diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.user, diff)
		}
	}
	if shift, ok := s.NextShift("eve", p("2026-03-02T10:00")); ok {
		t.Errorf("a stranger is on call %v", shift)
	}
	always := build(t, Spec{Rotations: []RotationSpec{{Participants: turns("ethan")}}})
	if shift, ok := always.NextShift("ethan", p("2026-03-02T10:00")); ok {
		t.Errorf("who never goes off comes on %v", shift)
	}
}

func TestHandOffsSayWhoComesAndWhoGoes(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations[0].Participants = [][]string{{"ethan"}, {"ethan", "amir"}, {Nobody}}
	spec.Overrides = []OverrideSpec{{User: "jason", Replace: "amir", From: "2026-03-03T12:00", To: "2026-03-03T12:30"}}
	s := build(t, spec)
	p := func(text string) time.Time { return at(t, s, text) }
	want := []Handoff{
		{At: p("2026-03-03T09:00"), On: amir, Stay: ethan},
		{At: p("2026-03-03T12:00"), On: jason, Off: amir, Stay: ethan},
		{At: p("2026-03-03T12:30"), On: amir, Off: jason, Stay: ethan}, // two on the same day, and both are told
		{At: p("2026-03-04T09:00"), Off: []string{"amir", "ethan"}, NobodyAfter: true},
		{At: p("2026-03-05T09:00"), On: ethan},
	}
	if diff := cmp.Diff(want, s.Handoffs(p("2026-03-02T09:00"), p("2026-03-05T09:00"))); diff != "" {
		t.Error(diff)
	}
	next, ok := s.NextHandoff(p("2026-03-03T09:00"))
	if diff := cmp.Diff(want[1], next); !ok || diff != "" {
		t.Error(diff)
	}
	if h, ok := build(t, Spec{Rotations: []RotationSpec{{Participants: turns("ethan")}}}).NextHandoff(p("2026-03-03T09:00")); ok {
		t.Errorf("one person alone hands over: %+v", h)
	}
}

// However a watcher that sleeps and wakes cuts up the time, it sees each hand-off once.
func TestAWatcherSeesEveryHandOffOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, s, from, to, _ := drawn(t)
		var seen []Handoff
		for at := from; at.Before(to); {
			next := at.Add(time.Duration(rapid.IntRange(1, 200_000).Draw(t, "s")) * time.Second)
			if h, ok := s.NextHandoff(at); ok && rapid.Bool().Draw(t, "woken for it") {
				next = h.At
			}
			if next.After(to) {
				next = to
			}
			seen, at = append(seen, s.Handoffs(at, next)...), next
		}
		if diff := cmp.Diff(s.Handoffs(from, to), seen); diff != "" {
			t.Fatal(diff)
		}
		on := s.OnCall(from)
		for _, h := range seen {
			on = slices.DeleteFunc(slices.Concat(on, h.On), func(user string) bool { return slices.Contains(h.Off, user) })
			slices.Sort(on)
			if !slices.Equal(on, s.OnCall(h.At)) {
				t.Fatalf("after %+v %v are on call, not %v", h, s.OnCall(h.At), on)
			}
		}
	})
}

func TestAnAbsenceListsWhatNeedsCoverUntilItIsCovered(t *testing.T) {
	t.Parallel()
	s := build(t, daily())
	p := func(text string) time.Time { return at(t, s, text) }
	from, to := p("2026-03-02T09:00"), p("2026-04-02T09:00")
	away := []Away{
		{User: "amir", From: p("2026-03-03T18:00"), Until: p("2026-03-05T00:00")},
		{User: "amir", From: p("2026-03-04T12:00"), Until: p("2026-03-08T00:00")},
		{User: "jason", From: p("2026-03-03T10:00"), Until: p("2026-03-03T20:00")},
	}
	want := []Shift{
		{User: "amir", Rotation: "daily", From: p("2026-03-03T18:00"), Until: p("2026-03-04T09:00")},
		{User: "amir", Rotation: "daily", From: p("2026-03-07T09:00"), Until: p("2026-03-08T00:00")},
	}
	got := s.Uncovered(away, from, to)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	// jason is away for a part of the first one, and who would cover it is asked in order of who has least.
	if diff := cmp.Diff([]string{"darren", "ethan"}, s.Cover(got[0], away)); diff != "" {
		t.Error(diff)
	}
	covered, problems := s.With([]OverrideSpec{{User: "darren", Replace: "amir", From: "2026-03-03T18:00", To: "2026-03-04T09:00"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(want[1:], covered.Uncovered(away, from, to)); diff != "" {
		t.Error(diff)
	}
}

func TestRuntimeOverridesComeAfterThoseOfTheFile(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Overrides = []OverrideSpec{{User: "amir", From: "2026-03-02T12:00", To: "2026-03-02T18:00"}}
	file := build(t, spec)
	s, problems := file.With([]OverrideSpec{
		{ID: "1", User: "darren", From: "2026-03-02T13:00", To: "2026-03-02T15:00"},
		{ID: "2", User: "jason", Rotation: "gone", From: "2026-03-02T13:00", To: "2026-03-02T19:00"},
		{ID: "3", User: "jason", From: "2026-03-02T14:00", To: "2026-03-02T15:00", Reason: "lunch", By: "darren"},
	})
	if len(problems) != 1 || problems[0].Path != "overrides[1].rotation" {
		t.Errorf("problems: %v", problems)
	}
	expect(t, s, map[string][]string{
		"2026-03-02T12:30": amir,
		"2026-03-02T13:30": darren,
		"2026-03-02T14:30": jason, // the last one made
		"2026-03-02T15:30": amir,
		"2026-03-02T18:30": ethan,
	})
	expect(t, file, map[string][]string{"2026-03-02T13:30": amir}) // it has not changed
	var ids []string
	for _, o := range s.OverridesIn(at(t, s, "2026-03-02T14:30"), at(t, s, "2026-03-02T16:00")) {
		ids = append(ids, o.ID+o.Reason+o.By)
	}
	if diff := cmp.Diff([]string{"", "1", "3lunchdarren"}, ids); diff != "" {
		t.Error(diff)
	}
}

func TestATimelineShowsRotationsBaseAndFinal(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations = append(spec.Rotations, RotationSpec{Name: "backup", Participants: turns("jason")})
	spec.Overrides = []OverrideSpec{{ID: "x", User: "darren", From: "2026-03-02T12:00", To: "2026-03-02T14:00", Rotation: "daily"}}
	s := build(t, spec)
	tl := s.Timeline(at(t, s, "2026-03-02T10:00"), at(t, s, "2026-03-03T10:00"))
	show := func(intervals []Interval) (out []string) {
		for _, i := range intervals {
			line := i.From.Format("02 15:04")
			for _, shift := range i.Shifts {
				line += " " + shift.User
			}
			out = append(out, line)
		}
		return out
	}
	if diff := cmp.Diff([]string{"02 10:00 ethan", "03 09:00 amir"}, show(tl.Rotations[0].Intervals)); diff != "" {
		t.Errorf("daily:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"02 10:00 jason"}, show(tl.Rotations[1].Intervals)); diff != "" {
		t.Errorf("backup:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"02 10:00 ethan jason", "03 09:00 amir jason"}, show(tl.Base)); diff != "" {
		t.Errorf("base:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"02 10:00 ethan jason", "02 12:00 darren jason", "02 14:00 ethan jason", "03 09:00 amir jason"}, show(tl.Final)); diff != "" {
		t.Errorf("final:\n%s", diff)
	}
	if len(tl.Overrides) != 1 || tl.Overrides[0].ID != "x" || !tl.Overrides[0].To.Equal(at(t, s, "2026-03-02T14:00")) {
		t.Errorf("overrides: %+v", tl.Overrides)
	}
}

func TestRotationsSayHowTheyEnd(t *testing.T) {
	t.Parallel()
	p := func(text string) time.Time { return at(t, build(t, daily()), text) }
	s := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{
		{Name: "ends", Participants: turns("ethan"), Ends: "2026-05-01T09:00"},
		{Name: "deserted", Participants: turns("ethan"), Members: []MemberSpec{{User: "ethan", Until: "2026-04-01T09:00"}}},
		{Name: "counted", Starts: "2026-03-02T09:00", RRule: "FREQ=WEEKLY;COUNT=3", Participants: turns("ethan", "amir")},
		{Name: "listed", Calendar: &CalendarSpec{Turns: []CalendarTurn{{"jason", p("2026-03-02T09:00"), p("2026-03-03T09:00")}}}},
		{Name: "endless", Starts: "2026-03-02T09:00", Every: "1mo", Participants: turns("ethan", "amir")},
	}})
	want := []Ending{
		{"listed", p("2026-03-03T09:00"), LastInList},
		{"counted", p("2026-03-16T09:00"), LastTurn},
		{"deserted", p("2026-04-01T09:00"), NoMembers},
		{"ends", p("2026-05-01T09:00"), Ends},
	}
	if diff := cmp.Diff(want, s.Endings(p("2026-03-01T00:00"), p("2027-01-01T00:00"))); diff != "" {
		t.Error(diff)
	}
	if got := s.Endings(p("2026-05-01T09:00"), p("2027-01-01T00:00")); got != nil {
		t.Errorf("what has passed is told again: %v", got)
	}
}
