package postmortem

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// maxRest is how long reminders can be put off at once.
const maxRest = 31 * 24 * time.Hour

// Rest is a time in which somebody is not reminded of the postmortem, nor of its actions.
type Rest struct {
	User  string    `json:"user"`
	Until time.Time `json:"until"`
	At    time.Time `json:"at"`
	By    string    `json:"by,omitempty"`
}

// restsUntil is until when somebody is not reminded; zero when they were never snoozed.
func (s *State) restsUntil(user string) time.Time {
	for _, r := range s.Snoozes {
		if r.User == user {
			return r.Until
		}
	}
	return time.Time{}
}

func (s *State) snoozed(user string, env Env) bool { return s.restsUntil(user).After(env.Now) }

// Owes reports whether somebody is reminded of something, now or later: a step of the plan, or an action with a due date.
func (s *State) Owes(user string, env Env) bool {
	_, open := s.remindFrom(env)
	return open && s.Owner == user || slices.ContainsFunc(s.Nudges, func(n Nudge) bool { return n.User == user })
}

// awake are those who may be reminded now.
func (s *State) awake(users []string, env Env) []string {
	return slices.DeleteFunc(slices.Clone(users), func(user string) bool { return s.snoozed(user, env) })
}

// snooze puts off what somebody is reminded of. What is due stays due: nothing is late for it any less.
func (s *State) snooze(a Action, env Env) error {
	user := cmp.Or(a.User, s.Owner)
	switch {
	case s.Status == Waived:
		return s.isOver()
	case !known(env, user):
		return &Refused{fmt.Sprintf("Whose reminders are snoozed? There is no user %q.", user)}
	case a.Until.Sub(env.Now) > maxRest:
		return &Refused{fmt.Sprintf("Reminders are snoozed for %d days at most.", maxRest/wholeDay)}
	case a.Until.Equal(s.restsUntil(user)):
		return nil
	}
	was := s.snoozed(user, env)
	s.Snoozes = slices.DeleteFunc(s.Snoozes, func(r Rest) bool { return r.User == user || !r.Until.After(env.Now) })
	switch {
	case a.Until.After(env.Now):
		s.Snoozes = append(s.Snoozes, Rest{User: user, Until: a.Until, At: env.Now, By: a.By})
		text := fmt.Sprintf("no reminders to %s until %s", user, stamp(a.Until))
		if s.Status == Open && a.Until.After(s.DueAt) {
			text += ", past its due date"
		}
		s.note(env, "snoozed", a.By, a.said(text))
	case was:
		s.note(env, "snoozed", a.By, a.said(user+" is reminded again"))
	default:
		return &Refused{"Snooze until when? That time is over."}
	}
	if user == s.Owner {
		s.schedule(env, s.RemindedAt)
	}
	for i := range s.Nudges {
		if n := &s.Nudges[i]; n.User == user {
			n.At = s.nextNudge(*n, env)
		}
	}
	s.cancelUnwanted(env)
	return nil
}
