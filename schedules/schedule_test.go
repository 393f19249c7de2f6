package schedules

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// build makes a schedule from a spec that must be fine.
func build(t testing.TB, spec Spec) *Schedule {
	t.Helper()
	s, problems := New(spec)
	if len(problems) > 0 {
		t.Fatalf("New: %v", problems)
	}
	return s
}

// at reads a time in the schedule's zone, or with its own offset.
func at(t testing.TB, s *Schedule, text string) time.Time {
	t.Helper()
	when, err := ParseTime(text, s.Location())
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func turns(users ...string) [][]string {
	groups := make([][]string, len(users))
	for i, user := range users {
		groups[i] = []string{user}
	}
	return groups
}

// expect checks who is on call at each of the times.
func expect(t *testing.T, s *Schedule, who map[string][]string) {
	t.Helper()
	for text, want := range who {
		if diff := cmp.Diff(want, s.OnCall(at(t, s, text))); diff != "" {
			t.Errorf("on call at %s (-want +got):\n%s", text, diff)
		}
	}
}

var (
	nobody []string
	ethan  = []string{"ethan"}
	amir   = []string{"amir"}
	darren = []string{"darren"}
	jason  = []string{"jason"}
)

func daily() Spec {
	return Spec{Name: "primary", Zone: "America/New_York", Rotations: []RotationSpec{{
		Name: "daily", Starts: "2026-03-02T09:00", Every: "1d", Participants: turns("ethan", "amir", "darren", "jason"),
	}}}
}

func TestADailyRotationHandsOverAtTheSameTimeOfDay(t *testing.T) {
	t.Parallel()
	expect(t, build(t, daily()), map[string][]string{
		"2026-03-02T08:59:59": nobody,
		"2026-03-02T09:00":    ethan,
		"2026-03-03T08:59:59": ethan,
		"2026-03-03T09:00":    amir,
		"2026-03-06T09:00":    ethan,
		"2026-03-08T08:59:59": amir, // the clock goes forward at 02:00
		"2026-03-08T09:00":    darren,
		"2036-03-02T09:00":    amir, // 3653 days on
	})
}

func TestARotationBeginsAndEnds(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations[0].Ends = "2026-03-04T12:00"
	spec.Rotations[0].StartAt = 3
	expect(t, build(t, spec), map[string][]string{
		"2026-03-02T08:59":    nobody,
		"2026-03-02T09:00":    jason,
		"2026-03-03T09:00":    ethan,
		"2026-03-04T11:59:59": amir,
		"2026-03-04T12:00":    nobody,
	})
}

func TestATurnMayBeAGroupOrNobody(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations[0].Participants = [][]string{{"jason", "ethan"}, {Nobody}, {"amir"}}
	s := build(t, spec)
	expect(t, s, map[string][]string{
		"2026-03-02T10:00": {"ethan", "jason"},
		"2026-03-03T10:00": nobody,
		"2026-03-04T10:00": amir,
	})
	if diff := cmp.Diff([]string{"amir", "ethan", "jason"}, s.Participants()); diff != "" {
		t.Error(diff)
	}
}

func TestOneTurnWithoutEveryIsAlwaysOn(t *testing.T) {
	t.Parallel()
	s := build(t, Spec{Rotations: []RotationSpec{{Participants: turns("ethan")}}})
	got := s.At(at(t, s, "2026-03-02T10:00"))
	if diff := cmp.Diff([]Shift{{User: "ethan", Rotation: "rotation-1"}}, got); diff != "" {
		t.Error(diff)
	}
	if change := s.NextChange(at(t, s, "2026-03-02T10:00")); !change.IsZero() {
		t.Errorf("changes at %v", change)
	}
}

func TestRestrictionsAreHoursOfTheWeek(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations[0].Every = "1w"
	spec.Rotations[0].Restrict = []RestrictionSpec{
		{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"},
		{Days: []string{"Sun"}, From: "22:00", To: "06:00"}, // across midnight and the week's end
		{Days: []string{"sat"}},
	}
	expect(t, build(t, spec), map[string][]string{
		"2026-03-02T09:00":    ethan, // a Monday
		"2026-03-02T16:59:59": ethan,
		"2026-03-02T17:00":    nobody,
		"2026-03-06T23:59:59": nobody,
		"2026-03-07T00:00":    ethan,
		"2026-03-07T23:59:59": ethan,
		"2026-03-08T00:00":    nobody,
		"2026-03-08T22:00":    ethan,
		"2026-03-09T05:59:59": ethan,
		"2026-03-09T06:00":    nobody,
		"2026-03-09T09:00":    amir,
	})
}

func TestAnOverrideReplacesEverybodyForExactlyItsInterval(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Overrides = []OverrideSpec{
		{User: "jason", From: "2026-03-03T08:30", To: "2026-03-03T09:30"},
		{User: "jason", From: "2026-03-01T00:00", To: "2026-03-02T01:00"}, // a gap
	}
	s := build(t, spec)
	expect(t, s, map[string][]string{
		"2026-03-02T00:59:59": jason,
		"2026-03-02T01:00":    nobody,
		"2026-03-03T08:29:59": ethan,
		"2026-03-03T08:30":    jason,
		"2026-03-03T09:29:59": jason,
		"2026-03-03T09:30":    amir,
	})
	want := []Shift{{User: "jason", From: at(t, s, "2026-03-03T08:30"), Until: at(t, s, "2026-03-03T09:30"), Override: true}}
	if diff := cmp.Diff(want, s.At(at(t, s, "2026-03-03T09:00"))); diff != "" {
		t.Error(diff)
	}
}

func TestAnOverrideMayReplaceOnePersonOrOneRotation(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations[0].Participants = [][]string{{"ethan", "amir"}}
	spec.Rotations = append(spec.Rotations, RotationSpec{Name: "backup", Participants: turns("darren")})
	spec.Overrides = []OverrideSpec{
		{User: "jason", Replace: "amir", From: "2026-03-03T00:00", To: "2026-03-04T00:00"},
		{User: "jason", Rotation: "backup", From: "2026-03-05T00:00", To: "2026-03-06T00:00"},
		{User: "ethan", Replace: "amir", From: "2026-03-07T00:00", To: "2026-03-08T00:00"},
		{User: Nobody, Replace: "amir", From: "2026-03-09T00:00", To: "2026-03-10T00:00"},
		{User: Nobody, From: "2026-03-11T00:00", To: "2026-03-12T00:00"},
		{User: "jason", Replace: "amir", From: "2026-03-01T00:00", To: "2026-03-02T09:00"}, // not on call then
	}
	expect(t, build(t, spec), map[string][]string{
		"2026-03-02T08:00": darren,
		"2026-03-02T10:00": {"amir", "darren", "ethan"},
		"2026-03-03T10:00": {"darren", "ethan", "jason"},
		"2026-03-05T10:00": {"amir", "ethan", "jason"},
		"2026-03-07T10:00": {"darren", "ethan"},
		"2026-03-09T10:00": {"darren", "ethan"},
		"2026-03-11T10:00": nobody,
	})
}

func TestWhereOverridesOverlapTheLaterListedWins(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Overrides = []OverrideSpec{
		{User: "jason", From: "2026-03-02T10:00", To: "2026-03-02T14:00"},
		{User: "amir", From: "2026-03-02T12:00", To: "2026-03-02T13:00"},
		{User: "darren", Replace: "jason", From: "2026-03-02T13:30", To: "2026-03-02T16:00"},
	}
	expect(t, build(t, spec), map[string][]string{
		"2026-03-02T11:00": jason,
		"2026-03-02T12:30": amir,
		"2026-03-02T13:00": jason,
		"2026-03-02T13:30": darren,
		"2026-03-02T14:00": ethan,
	})
}

func TestRotationsCombineAsUnionOrAsLayers(t *testing.T) {
	t.Parallel()
	spec := Spec{Zone: "America/New_York", Rotations: []RotationSpec{
		{Name: "base", Participants: turns("ethan")},
		{Name: "day", Starts: "2026-03-02T09:00", Every: "1d", Participants: turns("amir", Nobody, "ethan"),
			Restrict: []RestrictionSpec{{From: "09:00", To: "17:00"}}},
	}}
	expect(t, build(t, spec), map[string][]string{
		"2026-03-02T12:00": {"amir", "ethan"},
		"2026-03-02T18:00": ethan,
	})
	spec.Combine = Layers
	s := build(t, spec)
	expect(t, s, map[string][]string{
		"2026-03-02T12:00": amir,
		"2026-03-02T18:00": ethan,
		"2026-03-03T12:00": ethan, // nobody lets the base show through
	})
	got := s.At(at(t, s, "2026-03-04T12:00"))
	want := []Shift{{User: "ethan", Rotation: "day", From: at(t, s, "2026-03-04T09:00"), Until: at(t, s, "2026-03-04T17:00")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestIntervalsMergeWhatDoesNotChange(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations[0].Participants = turns("ethan", "ethan", "amir")
	spec.Overrides = []OverrideSpec{{User: "jason", From: "2026-03-03T12:00", To: "2026-03-03T13:00"}}
	s := build(t, spec)
	p := func(text string) time.Time { return at(t, s, text) }
	from, gap, take, back, hand, to := p("2026-03-01T00:00"), p("2026-03-02T09:00"), p("2026-03-03T12:00"), p("2026-03-03T13:00"), p("2026-03-04T09:00"), p("2026-03-04T12:00")
	want := []Interval{
		{From: from, To: gap},
		{From: gap, To: take, Shifts: []Shift{{User: "ethan", Rotation: "daily", From: gap, Until: take}}},
		{From: take, To: back, Shifts: []Shift{{User: "jason", From: take, Until: back, Override: true}}},
		{From: back, To: hand, Shifts: []Shift{{User: "ethan", Rotation: "daily", From: back, Until: hand}}},
		{From: hand, To: to, Shifts: []Shift{{User: "amir", Rotation: "daily", From: hand, Until: to}}},
	}
	if diff := cmp.Diff(want, s.Intervals(from, to)); diff != "" {
		t.Error(diff)
	}
	if got := s.NextChange(take); !got.Equal(back) {
		t.Errorf("NextChange = %v", got)
	}
	if got := s.Intervals(to, from); got != nil {
		t.Errorf("a range turned round has %v", got)
	}
}
