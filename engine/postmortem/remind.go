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

// schedule sets the next reminder, as long as its plan has something to do. last is when its owner was reminded, zero
// for never.
func (s *State) schedule(env Env, last time.Time) {
	from, open := s.remindFrom(env)
	s.RemindFrom, s.RemindAt = from, time.Time{}
	if open {
		s.RemindAt = s.next(s.Owner, last, from, env)
	}
}

// reschedule does so when what its owner is to be reminded of has changed. What is due by now stays due.
func (s *State) reschedule(env Env) {
	from, open := s.remindFrom(env)
	switch due := !s.RemindAt.IsZero() && !s.RemindAt.After(env.Now); {
	case from.Equal(s.RemindFrom):
	case open && due && !from.After(env.Now):
		s.RemindFrom = from
	default:
		s.schedule(env, s.RemindedAt)
	}
}

// What a reminder is about, as page.Page.Run: sums of these. 0, in older records, is the postmortem, too.
const (
	aboutPostmortem    = 1
	aboutActions       = 2
	aboutMeeting       = 4 // the invitation of sequence Round
	aboutRetrospective = 8 // the retrospective, to a channel
)

// messages are what one round of reminders says: one message to each person, whatever it is about.
type messages struct {
	users []string
	about map[string]int
	texts map[string][]string
	whys  []string
	// unreached says that something was to be told, and that there was nobody to tell it.
	unreached bool
}

func (m *messages) add(user string, about int, text, why string) {
	if m.about == nil {
		m.about, m.texts = map[string]int{}, map[string][]string{}
	}
	if !slices.Contains(m.users, user) {
		m.users = append(m.users, user)
	}
	m.about[user] |= about
	m.texts[user] = append(m.texts[user], text)
	if why != "" && !slices.Contains(m.whys, why) {
		m.whys = append(m.whys, why)
	}
}

// addAll tells the same to several people.
func (m *messages) addAll(users []string, about int, text func(user string) string, why string) {
	for _, user := range users {
		m.add(user, about, text(user), why)
	}
	if len(users) == 0 && why != "" {
		m.whys = append(m.whys, why)
	}
}

// remind makes the pages of the reminders that are due. However late it comes, it is one round: what is left of an
// earlier one to the same person is not wanted any more.
func (s *State) remind(env Env, fx *Effects) {
	owed := !s.RemindAt.IsZero() && !s.RemindAt.After(env.Now)
	due := func(n Nudge) bool { return !n.At.After(env.Now) }
	if !owed && !slices.ContainsFunc(s.Nudges, due) {
		return
	}
	var out messages
	if owed {
		users, why := s.reachable(s.Owner, env)
		todo := s.todo(env)
		s.countSteps(todo, env)
		out.addAll(s.awake(users, env), aboutPostmortem, func(user string) string { return s.text(env, user, todo) }, why)
		out.unreached = len(users) == 0
		s.RemindedAt = env.Now
		s.schedule(env, env.Now)
	}
	s.nudge(env, &out)
	if len(out.users) == 0 && !out.unreached {
		return
	}
	fx.Unreachable = out.unreached
	s.Reminders++
	why := strings.Join(out.whys, "; ")
	if why != "" {
		why = " (" + why + ")"
	}
	if len(out.users) == 0 {
		s.note(env, "unreachable", "", "the reminder reaches nobody"+why)
		return
	}
	s.note(env, "reminded", "", "reminds "+strings.Join(s.send(out, env, fx), "; ")+why)
}

// send makes the pages of a round, and says whom it tells.
func (s *State) send(out messages, env Env, fx *Effects) (told []string) {
	for _, user := range out.users {
		ways := waysTo(env, user)
		at := workTime(user, env)
		for _, via := range ways {
			s.Add(page.Page{
				Kind: page.Reminder, Run: out.about[user], Round: s.Reminders, User: user, Via: via,
				Text: strings.Join(out.texts[user], "\n"), DueAt: at,
				Bundled: true, // with those of other postmortems: one message for each person
			})
			fx.Reminded++
		}
		told = append(told, user+" over "+strings.Join(ways, ", "))
	}
	return told
}

// reachable are who is reminded of what an owner owes: the owner. While there is none who can be reached, it is the
// admins of the team, else the whole team, else the people of the fallback policy; why says so. Everybody returned can
// be reached.
func (s *State) reachable(owner string, env Env) (users []string, why string) {
	deaf := func(user string) bool { return len(waysTo(env, user)) == 0 }
	switch {
	case owner == "":
		why = "nobody owns it"
	case !known(env, owner):
		why = "its owner " + owner + " is not in the configuration any more"
	case deaf(owner):
		why = "its owner " + owner + " cannot be reached"
	default:
		return []string{owner}, ""
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

// Ways are the ways over which somebody is told of postmortems.
func Ways(user string, env Env) []string { return waysTo(env, user) }

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
func (s *State) text(env Env, user string, todo []Step) string {
	zone := env.Dir.ZoneOf(user)
	due := s.DueAt.In(zone).Format("Mon 2 Jan 2006 15:04 MST")
	text := fmt.Sprintf("Postmortem %s of incident %s (%s) is due on %s, in %s.", s.Name(), s.Incident, s.Title, due, span(s.DueAt.Sub(env.Now)))
	switch {
	case s.Status == Completed:
		text = fmt.Sprintf("Postmortem %s of incident %s (%s) is published.", s.Name(), s.Incident, s.Title)
	case s.Overdue(env.Now):
		text = fmt.Sprintf("Postmortem %s of incident %s (%s) was due on %s: overdue by %s.", s.Name(), s.Incident, s.Title, due, span(env.Now.Sub(s.DueAt)))
	}
	switch {
	case s.Owner == "":
		text += " Nobody owns it yet: assign it."
	case s.Owner != user:
		text += " Its owner " + s.Owner + " cannot be reached: assign it to somebody else."
	}
	for _, step := range todo {
		text += "\n- " + step.what
		if !step.DueAt.Equal(s.DueAt) && !step.DueAt.IsZero() {
			text += ", by " + step.DueAt.In(zone).Format("Mon 2 Jan 2006")
		}
		if step.State == StepOverdue && !step.DueAt.Equal(s.DueAt) {
			text += " (overdue)"
		}
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
