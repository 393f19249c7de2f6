package schedules

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func recurrence(t *testing.T, spec RecurrenceSpec, zone string) *Recurrence {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	spec.Zone = loc
	r, problems := NewRecurrence(spec)
	if problems != nil {
		t.Fatal(problems)
	}
	return r
}

// occurrences writes down the first n of them that are not over at from, in UTC.
func (r *Recurrence) list(from time.Time, n int) string {
	var out []string
	for range n {
		o, ok := r.Next(from)
		if !ok {
			break
		}
		out = append(out, o.From.UTC().Format("01-02 15:04")+"/"+o.Until.UTC().Format("15:04"))
		from = o.Until
	}
	return strings.Join(out, " ")
}

func TestASpanComesAgainByTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec RecurrenceSpec
		from string
		want string
	}{
		"once": {RecurrenceSpec{From: "2026-03-09T02:00", Until: "2026-03-09T04:00"}, "2026-01-01T00:00:00Z", "03-09 01:00/03:00"},
		"each Sunday, over the night on which an hour is skipped": {
			RecurrenceSpec{From: "2026-03-22T02:00", Until: "2026-03-22T04:00", RRule: "FREQ=WEEKLY;BYDAY=SU"}, "2026-03-22T00:00:00Z",
			"03-22 01:00/03:00 03-29 01:00/02:00 04-05 00:00/02:00"},
		"each Sunday, over the night on which an hour comes twice": {
			RecurrenceSpec{From: "2026-10-18T02:00", Until: "2026-10-18T04:00", RRule: "FREQ=WEEKLY"}, "2026-10-18T00:00:00Z",
			"10-18 00:00/02:00 10-25 00:00/03:00 11-01 01:00/03:00"},
		"within the hour that is skipped: not on that day": {
			RecurrenceSpec{From: "2026-03-28T02:00", Until: "2026-03-28T03:00", RRule: "FREQ=DAILY"}, "2026-03-28T00:00:00Z",
			"03-28 01:00/02:00 03-30 00:00/01:00"},
		"until it ends": {
			RecurrenceSpec{From: "2026-03-09T02:00", Until: "2026-03-09T04:00", RRule: "FREQ=DAILY", Ends: "2026-03-11T02:00"}, "2026-03-01T00:00:00Z",
			"03-09 01:00/03:00 03-10 01:00/03:00"},
		"three times": {
			RecurrenceSpec{From: "2026-03-09T02:00", Until: "2026-03-09T04:00", RRule: "RRULE:FREQ=DAILY;COUNT=3"}, "2026-03-01T00:00:00Z",
			"03-09 01:00/03:00 03-10 01:00/03:00 03-11 01:00/03:00"},
		"over midnight, on the last day of the month": {
			RecurrenceSpec{From: "2026-01-31T23:00", Until: "2026-02-01T01:00", RRule: "FREQ=MONTHLY;BYMONTHDAY=-1"}, "2026-02-10T00:00:00Z",
			"02-28 22:00/00:00 03-31 21:00/23:00"},
	} {
		r := recurrence(t, test.spec, "Europe/Berlin")
		from, _ := time.Parse(time.RFC3339, test.from)
		if got := r.list(from, strings.Count(test.want, " ")/2+1); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

func TestAtTheBeginningItIsInAndAtTheEndItIsOut(t *testing.T) {
	t.Parallel()
	r := recurrence(t, RecurrenceSpec{From: "2026-03-09T02:00", Until: "2026-03-09T04:00", RRule: "FREQ=DAILY", Ends: "2026-03-20T00:00"}, "UTC")
	for at, in := range map[string]bool{
		"2026-03-09T01:59:59Z": false, "2026-03-09T02:00:00Z": true, "2026-03-09T03:59:59Z": true, "2026-03-09T04:00:00Z": false,
		"2026-03-12T03:00:00Z": true, "2026-03-20T03:00:00Z": false, "2096-03-20T03:00:00Z": false,
	} {
		moment, _ := time.Parse(time.RFC3339, at)
		if _, got := r.At(moment); got != in {
			t.Errorf("at %s it is in: %t", at, got)
		}
	}
	last := time.Date(2026, 3, 19, 4, 0, 0, 0, time.UTC)
	if r.Over(last.Add(-time.Second)) || !r.Over(last) {
		t.Error("it is over with its last occurrence, not before and not later")
	}
}

func TestASpanThatMakesNoSenseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for want, spec := range map[string]RecurrenceSpec{
		`from: "soon" is not a time`:                   {From: "soon", Until: "2026-03-09T04:00"},
		"until: 2026-03-09T02:00 is not after from":    {From: "2026-03-09T02:00", Until: "2026-03-09T02:00"},
		"ends: what does not come again ends with":     {From: "2026-03-09T02:00", Until: "2026-03-09T03:00", Ends: "2026-03-10"},
		"ends: 2026-03-09 is not after from":           {From: "2026-03-09T02:00", Until: "2026-03-09T03:00", RRule: "FREQ=DAILY", Ends: "2026-03-09"},
		"rrule: comes again at 2026-03-10T02:00":       {From: "2026-03-09T02:00", Until: "2026-03-10T02:00", RRule: "FREQ=DAILY"},
		"rrule: never comes again":                     {From: "2026-03-09T02:00", Until: "2026-03-09T03:00", RRule: "FREQ=DAILY;COUNT=1"},
		"rrule: DTSTART does not belong here; use fro": {From: "2026-03-09T02:00", Until: "2026-03-09T03:00", RRule: "DTSTART:20260309T020000\nFREQ=DAILY"},
		"rrule: not a recurrence rule (RFC 5545)":      {From: "2026-03-09T02:00", Until: "2026-03-09T03:00", RRule: "every day"},
		"from: clocks in Europe/Berlin skip 2026-03-2": {From: "2026-03-29T02:30", Until: "2026-03-29T05:00", RRule: "FREQ=WEEKLY"},
		"until: clocks in Europe/Berlin go back betwe": {From: "2026-10-25T00:50:00Z", Until: "2026-10-25T01:10:00Z", RRule: "FREQ=WEEKLY"},
	} {
		spec.Zone = berlin
		_, problems := NewRecurrence(spec)
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Error(), want) {
			t.Errorf("%v, want %s", problems, want)
		}
	}
}

func TestWhatIsNextIsWhenItIsIn(t *testing.T) {
	t.Parallel()
	rules := []string{"", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,WE", "FREQ=HOURLY;INTERVAL=5", "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=MINUTELY;INTERVAL=97", "FREQ=DAILY;COUNT=9"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), rapid.SampledFrom([]int{0, 30}).Draw(t, "minute"), 0, 0, time.UTC)
		spec := RecurrenceSpec{
			From: begin.Format(wallLayouts[0]), Until: begin.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "length")) * time.Minute).Format(wallLayouts[0]),
			RRule: rapid.SampledFrom(rules).Draw(t, "rule"), Zone: loc,
		}
		r, problems := NewRecurrence(spec)
		if problems != nil {
			t.Skip(fmt.Sprint(problems))
		}
		at := begin.Add(time.Duration(rapid.IntRange(-100, 6000).Draw(t, "later")) * 20 * time.Minute)
		now, in := r.At(at)
		next, more := r.Next(at)
		switch {
		case in && (!more || next != now || at.Before(now.From) || !at.Before(now.Until)):
			t.Errorf("at %v it is in %v, and %v is next (%t)", at, now, next, more)
		case !in && more && !next.From.After(at):
			t.Errorf("at %v it is in nothing, and %v is next", at, next)
		}
		if more && !in {
			if _, ok := r.At(next.From); !ok {
				t.Errorf("at %v, its beginning, it is in nothing", next.From)
			}
			if _, ok := r.At(next.From.Add(-time.Minute)); ok && r.list(next.From.Add(-time.Minute), 1) == r.list(next.From, 1) {
				t.Errorf("a minute before %v it is in the same", next.From)
			}
		}
	})
}
