package ical

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/schedules"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// calendar wraps lines of events into a calendar.
func calendar(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

func vevent(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

// shown reads a calendar from 1 March to 1 April 2026 in New York, and writes its occurrences briefly.
func shown(t *testing.T, text []byte) []string {
	t.Helper()
	ny := zone(t, "America/New_York")
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, ny)
	c, err := Read(text, ny, from, from.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range c.Events {
		out = append(out, fmt.Sprintf("%s to %s %s", e.From.In(ny).Format("02 15:04"), e.To.In(ny).Format("02 15:04"), e.Summary))
	}
	for _, p := range c.Problems {
		out = append(out, fmt.Sprintf("line %d: %s", p.Line, p.Message))
	}
	return out
}

func TestEventsBecomeOccurrences(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		lines []string
		want  []string
	}{
		{"in UTC", []string{"UID:1", "DTSTART:20260302T140000Z", "DTEND:20260302T220000Z", "SUMMARY:ethan"}, []string{"02 09:00 to 02 17:00 ethan"}},
		{"in its zone", []string{"DTSTART;TZID=Europe/Berlin:20260302T150000", "DTEND;TZID=Europe/Berlin:20260302T160000", "SUMMARY:ethan"}, []string{"02 09:00 to 02 10:00 ethan"}},
		{"in no zone", []string{"DTSTART:20260302T090000", "DURATION:PT8H", "SUMMARY:ethan"}, []string{"02 09:00 to 02 17:00 ethan"}},
		{"in a zone as Thunderbird wrote it", []string{`DTSTART;TZID="/mozilla.org/20050126_1/Europe/Berlin":20260302T150000`, "DURATION:PT1H", "SUMMARY:ethan"}, []string{"02 09:00 to 02 10:00 ethan"}},
		{"in a zone as Outlook writes it", []string{"DTSTART;TZID=W. Europe Standard Time:20260302T150000", "DURATION:PT1H", "SUMMARY:ethan"}, []string{"02 09:00 to 02 10:00 ethan"}},
		{"a whole day", []string{"DTSTART;VALUE=DATE:20260308", "SUMMARY:amir"}, []string{"08 00:00 to 09 00:00 amir"}},
		{"several days", []string{"DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260309", "SUMMARY:amir"}, []string{"02 00:00 to 09 00:00 amir"}},
		{"folded and escaped", []string{"DTSTART:20260302T090000", "DURATION:PT1H", "SUMMARY:ethan\\, who is", "  here\\; to", " \\nstay"}, []string{"02 09:00 to 02 10:00 ethan, who is here; to\nstay"}},
		{"a moment is no time", []string{"DTSTART:20260302T090000", "SUMMARY:ethan"}, nil},
		{"cancelled", []string{"DTSTART:20260302T090000", "DURATION:PT1H", "STATUS:CANCELLED"}, nil},
		{"daily across the change of the clock", []string{"DTSTART:20260306T090000", "DTEND:20260307T090000", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:x"},
			[]string{"06 09:00 to 07 09:00 x", "07 09:00 to 08 09:00 x", "08 09:00 to 09 09:00 x", "09 09:00 to 10 09:00 x"}},
		{"in the missing hour", []string{"DTSTART:20260307T023000", "DTEND:20260307T030000", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:x"},
			[]string{"07 02:30 to 07 03:00 x", "09 02:30 to 09 03:00 x"}}, // on the 8th it would end before it begins
		{"begun long ago", []string{"DTSTART:20100104T090000", "DURATION:P1D", "RRULE:FREQ=WEEKLY;BYDAY=MO", "SUMMARY:x"},
			[]string{"02 09:00 to 03 09:00 x", "09 09:00 to 10 09:00 x", "16 09:00 to 17 09:00 x", "23 09:00 to 24 09:00 x", "30 09:00 to 31 09:00 x"}},
		{"every third week, begun long ago", []string{"DTSTART:20100104T090000", "DURATION:P1D", "RRULE:FREQ=WEEKLY;INTERVAL=3", "SUMMARY:x"},
			[]string{"02 09:00 to 03 09:00 x", "23 09:00 to 24 09:00 x"}},
		{"over since long", []string{"DTSTART:20100104T090000", "DURATION:P1D", "RRULE:FREQ=WEEKLY;UNTIL=20110101T000000Z", "SUMMARY:x"}, nil},
		{"until an instant", []string{"DTSTART:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20260304T140000Z", "SUMMARY:x"},
			[]string{"02 09:00 to 02 10:00 x", "03 09:00 to 03 10:00 x", "04 09:00 to 04 10:00 x"}},
		{"until a day", []string{"DTSTART:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20260303", "SUMMARY:x"},
			[]string{"02 09:00 to 02 10:00 x", "03 09:00 to 03 10:00 x"}},
		{"with days left out and added", []string{"DTSTART:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260303T090000,20260305T140000Z", "EXDATE;VALUE=DATE:20260304", "RDATE:20260310T120000", "SUMMARY:x"},
			[]string{"02 09:00 to 02 10:00 x", "10 12:00 to 10 13:00 x"}},
		{"monthly", []string{"DTSTART;VALUE=DATE:20260105", "RRULE:FREQ=MONTHLY;BYDAY=1MO", "SUMMARY:x"}, []string{"02 00:00 to 03 00:00 x"}},
		{"an alarm inside", []string{"DTSTART:20260302T090000", "DURATION:PT1H", "BEGIN:VALARM", "SUMMARY:wake", "DURATION:P9D", "END:VALARM", "SUMMARY:x"}, []string{"02 09:00 to 02 10:00 x"}},
		{"it begins before and ends after", []string{"DTSTART:20260101T090000", "DTEND:20260601T090000", "SUMMARY:x"}, []string{"01 09:00 to 01 09:00 x"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, shown(t, calendar(vevent(c.lines...)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnOccurrenceMayBeMovedOrCancelledOrChangedLater(t *testing.T) {
	t.Parallel()
	got := shown(t, calendar(
		vevent("UID:1", "DTSTART;TZID=America/New_York:20260302T090000", "DTEND;TZID=America/New_York:20260303T090000", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:ethan"),
		vevent("UID:1", "RECURRENCE-ID:20260303T140000Z", "DTSTART:20260303T150000Z", "DTEND:20260303T160000Z", "SUMMARY:amir"),
		vevent("UID:1", "RECURRENCE-ID;TZID=America/New_York:20260304T090000", "DTSTART;TZID=America/New_York:20260304T090000", "STATUS:CANCELLED"),
		vevent("UID:1", "SEQUENCE:2", "RECURRENCE-ID;TZID=America/New_York:20260305T090000", "DTSTART;TZID=America/New_York:20260305T090000", "DURATION:PT2H", "SUMMARY:jason"),
		vevent("UID:1", "SEQUENCE:1", "RECURRENCE-ID;TZID=America/New_York:20260305T090000", "DTSTART;TZID=America/New_York:20260305T090000", "DURATION:PT2H", "SUMMARY:darren"),
	))
	want := []string{"02 09:00 to 03 09:00 ethan", "03 10:00 to 03 11:00 amir", "05 09:00 to 05 11:00 jason"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestABadEventIsReportedAndTheOthersAreRead(t *testing.T) {
	t.Parallel()
	cases := []struct{ line, want string }{
		{"DTSTART;TZID=Middle-earth/Shire:20260302T090000", `TZID: "Middle-earth/Shire" is not a known time zone`},
		{"DTSTART;TZID=../../etc/passwd:20260302T090000", "is not a known time zone"},
		{"DTSTART:yesterday", `DTSTART: "yesterday" is not a date or a time`},
		{"DTSTART:00010101T000000Z", "DTSTART: the year 1 is out of range"},
		{"SUMMARY:without a beginning", "DTSTART is missing"},
		{"DTSTART:20260302T090000\r\nDTEND:20260301T090000", "it ends before it begins"},
		{"DTSTART:20260302T090000\r\nDURATION:P99999W", "DURATION: longer than"},
		{"DTSTART:20260302T090000\r\nDURATION:-PT1H", "DURATION: not a duration"},
		{"DTSTART:20260302T090000\r\nDURATION:PT", "DURATION: not a duration"},
		{"DTSTART:20260302T090000\r\nRRULE:FREQ=SECONDLY", "RRULE: FREQ=SECONDLY recurs too often"},
		{"DTSTART:20260302T090000\r\nRRULE:FREQ=DAILY;INTERVAL=0", "RRULE: INTERVAL is out of range"},
		{"DTSTART:20260302T090000\r\nRRULE:weekly", "RRULE: \"WEEKLY\" is not a recurrence rule"},
		{"DTSTART:20260302T090000\r\nRRULE:FREQ=MONTHLY;BYDAY=99MO", "RRULE: BYDAY=+99MO"},
		{"DTSTART:20260302T090000\r\nEXRULE:FREQ=DAILY", "EXRULE is not supported"},
		{"DTSTART:20260302T090000\r\nRDATE;VALUE=PERIOD:20260302T090000Z/PT1H", "RDATE: periods are not supported"},
		{"DTSTART:20260302T090000\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260302T090000", "RANGE=THISANDFUTURE is not supported"},
	}
	for _, c := range cases {
		got := shown(t, calendar(vevent(c.line), vevent("DTSTART:20260302T090000", "DURATION:PT1H", "SUMMARY:fine")))
		if len(got) != 2 || got[0] != "02 09:00 to 02 10:00 fine" || !strings.HasPrefix(got[1], "line 3: ") || !strings.Contains(got[1], c.want) {
			t.Errorf("%s: got %q, want %s", c.line, got, c.want)
		}
	}
}

func TestWhatIsNoCalendarIsAnError(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"", "<html>not found</html>", "BEGIN:VEVENT\r\nEND:VEVENT", strings.Repeat("x", MaxBytes+1), "BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:X\r\n", 100)} {
		if _, err := Read([]byte(text), time.UTC, from, from.AddDate(0, 1, 0)); err == nil {
			t.Errorf("%.20q is a calendar", text)
		}
	}
}

// What would keep the library busy for ever is cut off by the budget, and fast.
func TestAHostileCalendarIsBounded(t *testing.T) {
	t.Parallel()
	many := func(n int, lines ...string) []byte {
		return calendar(slicesOf(n, func(i int) string { return vevent(append(lines, fmt.Sprint("UID:", i))...) })...)
	}
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, text := range map[string][]byte{
		"rules that never fire":   many(2_000, "DTSTART:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
		"with an end":             many(2_000, "DTSTART:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYSETPOS=5;UNTIL=20270101T000000Z"),
		"rules from long ago":     many(5_000, "DTSTART:19000101T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2000000"),
		"hours without end":       many(2_000, "DTSTART:20260101T090000", "DURATION:PT1H", "RRULE:FREQ=HOURLY"),
		"more events than anyone": many(MaxEvents+1, "DTSTART:20260302T090000", "DURATION:PT1H"),
	} {
		if c, err := Read(text, time.UTC, from, from.AddDate(0, 1, 0)); err == nil {
			t.Errorf("%s: %d occurrences", name, len(c.Events))
		}
	}
}

func slicesOf(n int, f func(int) string) (out []string) {
	for i := range n {
		out = append(out, f(i))
	}
	return out
}

func TestEventsNameUsers(t *testing.T) {
	t.Parallel()
	people := NewPeople(map[string][]string{
		"ethan": {"Ethan Z.", "ethan@example.com"}, "amir": {"amir@example.com", "The Boss"}, "darren": {"the boss"}, "jason": nil,
	})
	cases := []struct {
		event Event
		want  []string
	}{
		{Event{Summary: "ethan"}, []string{"ethan"}},
		{Event{Summary: " ETHAN  z. "}, []string{"ethan"}},
		{Event{Summary: "[L2] amir@example.com"}, []string{"amir"}},
		{Event{Summary: "jason, Ethan Z. and darren"}, []string{"darren", "ethan", "jason"}},
		{Event{Summary: "On call", Attendees: []string{"amir@example.com", "eve@example.com"}}, []string{"amir"}},
		{Event{Summary: "the boss"}, nil}, // two users are called so
		{Event{Summary: "ethanol"}, nil},
		{Event{}, nil},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, people.Find(c.event)); diff != "" {
			t.Errorf("%+v:\n%s", c.event, diff)
		}
	}
}

func TestAHigherLevelHidesALowerOne(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }
	turns, unknown := NewPeople(map[string][]string{"ethan": nil, "amir": nil, "jason": nil}).Turns([]Event{
		{Summary: "ethan", From: at(0), To: at(24)},
		{Summary: "[L1] amir", From: at(9), To: at(12)},
		{Summary: "[L1] jason", From: at(11), To: at(13)},
		{Summary: "[L9] eve", From: at(20), To: at(21)},
	})
	want := []schedules.CalendarTurn{
		{User: "ethan", From: at(0), Until: at(9)}, {User: "amir", From: at(9), Until: at(12)},
		{User: "jason", From: at(11), Until: at(13)}, {User: "ethan", From: at(13), Until: at(24)},
	}
	if diff := cmp.Diff(want, turns); diff != "" {
		t.Error(diff)
	}
	if len(unknown) != 1 || unknown[0].Summary != "[L9] eve" {
		t.Errorf("unknown: %v", unknown)
	}
}

func TestWhoDeclinedIsNoAttendee(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	c, err := Read(calendar("X-WR-CALNAME:Team\\, west", vevent("DTSTART:20260302T090000", "DURATION:PT1H",
		`ATTENDEE;CN="Z., Ethan";PARTSTAT=ACCEPTED:MAILTO:Ethan@example.com`, "ATTENDEE;PARTSTAT=DECLINED:mailto:amir@example.com")), time.UTC, from, from.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ethan@example.com"}, c.Events[0].Attendees); diff != "" || c.Name != "Team, west" {
		t.Error(c.Name, diff)
	}
}

func TestAHolidayIsTheDaysThatItTouches(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	from := time.Date(2026, 12, 1, 0, 0, 0, 0, berlin)
	c, err := Read(calendar(vevent("DTSTART;VALUE=DATE:20201225", "DTEND;VALUE=DATE:20201227", "RRULE:FREQ=YEARLY", "SUMMARY:Christmas")), berlin, from, from.AddDate(0, 1, 0))
	if err != nil || len(c.Events) != 1 {
		t.Fatal(err, c)
	}
	want := []time.Time{time.Date(2026, 12, 25, 0, 0, 0, 0, berlin), time.Date(2026, 12, 26, 0, 0, 0, 0, berlin)}
	if diff := cmp.Diff(want, c.Events[0].Days()); diff != "" {
		t.Error(diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(calendar(vevent("UID:1", "DTSTART;TZID=Europe/Berlin:20260302T150000", "DURATION:P1DT2H", "RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1", "EXDATE:20260303T090000", "SUMMARY:a\\, b")))
	f.Add(calendar(vevent("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=YEARLY;BYWEEKNO=-53,53;BYYEARDAY=366", "ATTENDEE;CN=\"x:y\":mailto:a@b")))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:x\nX-LIC-LOCATION:Asia/Beirut\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=x:20260328T000000\n RRULE\nRRULE:FREQ=WEEKLY\nEND:VEVENT"))
	f.Fuzz(func(t *testing.T, text []byte) {
		from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		to := from.AddDate(0, 1, 0)
		c, err := Read(text, time.UTC, from, to)
		if err != nil {
			return
		}
		for i, e := range c.Events {
			if !e.From.Before(e.To) || !e.From.Before(to) || !e.To.After(from) || i > 0 && e.From.Before(c.Events[i-1].From) {
				t.Fatalf("%+v", e)
			}
		}
		turns, _ := NewPeople(map[string][]string{"a": nil, "b": nil}).Turns(c.Events)
		if _, problems := schedules.New(schedules.Spec{Rotations: []schedules.RotationSpec{{Calendar: &schedules.CalendarSpec{Turns: turns}}}}); len(problems) > 0 {
			t.Fatal(problems)
		}
	})
}
