package incident

import (
	"fmt"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// maxTags is how many tags an incident has, those of its alerts among them.
const maxTags = 100

func (s *State) has(id store.ID) int {
	return slices.IndexFunc(s.Alerts, func(a Alert) bool { return a.ID == id })
}

func (in Joined) apply(s *State, env Env, fx *Effects) error {
	if s.has(in.Alert.ID) >= 0 {
		return nil
	}
	if s.Status == Closed {
		return &Refused{fmt.Sprintf("%s was closed%s: no alert can join it any more.", s.Name(), byWhom(s.ClosedBy))}
	}
	what := fmt.Sprintf("alert #%d (%s): %s", in.Alert.Number, in.Priority, in.Alert.Title)
	if s.Status == Resolved {
		s.open(Action{}, env, what+" fires: open again", fx)
	}
	in.Alert.JoinedAt = env.Now
	s.Alerts = append(s.Alerts, in.Alert)
	s.Count++
	s.tag(in.Tags)
	s.label(in.Labels)
	s.began(in.StartsAt, in.CreatedAt)
	s.engaged(in.AckedBy, in.AckedAt)
	s.did(Action{By: in.By, Via: in.Via, Note: in.Note}, env, kindJoined, what)
	if worse(in.Priority, s.Priority) {
		s.note(env, "priority", "", fmt.Sprintf("raised from %s to %s by alert #%d", s.Priority, in.Priority, in.Alert.Number))
		s.Priority = in.Priority
	}
	if in.By != "" { // an alert that a rule joins asks until it knows
		s.send(Errand{Do: Join, Alert: in.Alert.ID}, env)
	}
	return nil
}

func (in Parted) apply(s *State, env Env, _ *Effects) error {
	i := s.has(in.Alert)
	if i < 0 {
		return &Refused{fmt.Sprintf("Alert #%d is not of %s.", in.Number, s.Name())}
	}
	if s.Status == Closed {
		return &Refused{fmt.Sprintf("%s was closed%s. Reopen it first.", s.Name(), byWhom(s.ClosedBy))}
	}
	left := s.Alerts[i]
	s.Alerts = slices.Delete(s.Alerts, i, i+1)
	s.Left++
	s.did(Action{By: in.By, Via: in.Via, Note: in.Note}, env, "left", fmt.Sprintf("alert #%d does not belong to it: %s", left.Number, left.Title))
	s.send(Errand{Do: Leave, Alert: in.Alert}, env)
	return nil
}

// closeAlerts closes those alerts of the incident that it knows.
func (s *State) closeAlerts(a Action, env Env) error {
	if len(s.Alerts) == 0 {
		return &Refused{s.Name() + " has no alerts."}
	}
	for _, al := range s.Alerts {
		s.send(Errand{Do: Shut, Alert: al.ID, By: a.By, Via: a.Via}, env)
	}
	text := fmt.Sprintf("closes its %d alerts", len(s.Alerts))
	if more := s.Count - s.Left - len(s.Alerts); more > 0 {
		text += fmt.Sprintf("; %d that joined in between are not known any more", more)
	}
	s.did(a, env, "alerts", text)
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
