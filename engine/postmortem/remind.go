package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// schedule sets the next reminder, as long as the postmortem is owed. last is when its owner was reminded, zero
// for never.
func (s *State) schedule(env Env, last time.Time) {
	s.RemindAt = NextReminder(env.Dir.Postmortem.Remind, env.Dir.ZoneOf(s.Owner), last, env.Now).UTC()
}

// remind makes the pages of the reminder that is due. However late it comes, it is one: what is left of an
// earlier one is not wanted any more.
func (s *State) remind(env Env, fx *Effects) {
	s.Reminders++
	s.RemindedAt = env.Now
	s.schedule(env, env.Now)
	users, why := s.recipients(env)
	var told []string
	for _, user := range users {
		ways := waysTo(env, user)
		text := s.text(env, user)
		for _, via := range ways {
			s.Paged++
			s.Pages = append(s.Pages, page.Page{
				N: s.Paged, Kind: page.Reminder, Round: s.Reminders, User: user, Via: via, Text: text,
				Status: page.Pending, DueAt: env.Now,
			})
			fx.Reminded++
		}
		told = append(told, user+" over "+strings.Join(ways, ", "))
	}
	if why != "" {
		why = " (" + why + ")"
	}
	if len(told) == 0 {
		fx.Unreachable = true
		s.note(env, "unreachable", "", "the reminder reaches nobody"+why)
		return
	}
	s.note(env, "reminded", "", "reminds "+strings.Join(told, "; ")+why)
}

// recipients are who is reminded: the owner. While there is none who can be reached, it is the admins of the
// team, else the whole team, else the people of the fallback policy; why says so. Everybody returned can be
// reached.
func (s *State) recipients(env Env) (users []string, why string) {
	deaf := func(user string) bool { return len(waysTo(env, user)) == 0 }
	switch {
	case s.Owner == "":
		why = "nobody owns it"
	case !known(env, s.Owner):
		why = "its owner " + s.Owner + " is not in the configuration any more"
	case deaf(s.Owner):
		why = "its owner " + s.Owner + " cannot be reached"
	default:
		return []string{s.Owner}, ""
	}
	stages := [][]policy.Target{
		{{Kind: policy.Admins, Name: s.Team}},
		{{Kind: policy.Team, Name: s.Team}},
		nil,
	}
	for _, step := range env.Dir.Policies[env.Dir.Fallback].Steps {
		stages[2] = append(stages[2], step.Notify...)
	}
	for _, targets := range stages {
		to := env.Dir.Resolve(targets, env.Now, env.Pick)
		if users = slices.DeleteFunc(to.Users, deaf); len(users) > 0 {
			return users, why
		}
	}
	return nil, why
}

// waysTo are the ways of postmortem.remind that reach a user. When none does, it is the first way that works
// of the user's own plans. No phone rings for a postmortem, unless postmortem.remind says so.
func waysTo(env Env, user string) (ways []string) {
	for _, via := range env.Dir.Postmortem.Remind.Via {
		if env.Dir.Address(user, via) != "" && !slices.Contains(ways, via) {
			ways = append(ways, via)
		}
	}
	if len(ways) > 0 {
		return ways
	}
	const least, most = len(event.Priorities) - 1, 0
	for _, urgency := range [...]int{least, most} {
		for _, m := range env.Dir.Reach(user, event.Priorities[urgency]) {
			if m.Via != "voice" {
				return []string{m.Via}
			}
		}
	}
	return nil
}

// text is what a reminder says, in the zone of who gets it.
func (s *State) text(env Env, user string) string {
	due := s.DueAt.In(env.Dir.ZoneOf(user)).Format("Mon 2 Jan 2006 15:04 MST")
	text := fmt.Sprintf("Postmortem %s of incident %s (%s) is due on %s, in %s.", s.Name(), s.Incident, s.Title, due, span(s.DueAt.Sub(env.Now)))
	if s.Overdue(env.Now) {
		text = fmt.Sprintf("Postmortem %s of incident %s (%s) was due on %s: overdue by %s.", s.Name(), s.Incident, s.Title, due, span(env.Now.Sub(s.DueAt)))
	}
	switch {
	case s.Owner == "":
		text += " Nobody owns it yet: assign it."
	case s.Owner != user:
		text += " Its owner " + s.Owner + " cannot be reached: assign it to somebody else."
	}
	return text
}

// span says how long a time is, in its greatest unit, rounded down.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day:
		return count(int(d/day), "day")
	case d >= time.Hour:
		return count(int(d/time.Hour), "hour")
	case d >= time.Minute:
		return count(int(d/time.Minute), "minute")
	}
	return "less than a minute"
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
