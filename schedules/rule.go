package schedules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

const (
	// maxInterval bounds INTERVAL, far beyond any use.
	maxInterval = 100_000
	// probe is how many hand-offs of a rule are looked at when it is read.
	probe = 200
	// maxPeriod is the longest period of a rule that becomes a pattern.
	maxPeriod = 5 * 366 * day
)

var zeroValue = regexp.MustCompile(`(INTERVAL|COUNT)=0*(;|$)`)

// parseRule reads an RRULE whose hand-offs follow anchor. The library sees wall-clock times only,
// written as UTC: it loses and repeats occurrences when it has to convert between a zone and UTC itself.
func parseRule(s string, anchor wall, z zone) (handoffs, error) {
	text := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "RRULE:")
	if strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("write one rule on one line, such as FREQ=WEEKLY;BYDAY=MO,TH")
	}
	if strings.Contains(text, "DTSTART") {
		return nil, errors.New("DTSTART does not belong here; use starts")
	}
	if found := zeroValue.FindStringSubmatch(text); found != nil {
		return nil, fmt.Errorf("%s must be at least 1", found[1])
	}
	option, err := rrule.StrToROption(text)
	if err != nil {
		return nil, fmt.Errorf("not a recurrence rule (RFC 5545): %w", err)
	}
	if err := checkOption(option, anchor); err != nil {
		return nil, err
	}
	option.Dtstart = floating(anchor)
	option.Until = until(option.Until, text, z)
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, fmt.Errorf("not a recurrence rule (RFC 5545): %w", err)
	}
	if period, ok := periodOf(option); ok {
		return newPattern(rule, anchor, period)
	}
	return newListing(rule, anchor)
}

// floating writes a wall-clock time as UTC, the only zone that the library is shown.
func floating(w wall) time.Time { return time.Unix(int64(w), 0).UTC() }

// until turns the UNTIL that the library read into wall clock: with a Z it is an instant, and as a date
// it includes that day.
func until(t time.Time, text string, z zone) time.Time {
	if t.IsZero() {
		return t
	}
	_, value, _ := strings.Cut(text, "UNTIL=")
	value, _, _ = strings.Cut(value, ";")
	switch {
	case strings.HasSuffix(value, "Z"):
		return floating(z.moment(unixOf(t)).wall)
	case !strings.Contains(value, "T"):
		return t.Add(24*time.Hour - time.Second)
	}
	return t
}

// checkOption refuses what is no use as a hand-off and what would make the library search for ever or
// reach outside its tables.
func checkOption(o *rrule.ROption, anchor wall) error {
	switch {
	case o.Freq == rrule.SECONDLY:
		return errors.New("FREQ=SECONDLY hands over too often; FREQ=MINUTELY is the finest")
	case o.Interval < 0 || o.Interval > maxInterval:
		return fmt.Errorf("INTERVAL=%d is out of range; 1 to %d are fine", o.Interval, maxInterval)
	case o.Count < 0:
		return fmt.Errorf("COUNT=%d must be at least 1", o.Count)
	case len(o.Byeaster) > 0:
		return errors.New("BYEASTER is not part of RFC 5545")
	case len(o.Bysetpos) > 0 && o.Freq >= rrule.HOURLY:
		return fmt.Errorf("BYSETPOS with FREQ=%v is not supported; use BYHOUR and BYMINUTE", o.Freq)
	case len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno) > 0 && o.Freq >= rrule.HOURLY:
		return fmt.Errorf("BYMONTHDAY, BYYEARDAY and BYWEEKNO with FREQ=%v are not supported; use FREQ=DAILY or slower with BYHOUR", o.Freq)
	case o.Wkst.N() != 0:
		return errors.New("WKST is a day without a number")
	}
	for _, d := range o.Byweekday {
		switch {
		case d.N() != 0 && o.Freq > rrule.MONTHLY:
			return fmt.Errorf("BYDAY=%v: a numbered day needs FREQ=MONTHLY or FREQ=YEARLY", d)
		case (o.Freq == rrule.MONTHLY || len(o.Bymonth) > 0) && (d.N() > 5 || d.N() < -5):
			return fmt.Errorf("BYDAY=%v never fires: no month has so many of that day", d)
		}
	}
	if !reachable(o, floating(anchor)) {
		return errors.New("never fires: counted from starts, no step of INTERVAL falls on its BYHOUR and BYMINUTE")
	}
	return nil
}

// reachable says whether the steps of an hourly or minutely rule ever fall on its BYHOUR and BYMINUTE.
func reachable(o *rrule.ROption, start time.Time) bool {
	hours, minutes := o.Byhour, o.Byminute
	if len(hours) == 0 {
		hours = upTo(24)
	}
	if len(minutes) == 0 {
		minutes = upTo(60)
	}
	interval := max(1, o.Interval)
	switch o.Freq {
	case rrule.HOURLY:
		step := gcd(interval, 24)
		return slices.ContainsFunc(hours, func(h int) bool { return (h-start.Hour())%step == 0 })
	case rrule.MINUTELY:
		step := gcd(interval, 24*60)
		return slices.ContainsFunc(hours, func(h int) bool {
			return slices.ContainsFunc(minutes, func(m int) bool {
				return (h*60+m-start.Hour()*60-start.Minute())%step == 0
			})
		})
	}
	return true
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// periodOf returns the time after which the rule repeats itself, for rules that do so soon: those by days
// of the week and times of day, for ever.
func periodOf(o *rrule.ROption) (wall, bool) {
	if o.Count > 0 || !o.Until.IsZero() || len(o.Bysetpos)+len(o.Bymonth)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno) > 0 {
		return 0, false
	}
	units := map[rrule.Frequency]wall{rrule.MINUTELY: minute, rrule.HOURLY: hour, rrule.DAILY: day, rrule.WEEKLY: week}
	unit, ok := units[o.Freq]
	if !ok {
		return 0, false
	}
	period := unit * wall(max(1, o.Interval))
	if len(o.Byminute) > 0 {
		period = lcm(period, hour)
	}
	if len(o.Byhour) > 0 {
		period = lcm(period, day)
	}
	if len(o.Byweekday) > 0 {
		period = lcm(period, week)
	}
	return period, period <= maxPeriod
}

func newPattern(rule *rrule.RRule, anchor, period wall) (handoffs, error) {
	next := occurrences(rule, anchor)
	var offsets []wall
	for {
		w, ok := next()
		if !ok || w > anchor+period {
			break
		}
		offsets = append(offsets, w-anchor)
	}
	if len(offsets) == 0 {
		return nil, errNeverFires
	}
	return pattern{anchor, period, offsets}, checkSpacing(offsets)
}

var errNeverFires = errors.New("never fires after starts, so the first turn would never end; correct the rule, or leave it out for one turn without end")

func checkSpacing(walls []wall) error {
	for i := 1; i < len(walls); i++ {
		if walls[i]-walls[i-1] < minute {
			return fmt.Errorf("hands over after %d s; a turn lasts at least a minute", walls[i]-walls[i-1])
		}
	}
	return nil
}

// occurrences iterates over the rule's occurrences after anchor, ascending.
func occurrences(rule *rrule.RRule, anchor wall) func() (wall, bool) {
	next, last, done := rule.Iterator(), anchor, false
	return func() (w wall, ok bool) {
		// The library indexes its tables unchecked. checkOption refuses every rule known to reach outside them;
		// should another one exist, its hand-offs end there, rather than the program.
		defer func() {
			if recover() != nil {
				w, ok, done = 0, false, true
			}
		}()
		for !done {
			t, more := next()
			if !more {
				done = true
			} else if at := wall(t.Unix()); at > last {
				last = at
				return at, true
			}
		}
		return 0, false
	}
}

func gcd[T int | wall](a, b T) T {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func lcm(a, b wall) wall { return a / gcd(a, b) * b }
