package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
)

const (
	// escalateAfter is how often the owner of an overdue action is reminded before the team's admins are, too.
	escalateAfter = 3
	// nudgeLines is how many actions one message names.
	nudgeLines = 10
)

// Nudge is when somebody who owes actions is reminded of those that are overdue.
type Nudge struct {
	User string    `json:"user,omitempty"` // empty for actions that nobody owns
	Due  time.Time `json:"due"`            // of the first of them
	At   time.Time `json:"at"`
	Last time.Time `json:"last,omitzero"` // when they were reminded
}

// plan has everybody reminded who owes an action with a due date: first when that is over, then in the rhythm of
// postmortem.remind.
func (s *State) plan(env Env) {
	first := map[string]time.Time{}
	for _, i := range s.Actions {
		if due, ok := first[i.Owner]; !i.Done && !i.DueAt.IsZero() && s.Status != Waived && (!ok || i.DueAt.Before(due)) {
			first[i.Owner] = i.DueAt
		}
	}
	s.Nudges = slices.DeleteFunc(s.Nudges, func(n Nudge) bool { return first[n.User].IsZero() })
	for i := range s.Nudges {
		if n := &s.Nudges[i]; !n.Due.Equal(first[n.User]) {
			n.Due = first[n.User]
			n.At = s.nextNudge(*n, env)
		}
		delete(first, s.Nudges[i].User)
	}
	for user, due := range first {
		n := Nudge{User: user, Due: due}
		n.At = s.nextNudge(n, env)
		s.Nudges = append(s.Nudges, n)
	}
	slices.SortFunc(s.Nudges, func(a, b Nudge) int { return strings.Compare(a.User, b.User) })
}

// nextNudge is when somebody is reminded next: not before the first action is overdue.
func (s *State) nextNudge(n Nudge, env Env) time.Time {
	return s.next(n.User, n.Last, n.Due, env)
}

// nudge puts into the messages what is due of the reminders of actions.
func (s *State) nudge(env Env, out *messages) {
	for i := range s.Nudges {
		n := &s.Nudges[i]
		if n.At.After(env.Now) {
			continue
		}
		n.Last = env.Now
		n.At = s.nextNudge(*n, env)
		mine, slow := s.late(n.User, env)
		if len(mine) == 0 {
			continue
		}
		users, why := s.reachable(n.User, env)
		out.addAll(s.awake(users, env), aboutActions, func(user string) string { return s.actionsText(mine, user, env) }, why)
		out.unreached = out.unreached || len(users) == 0
		if len(slow) == 0 || why != "" { // those who stand in for the owner are the team already
			continue
		}
		for _, user := range s.awake(s.admins(env), env) {
			if user != n.User {
				out.add(user, aboutActions, s.actionsText(slow, user, env), "escalated, after "+count(escalateAfter, "reminder"))
			}
		}
	}
}

// inVain reports whether its owner was reminded often enough for the team's admins to be told.
func (i *Item) inVain() bool { return i.Reminded > escalateAfter }

// late are the overdue actions of a user, and those that the user was reminded of in vain.
func (s *State) late(user string, env Env) (all, slow []Item) {
	for i := range s.Actions {
		if item := &s.Actions[i]; item.Owner == user && item.Overdue(env.Now) {
			item.Reminded++
			all = append(all, *item)
			if item.inVain() {
				slow = append(slow, *item)
			}
		}
	}
	return all, slow
}

// lateFor reports whether an overdue action is left of those that somebody is reminded of: their own, or those of others
// who do not answer for them.
func (s *State) lateFor(user string, env Env) bool {
	return slices.ContainsFunc(s.Actions, func(i Item) bool {
		if !i.Overdue(env.Now) || i.Owner == user || i.inVain() {
			return i.Overdue(env.Now)
		}
		_, why := s.reachable(i.Owner, env)
		return why != ""
	})
}

// admins are those of the team who can be reached.
func (s *State) admins(env Env) []string {
	to := env.Dir.Resolve([]policy.Target{{Kind: policy.Admins, Name: s.Team}}, env.Now, env.Pick)
	return slices.DeleteFunc(to.Users, func(user string) bool { return len(waysTo(env, user)) == 0 })
}

// actionsText says which actions are overdue, and against which promise, in the zone of who gets it.
func (s *State) actionsText(items []Item, user string, env Env) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of postmortem %s (%s) %s overdue:", count(len(items), "action"), s.Name(), s.Title, isOrAre(len(items)))
	for n, i := range items {
		if n == nudgeLines {
			fmt.Fprintf(&b, "\n- and %d more", len(items)-n)
			break
		}
		fmt.Fprintf(&b, "\n- %d: %s", i.N, flat(i.Text))
		if i.Owner != user {
			fmt.Fprintf(&b, " (%s)", ownerOr(i.Owner))
		}
		fmt.Fprintf(&b, ", due %s, %s late", i.DueAt.In(env.Dir.ZoneOf(user)).Format("Mon 2 Jan 2006"), count(i.DaysLate(env.Now), "day"))
		if i.Slips > 0 {
			fmt.Fprintf(&b, " against the first promise, put off %s", count(i.Slips, "time"))
		}
		b.WriteString(s.ticketText(i.N))
	}
	return b.String()
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func ownerOr(owner string) string {
	if owner == "" {
		return "nobody owns it"
	}
	return owner
}
