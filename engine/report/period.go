package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// maxYears is how long a period may be.
const maxYears = 2

// Span is a time, without its end.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to" doc:"Excluded."`
}

// Holds reports whether an instant is in the span.
func (s Span) Holds(at time.Time) bool { return !at.Before(s.From) && at.Before(s.To) }

// Period is what a report is about, and the period before, with which it is compared.
type Period struct {
	Span
	Before Span   `json:"before" doc:"The period before: as long, or the month before a month."`
	Zone   string `json:"timezone"`
}

// unit is a part of the calendar. Weeks begin on Mondays.
type unit string

const (
	day     unit = "day"
	week    unit = "week"
	month   unit = "month"
	quarter unit = "quarter"
	year    unit = "year"
)

// Periods says how a period is written.
const Periods = "7d or 4w (until now); day, week, month, quarter, year (the one that runs); yesterday, last-week, last-month, last-quarter, last-year; 2026, 2026-Q1, 2026-03, 2026-W11, 2026-03-09"

// Named reads a period by its name in a zone: see Periods. Days and weeks that count back from now begin at the same
// time of the day as it is now, so one in which the clock changes is an hour shorter or longer.
func Named(name string, zone *time.Location, now time.Time) (Period, error) {
	today := dateOf(now.In(zone))
	for _, u := range [...]unit{day, week, month, quarter, year} {
		switch name {
		case string(u):
			return u.period(today, zone), nil
		case "last-" + string(u):
			return u.period(u.shift(u.begin(today), -1), zone), nil
		}
	}
	switch name {
	case "today":
		return day.period(today, zone), nil
	case "yesterday":
		return day.period(day.shift(today, -1), zone), nil
	}
	if m := lately.FindStringSubmatch(name); m != nil {
		n, err := strconv.Atoi(m[1])
		if m[2] == "w" {
			n *= 7
		}
		if err != nil || n < 1 || n > 366*maxYears {
			return Period{}, fmt.Errorf("%q is not from 1 day to %d years", name, maxYears)
		}
		wall := floating(now.In(zone))
		ago := func(days int) time.Time { return schedules.Instant(wall.AddDate(0, 0, -days), zone) }
		return Period{Span{ago(n), now.In(zone)}, Span{ago(2 * n), ago(n)}, zone.String()}, nil
	}
	u, date, ok := calendar(name)
	if !ok {
		return Period{}, fmt.Errorf("%q is not a period: write %s", clip(name), Periods)
	}
	return u.period(date, zone), nil
}

var (
	lately    = regexp.MustCompile(`^([1-9][0-9]{0,3})([dw])$`)
	calendars = regexp.MustCompile(`^((?:19|20|21)[0-9]{2})(?:-(Q[1-4]|W[0-9]{2}|[0-9]{2}(?:-[0-9]{2})?))?$`)
)

// calendar reads a part of the calendar, such as 2026-Q1, and a date in it.
func calendar(name string) (u unit, date time.Time, ok bool) {
	m := calendars.FindStringSubmatch(name)
	if m == nil {
		return "", date, false
	}
	y, _ := strconv.Atoi(m[1])
	first := time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC)
	switch rest := m[2]; {
	case rest == "":
		return year, first, true
	case rest[0] == 'Q':
		return quarter, first.AddDate(0, 3*int(rest[1]-'1'), 0), true
	case rest[0] == 'W':
		n, _ := strconv.Atoi(rest[1:])
		date = week.begin(first.AddDate(0, 0, 3)).AddDate(0, 0, 7*(n-1)) // the fourth of January is always in the first week
		gotYear, gotWeek := date.ISOWeek()
		return week, date, gotYear == y && gotWeek == n
	case len(rest) == 2:
		date, err := time.Parse("2006-01", name)
		return month, date, err == nil
	}
	date, err := time.Parse(time.DateOnly, name)
	return day, date, err == nil
}

// Between is the period between two instants. The period before it is as long: as many months where both are the
// beginnings of months in the zone, as many days where both are midnights, whatever the clocks do; or else as much time.
func Between(from, to time.Time, zone *time.Location) (Period, error) {
	from, to = from.In(zone), to.In(zone)
	switch {
	case !to.After(from):
		return Period{}, fmt.Errorf("it ends (%s) before it has begun (%s)", to.Format(time.RFC3339), from.Format(time.RFC3339))
	case from.Year() < 1970 || to.Year() > 2200:
		return Period{}, fmt.Errorf("it is not between the years 1970 and 2200")
	case to.After(from.AddDate(maxYears, 0, 0)):
		return Period{}, fmt.Errorf("it is longer than %d years", maxYears)
	}
	p := Period{Span{from, to}, Span{from.Add(-to.Sub(from)), from}, zone.String()}
	first, last := dateOf(from), dateOf(to)
	if !schedules.Instant(first, zone).Equal(from) || !schedules.Instant(last, zone).Equal(to) {
		return p, nil
	}
	before := first.Add(-last.Sub(first))
	if first.Day() == 1 && last.Day() == 1 {
		months := 12*(last.Year()-first.Year()) + int(last.Month()) - int(first.Month())
		before = first.AddDate(0, -months, 0)
	}
	p.Before.From = schedules.Instant(before, zone)
	return p, nil
}

// begin is the first date of the part that a date is in.
func (u unit) begin(date time.Time) time.Time {
	y, m, d := date.Date()
	switch u {
	case week:
		d -= (int(date.Weekday()) + 6) % 7
	case month:
		d = 1
	case quarter:
		m, d = m-(m-1)%3, 1
	case year:
		m, d = time.January, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// shift is the first date of the n-th part after the one that begins with a date.
func (u unit) shift(first time.Time, n int) time.Time {
	switch u {
	case week:
		return first.AddDate(0, 0, 7*n)
	case month:
		return first.AddDate(0, n, 0)
	case quarter:
		return first.AddDate(0, 3*n, 0)
	case year:
		return first.AddDate(n, 0, 0)
	}
	return first.AddDate(0, 0, n)
}

// period is the part that a date is in, and the one before.
func (u unit) period(date time.Time, zone *time.Location) Period {
	first := u.begin(date)
	from := schedules.Instant(first, zone)
	return Period{
		Span{from, schedules.Instant(u.shift(first, 1), zone)},
		Span{schedules.Instant(u.shift(first, -1), zone), from}, zone.String(),
	}
}

// parts cuts a span where the parts of the calendar begin. The first and the last may be shorter.
func (u unit) parts(s Span, zone *time.Location) (list []Span) {
	next := u.begin(dateOf(s.From.In(zone)))
	for from := s.From; from.Before(s.To); {
		next = u.shift(next, 1)
		to := schedules.Instant(next, zone)
		if !to.Before(s.To) {
			to = s.To
		}
		if to.After(from) {
			list = append(list, Span{from, to})
			from = to
		}
	}
	return list
}

// step is how long a point of the trend of a span is: a day up to 45 days, a week up to 26 weeks, else a month.
func step(s Span) unit {
	switch length := s.To.Sub(s.From); {
	case length <= 45*24*time.Hour:
		return day
	case length <= 26*7*24*time.Hour+time.Hour:
		return week
	}
	return month
}

// dateOf is the date of a time, as a midnight of UTC: dates are counted in it, for its days have no gaps.
func dateOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// floating is what clocks show, as a time of UTC.
func floating(t time.Time) time.Time {
	return dateOf(t).Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond()))
}

// Days is how long the period is in whole days of its zone, rounded up.
func (p Period) Days() int {
	return int(dateOf(p.To.Add(-1)).Sub(dateOf(p.From))/(24*time.Hour)) + 1
}

func (p Period) String() string {
	const date = "Mon 2 Jan 2006"
	last := p.To.Add(-1)
	text := p.From.Format(date)
	if to := last.Format(date); to != text {
		text += " – " + to
	}
	return text + " · " + p.Zone
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 40)], "") }
