package fairness

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/schedules"
)

func build(t testing.TB, spec schedules.Spec) *schedules.Schedule {
	t.Helper()
	s, problems := schedules.New(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

func rota(t testing.TB, every string, users ...string) *schedules.Schedule {
	t.Helper()
	r := schedules.RotationSpec{Starts: "2026-03-02T09:00", Every: every}
	for _, user := range users {
		r.Participants = append(r.Participants, []string{user})
	}
	return build(t, schedules.Spec{Zone: "America/New_York", Rotations: []schedules.RotationSpec{r}})
}

func count(t testing.TB, in Input) []Person {
	t.Helper()
	people, err := Count(in)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

const hour = time.Hour

func TestHoursNightsWeekendsHolidaysAndPagesAreCounted(t *testing.T) {
	t.Parallel()
	s := rota(t, "1d", "ethan", "amir", "darren")
	in := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, s.Location()) }
	got := count(t, Input{
		Schedules: []*schedules.Schedule{s, s}, From: in(6, 9), To: in(9, 9), // the clock goes forward on the 8th
		Holidays: map[string][]time.Time{"amir": {in(7, 13)}, "darren": {in(7, 13)}, "ethan": {in(17, 13)}},
		Users:    []string{"jason"},
		Pages:    []Page{{"ethan", in(7, 3)}, {"ethan", in(7, 6)}, {"amir", in(20, 3)}},
	})
	want := []Person{
		// Friday is amir's (turn 4), Saturday darren's, Sunday ethan's.
		{User: "amir", OnCall: 24 * hour, Night: 8 * hour, Weekend: 9 * hour, Holiday: 9 * hour, Shifts: 1},
		{User: "darren", OnCall: 23 * hour, Night: 7 * hour, Weekend: 23 * hour, Holiday: 15 * hour, Shifts: 1},
		{User: "ethan", OnCall: 24 * hour, Night: 8 * hour, Weekend: 15 * hour, Shifts: 1, Pages: 2, NightPages: 1},
		{User: "jason"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNightIsWhereThePersonLives(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := build(t, schedules.Spec{Zone: "America/New_York", Rotations: []schedules.RotationSpec{{
		Participants: [][]string{{"ethan", "amir"}}, Restrict: []schedules.RestrictionSpec{{From: "18:00", To: "00:00"}},
	}}})
	from := time.Date(2026, 3, 16, 0, 0, 0, 0, s.Location())
	got := count(t, Input{Schedules: []*schedules.Schedule{s}, From: from, To: from.AddDate(0, 0, 1), Zones: map[string]*time.Location{"amir": berlin}})
	if got[0].Night != 6*hour || got[1].Night != 2*hour { // 23:00 to 05:00 in Berlin, 18:00 to 24:00 in New York
		t.Errorf("%+v", got)
	}
}

func TestNightsMayBeOtherHoursButNotNonsense(t *testing.T) {
	t.Parallel()
	s := rota(t, "1d", "ethan")
	from := time.Date(2026, 3, 16, 0, 0, 0, 0, s.Location())
	in := Input{Schedules: []*schedules.Schedule{s}, From: from, To: from.AddDate(0, 0, 1), Night: schedules.RestrictionSpec{From: "00:00", To: "05:00"}}
	if got := count(t, in); got[0].Night != 5*hour {
		t.Errorf("%+v", got)
	}
	in.Night.To = "25:00"
	if _, err := Count(in); err == nil || !strings.HasPrefix(err.Error(), `night: to: "25:00" is not a time of day`) {
		t.Error(err)
	}
}

func TestAWeeklyRotationOverAnEvenNumberOfWeekendsIsFair(t *testing.T) {
	t.Parallel()
	s := rota(t, "1w", "ethan", "amir")
	from := time.Date(2026, 3, 2, 9, 0, 0, 0, s.Location())
	fair := count(t, Input{Schedules: []*schedules.Schedule{s}, From: from, To: from.AddDate(0, 0, 28)})
	if got := Unfair(fair, 0.1); got != nil {
		t.Errorf("unfair: %v", got)
	}
}

func TestADailyRotationOfSevenGivesOneTheWeekends(t *testing.T) {
	t.Parallel()
	s := rota(t, "1d", "ethan", "amir", "darren", "jason", "u5", "u6", "u7")
	from := time.Date(2026, 3, 2, 9, 0, 0, 0, s.Location())
	var got []string
	for _, w := range Unfair(count(t, Input{Schedules: []*schedules.Schedule{s}, From: from, To: from.AddDate(1, 0, 0)}), 0.25) {
		if w.What != "weekends" {
			t.Error(w)
		}
		got = append(got, w.User)
	}
	if diff := cmp.Diff([]string{"amir", "darren", "ethan", "jason", "u5", "u6", "u7"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAWarningReadsWell(t *testing.T) {
	t.Parallel()
	var got []string
	people := []Person{{User: "ethan", OnCall: 288 * hour, Night: 60 * hour}, {User: "amir", OnCall: 96 * hour, Night: 20 * hour}}
	for _, w := range Unfair(people, 0.25) {
		got = append(got, w.String())
	}
	want := []string{
		"ethan is on call for 288 h, 50% more than a fair share of 192 h",
		"amir is on call for 96 h, 50% less than a fair share of 192 h",
		"ethan has 60 h of nights, 50% more than a fair share of 40 h",
		"amir has 20 h of nights, 50% less than a fair share of 40 h",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheCSVIsSafeForSpreadsheets(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := WriteCSV(&b, []Person{{User: "=cmd", OnCall: 90 * time.Minute, Pages: 2}, {User: `a,"b`}}); err != nil {
		t.Fatal(err)
	}
	want := "user,hours,night_hours,weekend_hours,holiday_hours,shifts,pages,night_pages\n'=cmd,1.50,0.00,0.00,0.00,0,2,0\n\"a,\"\"b\",0.00,0.00,0.00,0.00,0,0,0\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// Minute by minute, plainly.
func TestCountingAgreesWithLookingAtEveryMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := schedules.RotationSpec{
			Starts: "2026-03-01T09:00", Every: rapid.SampledFrom([]string{"6h", "1d", "2d"}).Draw(t, "every"),
			Participants: [][]string{{"ethan"}, {"amir"}, {"ethan", "darren"}, {schedules.Nobody}},
		}
		s, problems := schedules.New(schedules.Spec{Zone: "America/New_York", Rotations: []schedules.RotationSpec{r}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		from := time.Date(2026, 3, 6, 0, 0, 0, 0, s.Location()).Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "minutes")) * time.Minute)
		to := from.Add(60 * hour)
		want := map[string]*Person{}
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			for _, user := range s.OnCall(at) {
				if want[user] == nil {
					want[user] = &Person{User: user}
				}
				p := want[user]
				p.OnCall += time.Minute
				if at.Hour() >= 22 || at.Hour() < 6 {
					p.Night += time.Minute
				}
				if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
					p.Weekend += time.Minute
				}
				if at.Day() == 8 {
					p.Holiday += time.Minute
				}
			}
		}
		eighth := []time.Time{time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC)}
		holidays := map[string][]time.Time{"ethan": eighth, "amir": eighth, "darren": eighth}
		got, err := Count(Input{Schedules: []*schedules.Schedule{s}, From: from, To: to, Holidays: holidays})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d people, want %d", len(got), len(want))
		}
		for _, p := range got {
			p.Shifts = 0
			if diff := cmp.Diff(*want[p.User], p); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
