package config

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

const offices = `
-- conf/tocsin.yaml --
users:
  - {name: ethan, email: ethan@example.com, holidays: us}
  - {name: amir, email: amir@example.com, holidays: [de]}
  - {name: darren, email: darren@example.com, holidays: []}
  - {name: jason, email: jason@example.com}
fallback: standard
policies: [{name: standard, steps: [{notify: ["user:ethan"]}]}]
providers: {smtp: {host: localhost, from: oncall@example.com}}
holidays:
  - name: us
    dates: [2026-11-26, {date: 2026-12-25, name: Christmas}]
  - name: de
    dates: [2026-10-03]
    ical: {file: ../calendars/de.ics}
-- calendars/de.ics --
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:christmas
SUMMARY:Weihnachten
DTSTART;VALUE=DATE:20241225
DTEND;VALUE=DATE:20241227
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
`

func TestHolidaysAreDatesFromTheFileAndFromCalendars(t *testing.T) {
	t.Parallel()
	dir := write(t, txtar.Parse([]byte(offices)))
	world, problems := Open([]string{dir + "/conf"}, environment)
	if world == nil || len(problems) > 0 {
		t.Fatal(problems)
	}
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	want := directory.Holidays{{Date: day("2026-11-26")}, {Date: day("2026-12-25"), Name: "Christmas"}}
	if diff := cmp.Diff(want, world.Dir.Holidays["us"]); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		day  string
		want bool
		why  string
	}{
		{"2026-10-03", true, "listed beside the calendar"},
		{"2024-12-25", true, "the first"},
		{"2026-12-26", true, "the second of two days, two years later"},
		{"2099-12-25", true, "the last that is read"},
		{"2026-12-27", false, "the end of an event is excluded"},
		{"2023-12-25", false, "before the calendar begins"},
	} {
		if got := slices.ContainsFunc(world.Dir.Holidays["de"], func(h directory.Holiday) bool { return h.Date.Equal(day(c.day)) }); got != c.want {
			t.Errorf("%s is a holiday: %t; %s", c.day, got, c.why)
		}
	}
	if got := world.File.Files(); len(got) != 2 {
		t.Errorf("the calendar belongs to what is watched; there are %v", got)
	}
	has := func(user, when string) bool { return slices.Contains(world.Dir.HolidaysOf(user), day(when)) }
	switch {
	case !has("ethan", "2026-11-26") || has("ethan", "2026-10-03"):
		t.Error("ethan has the holidays of us, and no others")
	case has("amir", "2026-11-26") || !has("amir", "2026-10-03"):
		t.Error("amir has the holidays of de, and no others")
	case !has("jason", "2026-11-26") || !has("jason", "2026-10-03"):
		t.Error("jason, who does not say, has all")
	case len(world.Dir.HolidaysOf("darren")) > 0:
		t.Error("darren has none")
	}
}
