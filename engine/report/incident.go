package report

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// incident counts an incident.
func (t *tally) incident(s *incident.State) {
	if !t.Holds(s.OpenedAt) {
		return
	}
	t.incidents++
	switch s.Detector() {
	case incident.ByMonitoring:
		t.byMonitoring++
	case incident.ByCustomer:
		t.byCustomers++
	}
	for m, to := range map[incident.Measure]*durations{
		incident.ToDetect: &t.toDetect, incident.ToEngage: &t.toEngage, incident.ToMitigate: &t.toMitigate, incident.ToFix: &t.toFix, incident.ToTell: &t.toTell,
	} {
		if took, over := s.Took(m); over {
			to.add(took, s.OpenedAt, s.Name(), s.Title)
		}
	}
	if took, over := s.Took(incident.ToMitigate); over && !s.Cause.IsZero() {
		t.toRestore.add(took, s.OpenedAt, s.Name(), s.Title)
	}
}

// postmortem counts a postmortem and its actions, of which the first due date is over.
func (t *tally) postmortem(s *postmortem.State, now time.Time) {
	due := func(at time.Time) bool { return t.Holds(at) && !at.After(now) }
	if promised := s.Promised(); s.Status != postmortem.Waived && due(promised) {
		t.postmortems++
		if s.Status == postmortem.Completed && !s.CompletedAt.After(promised) {
			t.postmortemsOnTime++
		}
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		if promised := a.Promised(); !promised.IsZero() && due(promised) {
			t.actions++
			if a.Done && !a.DoneAt.After(promised) {
				t.actionsOnTime++
			}
		}
	}
}
