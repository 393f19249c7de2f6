package incident

import (
	"fmt"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// maxTags is how many tags an incident takes from its alerts.
const maxTags = 100

func (in Joined) apply(s *State, env Env, fx *Effects) error {
	for i := range s.Alerts {
		if s.Alerts[i].ID == in.Alert.ID {
			return nil
		}
	}
	if s.Status == Closed {
		return &Refused{fmt.Sprintf("%s was closed%s: no alert can join it any more.", s.Name(), byWhom(s.ClosedBy))}
	}
	what := fmt.Sprintf("alert #%d (%s): %s", in.Alert.Number, in.Priority, in.Alert.Title)
	if s.Status == Resolved {
		s.open(env, "", what+" fires: open again", fx)
	}
	in.Alert.JoinedAt = env.Now
	s.Alerts = append(s.Alerts, in.Alert)
	s.Count++
	s.tag(in.Tags)
	s.note(env, kindJoined, "", what)
	if worse(in.Priority, s.Priority) {
		s.note(env, "priority", "", fmt.Sprintf("raised from %s to %s by alert #%d", s.Priority, in.Priority, in.Alert.Number))
		s.Priority = in.Priority
	}
	return nil
}

func worse(a, b string) bool { return event.ValidPriority(a) && a < b }

func (s *State) tag(tags []string) {
	for _, tag := range tags {
		if len(s.Tags) < maxTags && !slices.Contains(s.Tags, tag) {
			s.Tags = append(s.Tags, tag)
		}
	}
}
