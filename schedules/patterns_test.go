package schedules

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMonthsHandOverOnTheSameDayOrOnTheLast(t *testing.T) {
	t.Parallel()
	s := build(t, Spec{Zone: "Europe/Berlin", Rotations: []RotationSpec{
		{Name: "monthly", Starts: "2026-01-31T09:00", Every: "1mo", Participants: turns("ethan", "amir", "darren")},
	}})
	want := []string{
		"28 09:00 +0100 amir", // February has no 31st
		"31 09:00 +0200 darren",
		"30 09:00 +0200 ethan",
		"31 09:00 +0200 amir",
	}
	if diff := cmp.Diff(want, handovers(t, s, "2026-02-01T00:00", "2026-06-01T00:00")); diff != "" {
		t.Error(diff)
	}
}

func TestTwoOnFourOffKeepsOneOfThreeOnCall(t *testing.T) {
	t.Parallel()
	s := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{
		{Starts: "2026-03-02T09:00", Shift: "2 on, 4 off", Participants: turns("ethan", "amir", "darren")},
	}})
	want := []string{"04 09:00 -0500 amir", "06 09:00 -0500 darren", "08 09:00 -0400 ethan", "10 09:00 -0400 amir"}
	if diff := cmp.Diff(want, handovers(t, s, "2026-03-02T12:00", "2026-03-11T12:00")); diff != "" {
		t.Error(diff)
	}
}

func TestDaysAndNightsGoRoundFourPeople(t *testing.T) {
	t.Parallel()
	s := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{{
		Starts: "2026-03-02T07:00", Shift: "2 days, 2 nights, 4 off", Night: "19:00", Participants: turns("ethan", "amir", "darren", "jason"),
	}}})
	expect(t, s, map[string][]string{
		"2026-03-02T07:00": ethan,
		"2026-03-02T19:00": jason, // who began the pattern two days before
		"2026-03-04T07:00": amir,
		"2026-03-04T19:00": ethan,
		"2026-03-06T07:00": darren,
		"2026-03-06T19:00": amir,
		"2026-03-08T06:59": amir, // the night when the clock goes forward is his, all eleven hours of it
		"2026-03-08T07:00": jason,
		"2026-03-08T19:00": darren,
		"2026-03-10T07:00": ethan,
	})
	for _, i := range s.Intervals(at(t, s, "2026-03-02T07:00"), at(t, s, "2026-05-02T07:00")) {
		if len(i.Shifts) != 1 {
			t.Fatalf("%d people are on call from %v", len(i.Shifts), i.From)
		}
	}
}

func TestADayOffDoesNotUseUpATurn(t *testing.T) {
	t.Parallel()
	s := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{{
		Starts: "2026-03-02T09:00", Every: "1d", Skip: []string{"sat", "sun"}, Participants: turns("ethan", "amir", "darren"),
	}}})
	expect(t, s, map[string][]string{
		"2026-03-06T10:00": amir,
		"2026-03-07T08:59": amir, // Friday's day ends on Saturday morning
		"2026-03-07T09:00": nobody,
		"2026-03-09T08:59": nobody,
		"2026-03-09T09:00": darren, // whose turn it would have been on Saturday
	})
	hours := map[string]time.Duration{}
	for _, shift := range s.Shifts(at(t, s, "2026-03-02T09:00"), at(t, s, "2026-03-23T09:00")) {
		hours[shift.User] += shift.Until.Sub(shift.From)
	}
	for user, total := range hours {
		if total != 5*24*time.Hour { // 15 days that count, in three weeks
			t.Errorf("%s is on call for %v", user, total)
		}
	}
}

func TestTurnsOfTwoDaysGoOnAfterTheWeekend(t *testing.T) {
	t.Parallel()
	s := build(t, Spec{Rotations: []RotationSpec{{
		Starts: "2026-03-02T00:00", Every: "2d", Skip: []string{"sat", "sun"}, Participants: turns("ethan", "amir", "darren"),
	}}})
	expect(t, s, map[string][]string{
		"2026-03-03T23:59": ethan,
		"2026-03-04T00:00": amir,
		"2026-03-06T00:00": darren, // Friday, and Monday
		"2026-03-07T00:00": nobody,
		"2026-03-09T23:59": darren,
		"2026-03-10T00:00": ethan,
	})
}

func TestWhoJoinsOrLeavesDoesNotDisturbTheOthers(t *testing.T) {
	t.Parallel()
	spec := Spec{Rotations: []RotationSpec{{
		Name: "daily", Starts: "2026-03-02T09:00", Every: "1d", Participants: turns("ethan", "amir", "darren", "jason"),
		Members: []MemberSpec{
			{User: "amir", Until: "2026-03-07T12:00"}, // amid his own turn
			{User: "jason", From: "2026-03-04T10:00"}, // just after darren has begun
		},
	}}}
	s := build(t, spec)
	expect(t, s, map[string][]string{
		"2026-03-02T09:00": ethan,
		"2026-03-03T09:00": amir,
		"2026-03-04T09:00": darren,
		"2026-03-05T09:00": jason,
		"2026-03-06T09:00": ethan,
		"2026-03-07T09:00": amir,
		"2026-03-07T12:00": darren, // takes over for the rest of it
		"2026-03-08T09:00": jason,  // and after him comes the next one
		"2026-03-09T09:00": ethan,
		"2026-03-10T09:00": darren,
		"2036-03-02T09:00": darren, // 3,645 days later: still in threes
	})
	if diff := cmp.Diff([]string{"amir", "darren", "ethan"}, s.RotationMembers("daily", at(t, s, "2026-03-03T00:00"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"darren", "ethan", "jason"}, s.RotationMembers("daily", at(t, s, "2026-04-03T00:00"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"amir", "darren", "ethan", "jason"}, s.RotationParticipants("daily")); diff != "" {
		t.Error(diff)
	}
}

func TestInAShiftPatternAnAbsenceLeavesTheDaysOfTheOthersAlone(t *testing.T) {
	t.Parallel()
	rotation := RotationSpec{Name: "shifts", Starts: "2026-03-02T09:00", Shift: "2 on, 4 off", Participants: turns("ethan", "amir", "darren")}
	before := build(t, Spec{Rotations: []RotationSpec{rotation}})
	rotation.Members = []MemberSpec{{User: "amir", Until: "2026-03-10T09:00"}, {User: "amir", From: "2026-03-20T09:00"}}
	after := build(t, Spec{Rotations: []RotationSpec{rotation}})
	for when := at(t, before, "2026-03-02T09:00"); when.Month() < time.May; when = when.Add(3 * time.Hour) {
		want := before.OnCall(when)
		if cmp.Equal(want, amir) && when.Day() >= 10 && when.Day() < 20 && when.Month() == time.March {
			want = nobody
		}
		if diff := cmp.Diff(want, after.OnCall(when)); diff != "" {
			t.Fatalf("at %v:\n%s", when, diff)
		}
	}
}

func TestACalendarSaysTurnsOneByOne(t *testing.T) {
	t.Parallel()
	when := func(text string) time.Time { return at(t, build(t, daily()), text) }
	s := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{{
		Name: "imported", Restrict: []RestrictionSpec{{From: "08:00", To: "20:00"}},
		Calendar: &CalendarSpec{Turns: []CalendarTurn{
			{"amir", when("2026-03-03T09:00"), when("2026-03-04T09:00")},
			{"ethan", when("2026-03-02T09:00"), when("2026-03-03T12:00")},
			{"jason", when("2026-03-05T09:00"), when("2026-03-06T09:00")},
		}},
	}}})
	expect(t, s, map[string][]string{
		"2026-03-02T08:59": nobody,
		"2026-03-02T09:00": ethan,
		"2026-03-02T20:00": nobody, // restricted
		"2026-03-03T09:00": {"amir", "ethan"},
		"2026-03-03T12:00": amir,
		"2026-03-04T09:00": nobody,
		"2026-03-05T09:00": jason,
	})
	if diff := cmp.Diff(jason, s.Next(when("2026-03-03T13:00"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(ethan, s.Previous(when("2026-03-03T13:00"))); diff != "" {
		t.Error(diff)
	}
	empty := build(t, Spec{Rotations: []RotationSpec{{Calendar: &CalendarSpec{}}}})
	if got := empty.OnCall(when("2026-03-03T13:00")); got != nil {
		t.Errorf("an empty calendar has %v on call", got)
	}
}
