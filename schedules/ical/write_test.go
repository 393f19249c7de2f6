package ical

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/schedules"
)

func primary(t testing.TB) *schedules.Schedule {
	t.Helper()
	s, problems := schedules.New(schedules.Spec{Name: "primary", Zone: "America/New_York", Rotations: []schedules.RotationSpec{{
		Name: "daily", Starts: "2026-03-02T09:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir", "darren"}},
	}}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

func TestAFeedIsACalendar(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	got := string(Feed{Name: "On call", Stamp: at, Entries: []Entry{{UID: "1@host", Summary: "ethan; on call", Description: "a\nb\x07", From: at, To: at.Add(time.Hour)}}}.Write())
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Tocsin//On-call schedules//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME:On call
X-WR-CALNAME:On call
REFRESH-INTERVAL;VALUE=DURATION:PT60M
X-PUBLISHED-TTL:PT60M
BEGIN:VEVENT
UID:1@host
DTSTAMP:20260302T140000Z
DTSTART:20260302T140000Z
DTEND:20260302T150000Z
SUMMARY:ethan\; on call
DESCRIPTION:a\nb
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheUIDOfAShiftDoesNotChangeWithTheTimeAskedFor(t *testing.T) {
	t.Parallel()
	s := primary(t)
	from := time.Date(2026, 3, 5, 12, 0, 0, 0, s.Location())
	entries := Entries(s, from, from.AddDate(0, 0, 10), "host", "amir")
	later := Entries(s, from.Add(5*time.Hour), from.AddDate(0, 0, 10).Add(-2*time.Hour), "host", "amir")
	if diff := cmp.Diff(entries, later); diff != "" {
		t.Error(diff)
	}
	if len(entries) != 6 || !entries[0].From.Equal(time.Date(2026, 3, 5, 9, 0, 0, 0, s.Location())) {
		t.Errorf("%d entries, the first %+v", len(entries), entries[0])
	}
	uids := map[string]bool{}
	for _, e := range append(entries, Entries(s, from, from.AddDate(0, 0, 10), "host", "darren", "ethan")...) {
		if uids[e.UID] {
			t.Errorf("twice: %+v", e)
		}
		uids[e.UID] = true
	}
}

// What is written is read as the same rotation.
func TestAFeedReadAgainIsTheSameSchedule(t *testing.T) {
	t.Parallel()
	s := primary(t)
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, s.Location())
	to := from.AddDate(0, 1, 0)
	var entries []Entry
	for _, shift := range s.Shifts(from, to) {
		entries = append(entries, Entry{UID: shift.User + shift.From.String(), Summary: shift.User, From: shift.From, To: shift.Until})
	}
	c, err := Read(Feed{Name: "x", Stamp: from, Entries: entries}.Write(), s.Location(), from, to)
	if err != nil || len(c.Problems) > 0 {
		t.Fatal(err, c.Problems)
	}
	turns, unknown := NewPeople(map[string][]string{"ethan": nil, "amir": nil, "darren": nil}).Turns(c.Events)
	if len(unknown) > 0 {
		t.Fatal(unknown)
	}
	copied, problems := schedules.New(schedules.Spec{Zone: "America/New_York", Rotations: []schedules.RotationSpec{
		{Name: "daily", Calendar: &schedules.CalendarSpec{Turns: turns}},
	}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(s.Intervals(from, to), copied.Intervals(from, to)); diff != "" {
		t.Error(diff)
	}
}

func TestAnyTextSurvivesFoldingAndEscaping(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		runes := rapid.RuneFrom([]rune("abcdefghijklmnop ,;:\\\"nN\nä€😀"))
		summary := strings.TrimSpace(rapid.StringOfN(runes, 0, 300, -1).Draw(t, "summary"))
		text := Feed{Stamp: from, Entries: []Entry{{UID: "1", Summary: summary, From: from, To: from.Add(time.Hour)}}}.Write()
		for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("line of %d octets: %q", len(line), line)
			}
		}
		c, err := Read(text, time.UTC, from, from.AddDate(0, 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Events[0].Summary; got != summary {
			t.Fatalf("%q is read as %q", summary, got)
		}
	})
}
