package handoff

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Words are a notice as it reads now.
func (s *State) Words(n Notice, env Env) (title, text string) {
	schedule := env.Dir.Schedules[s.Schedule]
	switch {
	case schedule == nil:
		return "You are off call for " + s.Schedule, "The configuration does not have this schedule any more."
	case n.On:
		return s.onWords(n, schedule, env)
	}
	return s.offWords(n, schedule, env)
}

// onWords say that a person is on call, or will be: until when, with whom, after whom and before whom.
func (s *State) onWords(n Notice, schedule *schedules.Schedule, env Env) (title, text string) {
	title = "You are on call for " + s.Schedule
	begin := env.Now
	if n.From.After(begin) {
		begin = n.From
		title = "You will be on call for " + s.Schedule + " from " + clock(env, n.User, begin)
	}
	end, next := relief(schedule, n.User, begin)
	words := []string{"No end of it is known."}
	if !end.IsZero() {
		words[0] = "Until " + clock(env, n.User, end) + "."
	}
	if with := without(schedule.OnCall(begin), []string{n.User}); len(with) > 0 {
		words = append(words, "With you: "+strings.Join(with, ", ")+".")
	}
	if !n.From.IsZero() {
		if before := without(schedule.OnCall(n.From.Add(-time.Second)), schedule.OnCall(n.From)); len(before) > 0 {
			words = append(words, "Before you: "+strings.Join(before, ", ")+".")
		}
	}
	if !end.IsZero() {
		words = append(words, "Next: "+names(next)+".")
	}
	return title, strings.Join(words, " ")
}

// offWords say that a person is not on call any more, or not to be, who is, and when they are again.
func (s *State) offWords(n Notice, schedule *schedules.Schedule, env Env) (title, text string) {
	title = "You are off call for " + s.Schedule
	var words []string
	if !n.From.IsZero() {
		title = "You will not be on call for " + s.Schedule + " after all"
		words = append(words, "The shift from "+clock(env, n.User, n.From)+" is not yours any more.")
	}
	if on := schedule.OnCall(env.Now); len(on) > 0 {
		words = append(words, names(on)+has(on)+" it now.")
	} else {
		words = append(words, gap(env, schedule, n.User))
	}
	if again, ok := schedule.NextShift(n.User, env.Now); ok {
		words = append(words, "You are on call again from "+clock(env, n.User, again.From)+".")
	}
	return title, strings.Join(words, " ")
}

// gap says that nobody is on call, and until when.
func gap(env Env, schedule *schedules.Schedule, user string) string {
	if h, ok := schedule.NextHandoff(env.Now); ok && len(h.On) > 0 {
		return "Nobody is on call now, until " + names(h.On) + comes(h.On) + " on call at " + clock(env, user, h.At) + "."
	}
	return "Nobody is on call now, and nobody is known to come."
}

// relief is when a person who is on call at a time goes off, and who has it then; zero if that is not known.
func relief(schedule *schedules.Schedule, user string, at time.Time) (end time.Time, next []string) {
	const far = 200 // hand-offs in which others come and go
	for range far {
		h, ok := schedule.NextHandoff(at)
		if !ok {
			break
		}
		if at = h.At; !slices.Contains(h.Off, user) {
			continue
		}
		if len(h.On) > 0 {
			return at, h.On
		}
		return at, schedule.OnCall(at)
	}
	return time.Time{}, nil
}

func names(users []string) string {
	if len(users) == 0 {
		return "nobody"
	}
	return strings.Join(users, ", ")
}

func has(users []string) string {
	if len(users) == 1 {
		return " has"
	}
	return " have"
}

func comes(users []string) string {
	if len(users) == 1 {
		return " comes"
	}
	return " come"
}

// without returns those of users who are not among others.
func without(users, others []string) (rest []string) {
	for _, u := range users {
		if !slices.Contains(others, u) {
			rest = append(rest, u)
		}
	}
	return rest
}

// clock is a time as a person's wall clock shows it.
func clock(env Env, user string, t time.Time) string {
	return t.In(env.Dir.ZoneOf(user)).Format("Mon 2 Jan 15:04 MST")
}

// audible is when a person may be told: now, or when their quiet time is over.
func (s *State) audible(env Env, user string) time.Time {
	from, err := time.Parse("15:04", s.Settings.QuietFrom)
	to, wrong := time.Parse("15:04", s.Settings.QuietTo)
	if err != nil || wrong != nil {
		return env.Now
	}
	local := env.Now.In(env.Dir.ZoneOf(user))
	of := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	days, at := 0, of(local)
	switch begin, end := of(from), of(to); {
	case begin < end && (at < begin || at >= end), begin >= end && at >= end && at < begin:
		return env.Now
	case begin >= end && at >= begin:
		days = 1
	}
	over := time.Date(local.Year(), local.Month(), local.Day()+days, to.Hour(), to.Minute(), 0, 0, time.UTC)
	if t := schedules.Instant(over, local.Location()).UTC(); t.After(env.Now) {
		return t
	}
	return env.Now
}
