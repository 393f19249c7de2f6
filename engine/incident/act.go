package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// What a person may write: more is a mistake of a program, not a message.
const (
	maxNote       = 10_000 // bytes
	maxTitle      = 500    // bytes
	maxRole       = 50     // bytes
	maxRoles      = 30
	maxResponders = 200
)

func (a Action) apply(s *State, env Env, fx *Effects) error {
	if len(a.Note) > maxNote {
		return &Refused{fmt.Sprintf("A note holds %d bytes at most, this one has %d.", maxNote, len(a.Note))}
	}
	switch a.Do {
	case Note:
		if strings.TrimSpace(a.Note) == "" {
			return &Refused{"A note needs a text."}
		}
		s.note(env, "note", a.By, a.Note)
		return nil
	case Reopen:
		return s.reopen(a, env, fx)
	case Close:
		s.close(a, env, fx)
		return nil
	case SetTitle:
		return s.setTitle(a, env)
	}
	if s.Status == Closed {
		return &Refused{fmt.Sprintf("%s was closed%s. Reopen it first.", s.Name(), byWhom(s.ClosedBy))}
	}
	switch a.Do {
	case Resolve:
		s.resolve(a, env)
	case SetPriority:
		return s.setPriority(a, env)
	case SetRole:
		return s.setRole(a, env)
	case AddResponder:
		return s.addResponder(a, env)
	default:
		return &Refused{fmt.Sprintf("%q is not something that can be done to an incident.", a.Do)}
	}
	return nil
}

func byWhom(by string) string {
	if by == "" {
		return ""
	}
	return " by " + by
}

// said is what the timeline says: what was done, where, and the words that came with it.
func (a Action) said(what string) string {
	if a.Via != "" {
		what += " over " + a.Via
	}
	if a.Note != "" {
		what += ": " + a.Note
	}
	return what
}

func (s *State) resolve(a Action, env Env) {
	if s.Status == Resolved {
		return // it is what they wanted
	}
	s.Status, s.ResolvedAt, s.ResolvedBy = Resolved, env.Now, a.By
	s.note(env, "resolved", a.By, a.said("resolved"))
}

func (s *State) reopen(a Action, env Env, fx *Effects) error {
	if s.Status == Open {
		return nil
	}
	if s.Status == Closed && s.Key != "" && a.Successor != "" {
		return &Refused{fmt.Sprintf("%s has taken the place of %s: new alerts join it. Go on there, or close it first.", a.Successor, s.Name())}
	}
	s.open(env, a.By, a.said("open again"), fx)
	return nil
}

// open takes up an incident that was over. A postmortem that it owed stays.
func (s *State) open(env Env, by, text string, fx *Effects) {
	s.Status = Open
	s.ResolvedAt, s.ResolvedBy = time.Time{}, ""
	s.ClosedAt, s.ClosedBy = time.Time{}, ""
	s.note(env, "reopened", by, text)
	fx.Reopened = true
}

func (s *State) setTitle(a Action, env Env) error {
	title := strings.TrimSpace(a.Title)
	switch {
	case title == "":
		return &Refused{"A title needs a text."}
	case len(title) > maxTitle:
		return &Refused{fmt.Sprintf("A title holds %d bytes at most, this one has %d.", maxTitle, len(title))}
	case title != s.Title:
		s.Title = title
		s.note(env, "title", a.By, a.said(fmt.Sprintf("now called %q", title)))
	}
	return nil
}

func (s *State) setPriority(a Action, env Env) error {
	if !event.ValidPriority(a.Priority) {
		return &Refused{fmt.Sprintf("%q is not a priority: P1 to P5.", a.Priority)}
	}
	if a.Priority != s.Priority {
		s.note(env, "priority", a.By, a.said(fmt.Sprintf("set from %s to %s", s.Priority, a.Priority)))
		s.Priority = a.Priority
	}
	return nil
}

func (s *State) setRole(a Action, env Env) error {
	role := strings.TrimSpace(a.Role)
	was := s.Roles[role]
	switch {
	case role == "":
		return &Refused{"Which role? The one who leads is the " + Commander + "."}
	case len(role) > maxRole:
		return &Refused{fmt.Sprintf("The name of a role holds %d bytes at most.", maxRole)}
	case a.User == "":
		if was != "" {
			delete(s.Roles, role)
			s.note(env, "role", a.By, a.said(fmt.Sprintf("%s is %s no more", was, role)))
		}
		return nil
	case was == a.User:
		return nil
	case was == "" && len(s.Roles) >= maxRoles:
		return &Refused{fmt.Sprintf("%s has %d roles already.", s.Name(), maxRoles)}
	}
	if err := s.addResponder(a, env); err != nil {
		return err
	}
	if s.Roles == nil {
		s.Roles = map[string]string{}
	}
	s.Roles[role] = a.User
	text := fmt.Sprintf("%s is %s", a.User, role)
	if was != "" {
		text += ", after " + was
	}
	s.note(env, "role", a.By, a.said(text))
	return nil
}

func (s *State) addResponder(a Action, env Env) error {
	if _, ok := env.Dir.Users[a.User]; !ok {
		return &Refused{fmt.Sprintf("There is no user %q.", a.User)}
	}
	if slices.Contains(s.Responders, a.User) {
		return nil
	}
	if len(s.Responders) >= maxResponders {
		return &Refused{fmt.Sprintf("%s has %d responders already.", s.Name(), maxResponders)}
	}
	s.Responders = append(s.Responders, a.User)
	text := a.User + " responds"
	if a.Do == AddResponder {
		text = a.said(text)
	}
	s.note(env, "responder", a.By, text)
	return nil
}
