package schedules

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzPattern feeds shift patterns, skipped days, joins and leaves.
func FuzzPattern(f *testing.F) {
	f.Add("2 on, 4 off", "", "", "", 0, 0, "2026-03-20T00:00", "")
	f.Add("2 days 2 nights 4 off", "19:00", "", "", 2, 1, "", "2026-03-20T00:00")
	f.Add("", "", "1d", "sat,sun", 0, 2, "2026-03-09T09:00", "2026-03-20T00:00")
	f.Add("", "", "5d", "sat,sun,mon", 0, 1, "", "")
	f.Add("", "", "3mo", "", 0, 0, "2026-03-31T00:00", "2026-03-31T00:01")
	f.Add("366 on", "", "8h", "sun", -1, -1, "x", "y")
	f.Fuzz(func(t *testing.T, shift, night, every, skip string, stagger, startAt int, joins, leaves string) {
		rotation := RotationSpec{
			Starts: "2026-03-02T09:00", Shift: shift, Night: night, Every: every, Stagger: stagger, StartAt: startAt,
			Participants: [][]string{{"ethan"}, {"amir", "darren"}, {"jason"}},
			Members:      []MemberSpec{{User: "amir", From: joins, Until: leaves}, {User: "jason", Until: leaves}},
		}
		if skip != "" {
			rotation.Skip = strings.Split(skip, ",")
		}
		s, problems := New(Spec{Zone: "America/New_York", Rotations: []RotationSpec{rotation}})
		if (s == nil) == (len(problems) == 0) {
			t.Fatalf("schedule %v, problems %v", s, problems)
		}
		if s == nil {
			return
		}
		from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		at := from
		for _, i := range s.Intervals(from, from.AddDate(0, 1, 0)) {
			if !i.From.Equal(at) || !i.To.After(i.From) || !slices.Equal(usersOf(i.Shifts), s.OnCall(i.From)) {
				t.Fatalf("interval %+v after %v, on call %v", i, at, s.OnCall(i.From))
			}
			at = i.To
		}
		s.Next(at)
		s.Endings(from, at)
	})
}

// FuzzNew feeds anything to New. What it accepts must answer every question without a panic, and partition time.
func FuzzNew(f *testing.F) {
	type seed struct{ zone, starts, ends, every, rule, days, from, to string }
	for _, s := range []seed{
		{"America/New_York", "2026-03-02T09:00", "", "1d", "", "", "", ""},
		{"Pacific/Apia", "2011-12-28T09:00", "2012-02-01T09:00", "8h", "", "mon,fri", "22:00", "06:00"},
		{"UTC", "2026-03-02T09:00Z", "", "5h", "", "", "09:00", "24:00"},
		{"Australia/Lord_Howe", "2026-03-02", "", "", "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9", "sat,sun", "", ""},
		{"America/Santiago", "2016-03-02T00:00", "", "", "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1", "", "", ""},
		{"Asia/Beirut", "2026-03-02T00:00", "", "", "FREQ=HOURLY;INTERVAL=7;BYHOUR=7,14;UNTIL=20270101T000000Z", "", "", ""},
		{"Europe/Berlin", "2026-03-02T00:00", "", "", "FREQ=MINUTELY;INTERVAL=90;BYMINUTE=0,30", "", "00:00", "00:01"},
		{"Europe/Berlin", "2026-03-02T00:00", "", "", "FREQ=YEARLY;BYMONTH=2;BYDAY=53MO", "", "", ""},
		{"Europe/Berlin", "2026-12-31T00:00", "", "", "FREQ=YEARLY;BYWEEKNO=-53,53,1;BYDAY=SU", "", "", ""},
		{"Europe/Berlin", "2026-03-02T00:00", "", "", "FREQ=YEARLY;BYYEARDAY=366,-366;COUNT=3", "", "", ""},
		{"America/New_Yrok", "yesterday", "today", "0d", "FREQ=SECONDLY", "funday", "9", "25:00"},
	} {
		f.Add(s.zone, s.starts, s.ends, s.every, s.rule, s.days, s.from, s.to)
	}
	f.Fuzz(func(t *testing.T, zone, starts, ends, every, rule, days, from, to string) {
		rotation := RotationSpec{Starts: starts, Ends: ends, Every: every, RRule: rule, Participants: [][]string{{"ethan"}, {"amir", "darren"}, {Nobody}}}
		if days != "" || from != "" || to != "" {
			r := RestrictionSpec{From: from, To: to}
			if days != "" {
				r.Days = strings.Split(days, ",")
			}
			rotation.Restrict = []RestrictionSpec{r}
		}
		override := OverrideSpec{User: "jason", From: starts, To: ends}
		spec := Spec{Zone: zone, Rotations: []RotationSpec{rotation}}
		if ends != "" {
			spec.Overrides = []OverrideSpec{override}
		}
		s, problems := New(spec)
		if (s == nil) == (len(problems) == 0) {
			t.Fatalf("schedule %v, problems %v", s, problems)
		}
		if s == nil {
			return
		}
		begin, err := ParseTime(starts, s.Location())
		if err != nil {
			t.Fatal(err)
		}
		for _, when := range []time.Time{{}, begin, begin.AddDate(0, 0, 3).Add(-time.Nanosecond), begin.AddDate(10, 0, 0), time.Unix(1<<62, 0)} {
			on := s.OnCall(when)
			for _, user := range s.Next(when) {
				if slices.Contains(on, user) {
					t.Fatalf("%s is on call and next", user)
				}
			}
			s.Previous(when)
			for _, shift := range s.At(when) {
				if !slices.Contains(on, shift.User) || !shift.Until.IsZero() && !shift.From.Before(shift.Until) {
					t.Fatalf("on call %v, shift %+v", on, shift)
				}
			}
		}
		at, end := begin.AddDate(0, 0, -1), begin.AddDate(0, 0, 3)
		for _, i := range s.Intervals(at, end) {
			if !i.From.Equal(at) || !i.To.After(i.From) {
				t.Fatalf("interval %v to %v after %v", i.From, i.To, at)
			}
			at = i.To
		}
		if !at.Equal(end) {
			t.Fatalf("intervals end at %v, not %v", at, end)
		}
	})
}
