package calendar_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) calendar.Env { return calendar.Env{Now: noon.Add(d)} }

func TestACalendarInWhichNothingChangedIsTheSameTextThoughItsStampsChange(t *testing.T) {
	t.Parallel()
	text := "BEGIN:VEVENT\r\nDTSTAMP:20260309T120000Z\r\nSUMMARY:DTSTAMP\r\n DTSTAMP:x\r\nDTSTAMPS:x\r\ndtstamp;X=y:20\r\n 26\r\nEND:VEVENT"
	if got := string(calendar.Plain([]byte(text))); got != "BEGIN:VEVENT\r\nSUMMARY:DTSTAMP\r\n DTSTAMP:x\r\nDTSTAMPS:x\r\nEND:VEVENT" {
		t.Errorf("left is %q", got)
	}
	if got := calendar.Plain(nil); len(got) != 0 {
		t.Errorf("left of nothing is %q", got)
	}
}

func TestACalendarIsDueAgainAfterItsIntervalAndSoonerAfterAFailure(t *testing.T) {
	t.Parallel()
	var none *calendar.State
	if !none.DueAt(time.Hour).IsZero() {
		t.Error("one that is not known yet is not due")
	}
	s := calendar.New(store.NewID(store.KindCalendar, calendar.Key("c").Shard), "c", at(0))
	due := func(want time.Duration) {
		t.Helper()
		if got := s.DueAt(10 * time.Minute).Sub(noon); got != want {
			t.Errorf("it is due after %s, want %s", got, want)
		}
	}
	s.Claim(at(0))
	due(calendar.Lease)
	s.Succeed("sum", calendar.Tags{}, at(time.Second))
	due(10*time.Minute + time.Second)
	for i, want := range []time.Duration{1, 2, 4, 8, 10, 10} {
		s.Fail("away", at(time.Hour))
		due(time.Hour + want*time.Minute)
		if s.Failures != i+1 || s.Error != "away" || !s.FetchedAt.Equal(noon.Add(time.Second)) {
			t.Errorf("after %d failures it is %+v", i+1, s)
		}
	}
	s.Fail(strings.Repeat("ü", 1000), at(time.Hour))
	if len(s.Error) > 300 {
		t.Errorf("the error has %d bytes", len(s.Error))
	}
}

func TestTheCopyOutlivesItsStateAndBothGoWhenNobodyRefreshesThem(t *testing.T) {
	t.Parallel()
	s, text := calendar.New("k00-x", "c", at(0)), calendar.NewText("d00-x", "c", at(0))
	if err := text.Write(bytes.Repeat([]byte("x"), calendar.MaxBytes), at(0)); err != nil {
		t.Fatal(err)
	}
	if got, err := text.Read(); err != nil || len(got) != calendar.MaxBytes {
		t.Errorf("read %d bytes (%v)", len(got), err)
	}
	end := time.Duration(0)
	for ; !text.Old(at(end)); end += time.Hour { // the State is refreshed all the time, the Text not before it is old
		s.Fail("away", at(end))
	}
	s.Fail("away", at(end-time.Hour))
	if gone := s.GoneAt(at(0)); !gone.After(noon.Add(end)) || !text.GoneAt(at(0)).After(gone) {
		t.Errorf("the state goes at %s, its text at %s", gone, text.GoneAt(at(0)))
	}
	text.Packed = []byte("x")
	if _, err := text.Read(); err == nil || !strings.Contains(err.Error(), "d00-x") {
		t.Errorf("what cannot be unpacked: %v", err)
	}
}

func TestOfSeveralRotationsThoseWithoutACopyHaveNobody(t *testing.T) {
	t.Parallel()
	spec := schedules.Spec{Name: "s", Zone: "America/New_York", Rotations: []schedules.RotationSpec{
		{Name: "fixed", Participants: [][]string{{"amir"}}},
		{Name: "known", Calendar: &schedules.CalendarSpec{}},
		{Name: "unknown", Calendar: &schedules.CalendarSpec{}},
		{Name: "broken", Calendar: &schedules.CalendarSpec{}},
	}}
	s, problems := schedules.New(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	dir := &directory.Directory{
		Users:     map[string]directory.User{"ethan": {FullName: "Ethan Z.", Email: "ethan@example.com"}, "amir": {}},
		Schedules: map[string]*schedules.Schedule{"s": s},
		Imported:  map[string]directory.Imported{"s": {Spec: spec, Calendars: map[int]string{1: "a", 2: "b", 3: "c"}}},
	}
	text := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Ethan@Example.com\r\nDTSTART;VALUE=DATE:20260309\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	copies := calendar.Copies{"a": calendar.LocalCopy([]byte(text), noon), "c": calendar.LocalCopy([]byte("<html>"), noon)}
	with, reports := calendar.Apply(dir, copies, calendar.WindowAt(noon), &calendar.Books{})
	for hours, want := range map[int]string{0: "amir ethan", 15: "amir ethan", 16: "amir", -9: "amir"} { // the day in New York
		if got := strings.Join(with.Schedules["s"].OnCall(noon.Add(time.Duration(hours)*time.Hour)), " "); got != want {
			t.Errorf("after %dh %q, want %q", hours, got, want)
		}
	}
	if len(reports) != 3 || !reports[0].Known || reports[0].Complaint() != "" || reports[1].Known || !strings.Contains(reports[2].Complaint(), "not a calendar") {
		t.Errorf("reports are %+v", reports)
	}
	if got := dir.Schedules["s"].OnCall(noon); len(got) != 1 {
		t.Errorf("the directory itself changed: %v", got)
	}
}
