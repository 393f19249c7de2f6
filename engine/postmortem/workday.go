package postmortem

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
)

const (
	// searchWork is how many days are looked through for one on which somebody works: a year of holidays is a mistake.
	searchWork = 366
	// onTime is how long after the time of reminders one still goes out, whatever the working hours are.
	onTime = time.Hour
)

// works reports whether somebody works on a day, which date gives: one of postmortem.remind.days, and no holiday of theirs.
func works(day time.Time, user string, env Env) bool { return idle(day, user, env) == "" }

// idle says why nobody works on a day; "" for a working day.
func idle(day time.Time, user string, env Env) string {
	days := env.Dir.Postmortem.Remind.Days
	if slices.ContainsFunc(env.Dir.HolidaysOf(user), day.Equal) {
		return "a holiday"
	}
	if len(days) > 0 && !slices.Contains(days, day.Weekday()) {
		return "a " + day.Weekday().String()
	}
	return ""
}

// workDay moves a date to the next day on which somebody works, at the same time of their wall clock, and says why; ""
// when it stays where it is.
func workDay(at time.Time, user string, env Env) (_ time.Time, why string) {
	zone := env.Dir.ZoneOf(user)
	day := date(at, zone)
	first := idle(day, user, env)
	if first == "" {
		return at, ""
	}
	for next := day; next.Before(day.AddDate(0, 0, searchWork)); next = next.AddDate(0, 0, 1) {
		if works(next, user, env) {
			return atClock(next, at.In(zone)).UTC(), day.Format("Mon 2 Jan 2006") + " is " + first
		}
	}
	return at, ""
}

// atClock is when the wall clock of that zone shows on a day what it shows at a time.
func atClock(day, at time.Time) time.Time {
	t, err := schedules.ParseTime(day.Format(time.DateOnly)+at.Format("T15:04:05"), at.Location())
	if err != nil { // a year that no schedule knows
		return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), at.Second(), 0, at.Location())
	}
	return t
}

// workTime is when a message to somebody may go out: now, if they work now or if it is the time of reminders for them, or
// else when they begin to work next.
func workTime(user string, env Env) time.Time {
	r, zone := env.Dir.Postmortem.Remind, env.Dir.ZoneOf(user)
	if r.From == "" || r.To == "" {
		return env.Now
	}
	day := date(env.Now, zone)
	for next := day; next.Before(day.AddDate(0, 0, searchWork)); next = next.AddDate(0, 0, 1) {
		if !works(next, user, env) {
			continue
		}
		from, to, usual := onDay(next, r.From, zone), onDay(next, r.To, zone), onDay(next, r.At, zone)
		switch {
		case !env.Now.Before(usual) && env.Now.Before(usual.Add(onTime)):
			return env.Now
		case env.Now.Before(from):
			return from.UTC()
		case env.Now.Before(to):
			return env.Now
		}
	}
	return env.Now
}

// next is when somebody is reminded next, who was at last: at the usual time of one of their working days, after now and
// from, and not while they rest.
func (s *State) next(user string, last, from time.Time, env Env) time.Time {
	r, zone := env.Dir.Postmortem.Remind, env.Dir.ZoneOf(user)
	at := env.Now
	if from.After(at) {
		at = from
	}
	if until := s.restsUntil(user); until.After(at) {
		at = until.Add(-time.Nanosecond) // at that moment they may be reminded again
	}
	return nextAtWork(r, zone, last, at, func(day time.Time) bool { return slices.ContainsFunc(env.Dir.HolidaysOf(user), day.Equal) }).UTC()
}

// nextAtWork is NextReminder, but not on a day off.
func nextAtWork(r directory.Remind, zone *time.Location, last, now time.Time, off func(day time.Time) bool) time.Time {
	at := NextReminder(r, zone, last, now)
	for range searchWork {
		if !off(date(at, zone)) {
			break
		}
		at = NextReminder(r, zone, last, at)
	}
	return at
}
