package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

const clock = "2006-01-02 15:04 -0700"

func TestPeriodsHaveTheDaysOfTheirZoneAndTheOneBefore(t *testing.T) {
	t.Parallel()
	berlin, santiago := zoneOf(t, "Europe/Berlin"), zoneOf(t, "America/Santiago")
	now := time.Date(2026, 3, 31, 10, 30, 0, 0, time.UTC) // two days after the clock went forward in Berlin
	for _, c := range []struct {
		name             string
		zone             *time.Location
		before, from, to string
	}{
		{"7d", berlin, "2026-03-17 12:30 +0100", "2026-03-24 12:30 +0100", "2026-03-31 12:30 +0200"},
		{"2w", berlin, "2026-03-03 12:30 +0100", "2026-03-17 12:30 +0100", "2026-03-31 12:30 +0200"},
		{"today", berlin, "2026-03-30 00:00 +0200", "2026-03-31 00:00 +0200", "2026-04-01 00:00 +0200"},
		{"yesterday", berlin, "2026-03-29 00:00 +0100", "2026-03-30 00:00 +0200", "2026-03-31 00:00 +0200"},
		{"2026-03-29", berlin, "2026-03-28 00:00 +0100", "2026-03-29 00:00 +0100", "2026-03-30 00:00 +0200"}, // of 23 hours
		{"week", berlin, "2026-03-23 00:00 +0100", "2026-03-30 00:00 +0200", "2026-04-06 00:00 +0200"},
		{"last-week", berlin, "2026-03-16 00:00 +0100", "2026-03-23 00:00 +0100", "2026-03-30 00:00 +0200"},
		{"month", berlin, "2026-02-01 00:00 +0100", "2026-03-01 00:00 +0100", "2026-04-01 00:00 +0200"},
		{"last-month", berlin, "2026-01-01 00:00 +0100", "2026-02-01 00:00 +0100", "2026-03-01 00:00 +0100"},
		{"quarter", berlin, "2025-10-01 00:00 +0200", "2026-01-01 00:00 +0100", "2026-04-01 00:00 +0200"},
		{"2026-Q2", berlin, "2026-01-01 00:00 +0100", "2026-04-01 00:00 +0200", "2026-07-01 00:00 +0200"},
		{"2026-W01", berlin, "2025-12-22 00:00 +0100", "2025-12-29 00:00 +0100", "2026-01-05 00:00 +0100"},
		{"2026", berlin, "2025-01-01 00:00 +0100", "2026-01-01 00:00 +0100", "2027-01-01 00:00 +0100"},
		{"2026-09-06", santiago, "2026-09-05 00:00 -0400", "2026-09-06 01:00 -0300", "2026-09-07 00:00 -0300"}, // its midnight is skipped
	} {
		p, err := report.Named(c.name, c.zone, now)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		before, from, to := p.Before.From.In(c.zone).Format(clock), p.From.In(c.zone).Format(clock), p.To.In(c.zone).Format(clock)
		if before != c.before || from != c.from || to != c.to || !p.Before.To.Equal(p.From) {
			t.Errorf("%s is %s, %s, %s; want %s, %s, %s", c.name, before, from, to, c.before, c.from, c.to)
		}
	}
}

func TestWhatIsNoPeriodIsRefusedWithAWordOnHowToWriteOne(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "0d", "9999d", "d", "-7d", "2026-13", "2026-02-30", "2026-Q5", "2026-W54", "2025-W53", "fortnight", "2026-3", "7d\n"} {
		if p, err := report.Named(name, time.UTC, forever); err == nil {
			t.Errorf("%q is %v", name, p)
		}
	}
	if _, err := report.Named("fortnight", time.UTC, forever); err == nil || !strings.Contains(err.Error(), "2026-Q1") {
		t.Error(err)
	}
}

func TestThePeriodBeforeIsAsManyMonthsDaysOrHours(t *testing.T) {
	t.Parallel()
	berlin := zoneOf(t, "Europe/Berlin")
	for _, c := range []struct{ from, to, before string }{
		{"2026-03-01 00:00 +0100", "2026-04-01 00:00 +0200", "2026-02-01 00:00 +0100"},
		{"2026-01-01 00:00 +0100", "2026-04-01 00:00 +0200", "2025-10-01 00:00 +0200"},
		{"2026-03-01 00:00 +0100", "2026-03-08 00:00 +0100", "2026-02-22 00:00 +0100"}, // from the first, but no month
		{"2026-03-24 00:00 +0100", "2026-03-31 00:00 +0200", "2026-03-17 00:00 +0100"}, // seven days, one of 23 hours
		{"2026-03-29 01:00 +0100", "2026-03-29 12:00 +0200", "2026-03-28 15:00 +0100"}, // ten hours
	} {
		at := func(s string) time.Time {
			v, err := time.Parse(clock, s)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		p, err := report.Between(at(c.from), at(c.to), berlin)
		if err != nil {
			t.Errorf("%s: %v", c.from, err)
			continue
		}
		if got := p.Before.From.In(berlin).Format(clock); got != c.before {
			t.Errorf("%s to %s: before begins at %s, want %s", c.from, c.to, got, c.before)
		}
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, berlin)
	for _, to := range []time.Time{start, start.Add(-1), start.AddDate(2, 0, 0).Add(1)} {
		if _, err := report.Between(start, to, berlin); err == nil {
			t.Errorf("until %s is a period", to)
		}
	}
	if _, err := report.Between(start, start.AddDate(2, 0, 0), berlin); err != nil {
		t.Error("two years:", err)
	}
}

func TestTheTrendHasAPointForEachDayWeekOrMonth(t *testing.T) {
	t.Parallel()
	berlin := zoneOf(t, "Europe/Berlin")
	for name, want := range map[string]struct {
		points int
		second string
	}{
		"2026-03":    {31, "2026-03-02 00:00 +0100"},
		"2026-03-29": {1, ""},
		"2026-Q1":    {14, "2026-01-05 00:00 +0100"}, // the first, from Thursday, is a short week
		"2026":       {12, "2026-02-01 00:00 +0100"},
	} {
		p, err := report.Named(name, berlin, forever)
		if err != nil {
			t.Fatal(err)
		}
		r := compute(t, report.Input{Period: p, Zone: berlin, Now: p.To}, records{})
		if len(r.Trend) != want.points || want.second != "" && r.Trend[1].From.In(berlin).Format(clock) != want.second {
			t.Errorf("%s has %d points, the second from %s; want %+v", name, len(r.Trend), r.Trend[min(1, len(r.Trend)-1)].From, want)
		}
		if first, last := r.Trend[0], r.Trend[len(r.Trend)-1]; !first.From.Equal(p.From) || !last.To.Equal(p.To) {
			t.Errorf("%s: from %s to %s", name, first.From, last.To)
		}
	}
}

func TestHalfAYearIsShownByWeeksAlsoWhereClocksChangeInIt(t *testing.T) {
	t.Parallel()
	berlin := zoneOf(t, "Europe/Berlin")
	for _, c := range []struct {
		from   time.Time
		days   int
		points int
	}{
		{time.Date(2026, 5, 4, 0, 0, 0, 0, berlin), 26 * 7, 26},   // an hour longer than 26 weeks
		{time.Date(2025, 10, 20, 0, 0, 0, 0, berlin), 26 * 7, 26}, // clocks change twice
		{time.Date(2026, 5, 4, 0, 0, 0, 0, berlin), 26*7 + 1, 7},  // months, from May to November
		{time.Date(2026, 5, 4, 0, 0, 0, 0, berlin), 45, 45},
		{time.Date(2026, 5, 4, 0, 0, 0, 0, berlin), 46, 7},
	} {
		p, err := report.Between(c.from, c.from.AddDate(0, 0, c.days), berlin)
		if err != nil {
			t.Fatal(err)
		}
		r := compute(t, report.Input{Period: p, Zone: berlin, Now: p.To}, records{})
		if len(r.Trend) != c.points {
			t.Errorf("%d days from %s have %d points, want %d", c.days, c.from, len(r.Trend), c.points)
		}
	}
}
