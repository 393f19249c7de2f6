package schedules

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAWallClockTimeBecomesAnInstantAsRFC5545Says(t *testing.T) {
	t.Parallel()
	cases := []struct{ zone, wall, want string }{
		{"America/New_York", "2026-03-08T01:59", "2026-03-08T01:59:00-05:00"},
		{"America/New_York", "2026-03-08T02:00", "2026-03-08T03:00:00-04:00"},
		{"America/New_York", "2026-03-08T02:30", "2026-03-08T03:30:00-04:00"},
		{"America/New_York", "2026-03-08T03:00", "2026-03-08T03:00:00-04:00"},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T01:30:00-04:00"},
		{"America/New_York", "2026-11-01T02:00", "2026-11-01T02:00:00-05:00"},
		{"Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:30:00+02:00"},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		{"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45:00+11:00"}, // half an hour is missing
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45:00+11:00"}, // half an hour is doubled
		{"America/Santiago", "2026-09-06T00:00", "2026-09-06T01:00:00-03:00"},    // midnight is missing
		{"America/Santiago", "2026-04-04T23:30", "2026-04-04T23:30:00-03:00"},    // the hour before midnight is doubled
		{"Asia/Beirut", "2026-03-29T00:00", "2026-03-29T01:00:00+03:00"},
		{"Asia/Beirut", "2026-10-24T23:30", "2026-10-24T23:30:00+03:00"},
		{"Pacific/Apia", "2011-12-29T09:00", "2011-12-29T09:00:00-10:00"},
		{"Pacific/Apia", "2011-12-30T09:00", "2011-12-31T09:00:00+14:00"}, // the day is missing
		{"Pacific/Apia", "2011-12-31T09:00", "2011-12-31T09:00:00+14:00"},
		{"America/New_York", "2026-03-08T02:30-05:00", "2026-03-08T03:30:00-04:00"},
		{"America/New_York", "2026-11-01T06:30Z", "2026-11-01T01:30:00-05:00"}, // the second one, by offset
	}
	for _, c := range cases {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseTime(c.wall, loc)
		if err != nil {
			t.Fatal(err)
		}
		if got := got.Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s is %s, want %s", c.wall, c.zone, got, c.want)
		}
	}
}

// handovers lists when shifts begin between two times.
func handovers(t *testing.T, s *Schedule, from, to string) []string {
	t.Helper()
	var got []string
	for _, i := range s.Intervals(at(t, s, from), at(t, s, to))[1:] {
		who := Nobody
		if len(i.Shifts) > 0 {
			who = i.Shifts[0].User
		}
		got = append(got, i.From.Format("02 15:04 -0700")+" "+who)
	}
	return got
}

func TestHandOversAtNightsWhenTheClockChanges(t *testing.T) {
	t.Parallel()
	three := turns("ethan", "amir", "darren")
	cases := []struct {
		name, zone string
		rotation   RotationSpec
		from, to   string
		want       []string
	}{
		{"in the missing hour", "America/New_York", RotationSpec{Starts: "2026-03-06T02:30", Every: "1d", Participants: three}, "2026-03-07T00:00", "2026-03-10T00:00",
			[]string{"07 02:30 -0500 amir", "08 03:30 -0400 darren", "09 02:30 -0400 ethan"}},
		{"in the doubled hour", "America/New_York", RotationSpec{Starts: "2026-10-30T01:30", Every: "1d", Participants: three}, "2026-10-31T00:00", "2026-11-03T00:00",
			[]string{"31 01:30 -0400 amir", "01 01:30 -0400 darren", "02 01:30 -0500 ethan"}},
		{"every hour, wall clock, forward", "America/New_York", RotationSpec{Starts: "2026-03-08T00:30", Every: "1h", Participants: three}, "2026-03-08T01:00", "2026-03-08T05:00",
			[]string{"08 01:30 -0500 amir", "08 03:30 -0400 ethan", "08 04:30 -0400 amir"}}, // darren's hour does not exist
		{"every hour, wall clock, back", "America/New_York", RotationSpec{Starts: "2026-11-01T00:30", Every: "1h", Participants: three}, "2026-11-01T01:00-04:00", "2026-11-01T03:00",
			[]string{"01 01:30 -0400 amir", "01 02:30 -0500 darren"}}, // amir has it twice
		{"every 12 hours stays at 8 and 20", "America/New_York", RotationSpec{Starts: "2026-03-07T08:00", Every: "12h", Participants: three}, "2026-03-07T09:00", "2026-03-09T09:00",
			[]string{"07 20:00 -0500 amir", "08 08:00 -0400 darren", "08 20:00 -0400 ethan", "09 08:00 -0400 amir"}},
		{"every 10 hours is elapsed time", "America/New_York", RotationSpec{Starts: "2026-03-07T20:00", Every: "10h", Participants: three}, "2026-03-07T21:00", "2026-03-09T00:00",
			[]string{"08 07:00 -0400 amir", "08 17:00 -0400 darren"}},
		{"half an hour forward", "Australia/Lord_Howe", RotationSpec{Starts: "2026-10-03T02:15", Every: "1d", Participants: three}, "2026-10-03T03:00", "2026-10-06T00:00",
			[]string{"04 02:45 +1100 amir", "05 02:15 +1100 darren"}},
		{"half an hour back", "Australia/Lord_Howe", RotationSpec{Starts: "2026-04-04T01:45", Every: "1d", Participants: three}, "2026-04-04T03:00", "2026-04-07T00:00",
			[]string{"05 01:45 +1100 amir", "06 01:45 +1030 darren"}},
		{"midnight is missing", "America/Santiago", RotationSpec{Starts: "2026-09-05T00:00", Every: "1d", Participants: three}, "2026-09-05T12:00", "2026-09-08T12:00",
			[]string{"06 01:00 -0300 amir", "07 00:00 -0300 darren", "08 00:00 -0300 ethan"}},
		{"midnight is missing, by rule", "America/Santiago", RotationSpec{Starts: "2026-09-05T09:00", RRule: "FREQ=DAILY", Participants: three}, "2026-09-05T12:00", "2026-09-08T12:00",
			[]string{"06 09:00 -0300 amir", "07 09:00 -0300 darren", "08 09:00 -0300 ethan"}},
		{"the hour before midnight is doubled", "America/Santiago", RotationSpec{Starts: "2026-04-03T23:30", Every: "1d", Participants: three}, "2026-04-04T00:00", "2026-04-07T00:00",
			[]string{"04 23:30 -0300 amir", "05 23:30 -0400 darren", "06 23:30 -0400 ethan"}},
		{"Beirut forward", "Asia/Beirut", RotationSpec{Starts: "2026-03-28T00:00", Every: "1d", Participants: three}, "2026-03-28T12:00", "2026-03-30T12:00",
			[]string{"29 01:00 +0300 amir", "30 00:00 +0300 darren"}},
		{"Beirut back", "Asia/Beirut", RotationSpec{Starts: "2026-10-24T00:00", Every: "1d", Participants: three}, "2026-10-24T12:00", "2026-10-26T12:00",
			[]string{"25 00:00 +0200 amir", "26 00:00 +0200 darren"}},
		{"a day is missing", "Pacific/Apia", RotationSpec{Starts: "2011-12-28T09:00", Every: "1d", Participants: turns("ethan", "amir", "darren", "jason")}, "2011-12-28T12:00", "2012-01-02T00:00",
			[]string{"29 09:00 -1000 amir", "31 09:00 +1400 jason", "01 09:00 +1400 ethan"}}, // darren's day does not exist
		{"a day of hours is missing", "Pacific/Apia", RotationSpec{Starts: "2011-12-29T00:00", Every: "8h", Participants: turns("ethan", "amir", "darren")}, "2011-12-29T01:00", "2011-12-31T12:00",
			[]string{"29 08:00 -1000 amir", "29 16:00 -1000 darren", "31 00:00 +1400 ethan", "31 08:00 +1400 amir"}},
		{"hours of the day, from the missing hour", "America/New_York", RotationSpec{Participants: turns("ethan"), Restrict: []RestrictionSpec{{From: "02:30", To: "06:00"}}}, "2026-03-07T12:00", "2026-03-09T12:00",
			[]string{"08 03:30 -0400 ethan", "08 06:00 -0400 nobody", "09 02:30 -0400 ethan", "09 06:00 -0400 nobody"}},
		{"hours of the day, in the doubled hour only once", "America/New_York", RotationSpec{Participants: turns("ethan"), Restrict: []RestrictionSpec{{From: "01:15", To: "01:45"}}}, "2026-10-31T12:00", "2026-11-02T12:00",
			[]string{"01 01:15 -0400 ethan", "01 01:45 -0400 nobody", "02 01:15 -0500 ethan", "02 01:45 -0500 nobody"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := build(t, Spec{Zone: c.zone, Rotations: []RotationSpec{c.rotation}})
			if diff := cmp.Diff(c.want, handovers(t, s, c.from, c.to)); diff != "" {
				t.Errorf("hand-overs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAHandOffInTheDoubledHourHappensOnce(t *testing.T) {
	t.Parallel()
	expect(t, build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{
		{Starts: "2026-10-31T01:30", Every: "1d", Participants: turns("ethan", "amir")},
	}}), map[string][]string{
		"2026-11-01T01:29-04:00": ethan,
		"2026-11-01T01:30-04:00": amir,
		"2026-11-01T01:10-05:00": amir, // the clock shows a time before the hand-off again
		"2026-11-01T01:40-05:00": amir,
		"2026-11-02T01:29-05:00": amir,
		"2026-11-02T01:30-05:00": ethan,
	})
}
