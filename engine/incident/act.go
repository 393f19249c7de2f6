package incident

import (
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// What a person may write: more is a mistake of a program, not a message.
const (
	maxNote       = 10_000 // bytes
	maxTitle      = 500    // bytes
	maxResponders = 200
)

func (a Action) apply(s *State, env Env, fx *Effects) error {
	if len(a.Note) > maxNote {
		return &Refused{fmt.Sprintf("A note holds %d bytes at most, this one has %d.", maxNote, len(a.Note))}
	}
	switch a.Do { // what can be done to a closed incident, too
	case Note:
		return s.write(a, env)
	case Reopen:
		return s.reopen(a, env, fx)
	case Close:
		return s.close(a, env, fx)
	case AskPostmortem:
		return s.askPostmortem(a, env, fx)
	case Update:
		return s.update(a, env)
	case SetTimes:
		return s.setTimes(a, env)
	case SetTitle:
		return s.setTitle(a, env)
	case MarkCause:
		return s.markCause(a, env)
	case UnmarkCause:
		return s.unmarkCause(a, env)
	case Tell:
		return s.tell(a, env)
	case LinkIssue, UnlinkIssue, RefreshIssues:
		return s.editIssues(a, env)
	}
	if s.Status == Closed {
		return &Refused{fmt.Sprintf("%s was closed%s. Reopen it first.", s.Name(), byWhom(s.ClosedBy))}
	}
	switch a.Do {
	case Mitigate:
		return s.mitigate(a, env)
	case Resolve:
		return s.resolve(a, env)
	case SetPriority:
		return s.setPriority(a, env)
	case SetRole:
		return s.setRole(a, env)
	case AddResponder:
		return s.call(a, env)
	case CallUsual:
		s.wide(a, env)
		return nil
	case Tick, Skip, Untick:
		return s.tick(a, env)
	case OpenChannel:
		return s.openChannel(a, env)
	case CloseAlerts:
		return s.closeAlerts(a, env)
	}
	return &Refused{fmt.Sprintf("%q is not something that can be done to an incident.", a.Do)}
}

func byWhom(by string) string {
	if by == "" {
		return ""
	}
	return " by " + by
}

// did writes into the timeline what was done, by whom, where, and the words that came with it.
func (s *State) did(a Action, env Env, kind, what string) {
	if a.Note != "" {
		what += ": " + a.Note
	}
	s.note(env, kind, a.By, what)
	s.Timeline[len(s.Timeline)-1].Via = a.Via
}

// write is a note: what was seen, tried, measured.
func (s *State) write(a Action, env Env) error {
	text := strings.TrimSpace(a.Note)
	if text == "" {
		return &Refused{"A note needs a text."}
	}
	if a.At.After(env.Now) {
		return &Refused{fmt.Sprintf("The note would be of %s, which is still to come.", stamp(a.At))}
	}
	a.Note = ""
	s.did(a, env, "note", text)
	s.happened(a.At, env)
	return nil
}

func (s *State) setTitle(a Action, env Env) error {
	if strings.TrimSpace(a.Title) == "" {
		return &Refused{"A title needs a text."}
	}
	a.Edit = Edit{Title: a.Title}
	return s.update(a, env)
}

func (s *State) setPriority(a Action, env Env) error {
	if !event.ValidPriority(a.Priority) {
		return &Refused{fmt.Sprintf("%q is not a priority: P1 to P5.", a.Priority)}
	}
	if a.Priority != s.Priority {
		s.did(a, env, "priority", fmt.Sprintf("set from %s to %s", s.Priority, a.Priority))
		s.Priority = a.Priority
	}
	return nil
}
