package postmortem

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

var workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestTheNextReminderComesAtTheOwnersHourOnTheNextDayThatCounts(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	daily := directory.Remind{Every: day, At: "17:00", Days: workdays}
	for _, c := range []struct {
		name      string
		r         directory.Remind
		zone      string
		last, now string
		want      string // in the zone
	}{
		{"later today", daily, "UTC", "", "2026-03-09T10:00:00Z", "2026-03-09T17:00:00Z"},
		{"strictly after now", daily, "UTC", "", "2026-03-09T17:00:00Z", "2026-03-10T17:00:00Z"},
		{"the day after the last one", daily, "UTC", "2026-03-09T17:00:00Z", "2026-03-09T17:00:00Z", "2026-03-10T17:00:00Z"},
		{"not on a weekend", daily, "UTC", "2026-03-13T17:00:00Z", "2026-03-13T17:00:01Z", "2026-03-16T17:00:00Z"},
		{"in the owner's zone", daily, "Australia/Sydney", "", "2026-03-08T22:30:00Z", "2026-03-09T17:00:00+11:00"},
		{"a Monday there, a Sunday here", daily, "Pacific/Auckland", "", "2026-03-08T02:00:00Z", "2026-03-09T17:00:00+13:00"},
		{"any day when none is named", directory.Remind{Every: day, At: "17:00"}, "UTC", "", "2026-03-14T10:00:00Z", "2026-03-14T17:00:00Z"},
		{"every second day", directory.Remind{Every: 2 * day, At: "17:00", Days: workdays}, "UTC", "2026-03-12T17:00:00Z", "2026-03-12T17:00:00Z", "2026-03-16T17:00:00Z"},
		{"once a week", directory.Remind{Every: 7 * day, At: "09:30", Days: workdays}, "UTC", "2026-03-12T09:30:00Z", "2026-03-12T09:30:00Z", "2026-03-19T09:30:00Z"},
		{"a part of a day counts as a whole one", directory.Remind{Every: 30 * time.Hour, At: "17:00"}, "UTC", "2026-03-09T17:00:00Z", "2026-03-09T17:00:00Z", "2026-03-11T17:00:00Z"},
		{"one after a long silence", daily, "UTC", "2026-03-02T17:00:00Z", "2026-03-11T03:00:00Z", "2026-03-11T17:00:00Z"},
		{"the last one came late, at night", daily, "UTC", "2026-03-10T23:50:00Z", "2026-03-10T23:50:00Z", "2026-03-11T17:00:00Z"},
		{"nothing configured is every day at five", directory.Remind{}, "UTC", "2026-03-14T17:00:00Z", "2026-03-14T17:00:00Z", "2026-03-15T17:00:00Z"},
		{"no hour at all is five", directory.Remind{At: "teatime"}, "UTC", "", "2026-03-14T10:00:00Z", "2026-03-14T17:00:00Z"},
		{"no day of the week is reminded all the same", directory.Remind{At: "17:00", Days: []time.Weekday{9}}, "UTC", "", "2026-03-14T10:00:00Z", "2026-03-23T17:00:00Z"},

		// New York: on 8 March 2026 there is no time from 2:00 to 3:00, on 1 November it comes twice.
		{"a day of 23 hours", directory.Remind{At: "17:00"}, "America/New_York", "2026-03-07T22:00:00Z", "2026-03-07T22:00:00Z", "2026-03-08T17:00:00-04:00"},
		{"a day of 25 hours", directory.Remind{At: "17:00"}, "America/New_York", "2026-10-31T21:00:00Z", "2026-10-31T21:00:00Z", "2026-11-01T17:00:00-05:00"},
		{"over a weekend with a change", daily, "America/New_York", "2026-03-06T22:00:00Z", "2026-03-06T22:00:00Z", "2026-03-09T17:00:00-04:00"},
		{"a time that is skipped comes after the gap", directory.Remind{At: "02:30"}, "America/New_York", "2026-03-07T07:30:00Z", "2026-03-07T07:30:00Z", "2026-03-08T03:30:00-04:00"},
		{"and as usual the day after", directory.Remind{At: "02:30"}, "America/New_York", "2026-03-08T07:30:00Z", "2026-03-08T07:30:00Z", "2026-03-09T02:30:00-04:00"},
		{"a time that comes twice is the first", directory.Remind{At: "01:30"}, "America/New_York", "2026-10-31T05:30:00Z", "2026-10-31T05:30:00Z", "2026-11-01T01:30:00-04:00"},
		{"and not again an hour later", directory.Remind{At: "01:30"}, "America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T01:30:00-05:00"},
		{"a day that a zone skipped", directory.Remind{At: "17:00"}, "Pacific/Apia", "2011-12-30T03:00:00Z", "2011-12-30T03:00:00Z", "2011-12-31T17:00:00+14:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, c.zone)
			got := NextReminder(c.r, loc, instant(t, c.last), instant(t, c.now)).In(loc).Format(time.RFC3339)
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestRemindersAlwaysComeLaterOnADayThatCountsAndNeverTwiceADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom([]string{"UTC", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "Pacific/Auckland"}).Draw(t, "zone"))
		days := workdays[:rapid.IntRange(1, 5).Draw(t, "days")]
		r := directory.Remind{
			Every: time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour,
			At:    time.Time{}.Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "at")) * time.Minute).Format("15:04"),
			Days:  days,
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, "now")) * time.Minute)
		last := time.Time{}
		for range 20 {
			next := NextReminder(r, loc, last, now)
			if !next.After(now) {
				t.Fatalf("%s does not come after %s", next, now)
			}
			if last.IsZero() && next.Sub(now) > 8*24*time.Hour {
				t.Fatalf("the first after %s is %s", now, next)
			}
			if gap := int(date(next, loc).Sub(date(last, loc)) / (24 * time.Hour)); !last.IsZero() && gap < daysOf(r.Every) {
				t.Fatalf("%s comes %d days after %s", next, gap, last)
			}
			now, last = next, next
		}
	})
}
