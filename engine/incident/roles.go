package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// RolesOf are the roles that can be given, as the configuration says.
func RolesOf(env Env) []string {
	if len(env.Dir.Incident.Roles) > 0 {
		return env.Dir.Incident.Roles
	}
	return Roles[:]
}

func (s *State) setRole(a Action, env Env) error {
	role := strings.TrimSpace(a.Role)
	was := s.Roles[role]
	switch {
	case role == "":
		return &Refused{"Which role? The one who leads is the " + Commander + "."}
	case a.User == "":
		if was != "" {
			delete(s.Roles, role)
			s.did(a, env, "role", fmt.Sprintf("%s is %s no more", was, role))
		}
		return nil
	case !slices.Contains(RolesOf(env), role):
		return &Refused{fmt.Sprintf("There is no role %q: %s.", clip(role), strings.Join(RolesOf(env), ", "))}
	case was == a.User:
		return nil
	}
	if _, ok := env.Dir.Users[a.User]; !ok {
		return &Refused{fmt.Sprintf("There is no user %q.", a.User)}
	}
	if err := s.room(a.User); err != nil {
		return err
	}
	s.respond(a.User, env)
	s.engaged(a.User, env.Now)
	if s.Roles == nil {
		s.Roles = map[string]string{}
	}
	s.Roles[role] = a.User
	text := fmt.Sprintf("%s is %s", a.User, role)
	if was != "" {
		text += ", after " + was
	}
	s.did(a, env, "role", text)
	return nil
}

// maxAsked is how many people are asked to take command.
const maxAsked = 20

// command does what is due because nobody commands: responders are asked first, then those who answer for the team.
func (s *State) command(env Env) {
	after := env.Dir.Incident.CommanderAfter
	switch {
	case after <= 0 || s.Status != Open || s.Roles[Commander] != "":
		s.CommandDue, s.CommandAsked = time.Time{}, 0
		return
	case s.CommandAsked == 0 && s.CommandDue.IsZero():
		s.CommandDue = env.Now.Add(after)
		return
	case s.CommandDue.IsZero() || s.CommandDue.After(env.Now):
		return
	}
	s.CommandAsked++
	s.CommandDue = time.Time{}
	if s.CommandAsked == 1 {
		if asked := s.askForCommand(env); len(asked) > 0 {
			s.CommandDue = env.Now.Add(after)
			s.note(env, "command", "", fmt.Sprintf("nobody commands since %s: asked %s", short(after), strings.Join(asked, ", ")))
			return
		}
		s.CommandAsked++
	}
	to := Fallback
	admins := policy.Target{Kind: policy.Admins, Name: s.Team}
	if len(env.Dir.Resolve([]policy.Target{admins}, env.Now, env.Pick).Users) > 0 {
		to = admins.String()
	}
	s.note(env, "command", "", fmt.Sprintf("nobody commands: escalated to %s", to))
	s.summon(to, Action{}, env)
}

// askForCommand asks those who work on the incident, or else those who were called, and gives whom it could ask.
func (s *State) askForCommand(env Env) (asked []string) {
	users := s.Responders
	if len(users) == 0 {
		var targets []policy.Target
		for _, c := range s.Calls {
			if t, err := policy.ParseTarget(c.To); err == nil {
				targets = append(targets, t)
			}
		}
		users = env.Dir.Resolve(targets, env.Now, env.Pick).Users
	}
	for _, user := range users {
		ways := env.Dir.Reach(user, s.Priority)
		if len(ways) == 0 || len(asked) == maxAsked {
			continue
		}
		s.Out.Add(page.Page{Kind: page.Request, User: user, Via: ways[0].Via, DueAt: ways[0].Wait(env.Now),
			Text: fmt.Sprintf("Nobody commands %s. Will you? tocsin incident role %s --role %s --user %s", s.Name(), s.Name(), Commander, user)})
		asked = append(asked, user)
	}
	return asked
}

// short is a duration without the units that are zero.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range [...]string{"m0s", "h0m"} {
		if n := len(text) - len(zero); n > 0 && text[n:] == zero {
			text = text[:n+1]
		}
	}
	return text
}
