package alert

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// joinLease is how long whoever opens the incident of an alert may take, before it is tried again.
const joinLease = 5 * time.Second

// ClaimJoin gives the opening of the incident that the alert wants to the caller, if it is due. It takes effect
// with the commit, so that of two who were woken only one goes on.
func (s *State) ClaimJoin(env Env) bool {
	if !s.WantIncident || s.Held() || !reached(s.IncidentDue, env.Now) {
		return false
	}
	s.IncidentDue = env.Now.Add(joinLease)
	return true
}

// IncidentJoined says that the incident that the alert wanted has taken it in.
type IncidentJoined struct{ Incident string }

func (in IncidentJoined) apply(s *State, env Env, _ *Effects) error {
	s.WantIncident, s.IncidentDue = false, time.Time{}
	if s.Incident != in.Incident {
		s.Incident = in.Incident
		s.note(env, "incident", "", "joined incident "+in.Incident)
		s.Rev++
	}
	return nil
}

// IncidentLeft says that the alert does not belong to an incident after all.
type IncidentLeft struct{ Incident string }

func (in IncidentLeft) apply(s *State, env Env, _ *Effects) error {
	if s.Incident == in.Incident {
		s.Incident, s.Answer = "", nil
		s.WantIncident, s.IncidentDue = false, time.Time{}
		s.note(env, "incident", "", "left incident "+in.Incident)
		s.Rev++
	}
	return nil
}

// Answer is what the incident of an alert has still to be told: that somebody acknowledged it, or declined to respond.
type Answer struct {
	N        int       `json:"n"` // the Rev of the alert when it was given, so that no two are alike
	Declined bool      `json:"declined,omitempty"`
	By       string    `json:"by,omitempty"`
	Via      string    `json:"via,omitempty"`
	Text     string    `json:"text,omitempty"` // said with it
	At       time.Time `json:"at"`
	Due      time.Time `json:"due"` // when to try; while an attempt is under way, when its lease ends
}

// answer puts in what the incident is to be told, in place of what it was not told yet.
func (s *State) answer(a Action, declined bool, env Env) {
	if s.Incident == "" {
		return
	}
	s.Answer = &Answer{N: s.Rev, Declined: declined, By: a.By, Via: a.Via, Text: a.Note, At: env.Now, Due: env.Now}
}

// ClaimAnswer gives the answer to the caller for the time of a lease, if it is due.
func (s *State) ClaimAnswer(env Env) bool {
	if s.Answer == nil || !reached(s.Answer.Due, env.Now) {
		return false
	}
	s.Answer.Due = env.Now.Add(outbox.Lease)
	return true
}

// AnswerTold says that the incident knows answer N. A newer one is told, too.
type AnswerTold struct{ N int }

func (in AnswerTold) apply(s *State, env Env, _ *Effects) error {
	switch {
	case s.Answer == nil:
	case s.Answer.N == in.N:
		s.Answer = nil
	default:
		s.Answer.Due = env.Now
	}
	return nil
}

// NewResponder is the responder alert by which an incident calls a team or a person. It escalates by the policy given.
func NewResponder(id store.ID, number uint64, integration, key, incident, to string, p policy.Policy, ev event.Event, d Routing, env Env) (*State, Effects) {
	s := begin(id, number, integration, key, ev, d, env)
	s.Incident, s.Responds, s.Policy = incident, to, p.Name
	s.note(env, "routed", "", fmt.Sprintf("%s calls %s: policy %s runs", incident, to, p.Name))
	s.start(p, env.Now, p.Name == env.Dir.Fallback)
	var fx Effects
	s.advance(env, &fx)
	return s, fx
}

// decline is the no of somebody who is called to an incident: they are paged no more for it, and the next step is taken
// at once, unless somebody else has answered.
func (s *State) decline(a Action, env Env) error {
	if s.Responds == "" {
		return &Refused{fmt.Sprintf("Alert #%d calls nobody to an incident; there is nothing to decline.", s.Number)}
	}
	if slices.Contains(s.Declined, a.By) {
		return nil
	}
	mine := s.Status == Acked && s.AckedBy == a.By
	s.Declined = append(s.Declined, a.By)
	s.cancel(func(i int) bool { return s.Pages[i].User == a.By })
	s.note(env, "declined", a.By, a.said("declined"))
	s.Rev++
	if s.Status != Open && !mine {
		return nil
	}
	s.answer(a, true, env)
	if mine {
		s.Status, s.AckedAt, s.AckedBy = Open, time.Time{}, ""
	}
	if i := s.current(env); i >= 0 {
		run := &s.Runs[i]
		switch {
		case run.atEnd():
			s.giveUp(i, env)
			return nil
		case run.Next >= len(run.Policy.Steps):
			run.again(env.Now)
		}
		s.fire(i, env)
	}
	return nil
}
