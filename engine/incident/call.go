package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Integration is what responder alerts count as coming from. No configured integration can have this name.
const Integration = "tocsin:incident"

// Rule is what their timelines call the way by which they are routed.
const Rule = "incident"

// Fallback is whom a call goes to that nobody else is left for: the fallback policy.
const Fallback = "fallback"

const maxCalls = 100

// Call is a team or a person who was called to the incident. They are paged by an alert of their own, the responder
// alert, which escalates as their policy says.
type Call struct {
	To     string     `json:"to"` // team:NAME, user:NAME, admins:TEAM or fallback
	Status CallStatus `json:"status"`
	By     string     `json:"by,omitempty"` // who called; empty for the configuration
	At     time.Time  `json:"at"`
	Note   string     `json:"note,omitempty"` // what was said with it
	// Alert is the responder alert.
	Alert  store.ID `json:"alert,omitempty"`
	Number uint64   `json:"number,omitempty"`

	AnsweredBy string    `json:"answered_by,omitempty"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
}

// CallStatus is how far a call is.
type CallStatus string

// The statuses of a call.
const (
	Asked    CallStatus = "asked"    // about to be paged
	Notified CallStatus = "notified" // being paged
	Aware    CallStatus = "aware"    // somebody acknowledged
	Declined CallStatus = "declined" // somebody said no; others are being paged
	Over     CallStatus = "over"     // not needed any more
)

// DedupKey is that of the responder alert of an incident and whom it calls.
func DedupKey(name, to string) string { return name + " " + to }

// ParseKey is what a DedupKey was made of.
func ParseKey(key string) (name, to string, ok bool) { return strings.Cut(key, " ") }

// CallOf returns the call to somebody, or nil.
func (s *State) CallOf(to string) *Call {
	for i := range s.Calls {
		if s.Calls[i].To == to {
			return &s.Calls[i]
		}
	}
	return nil
}

// call calls a team or a person. Who is being called, or is aware, is not called again. Who calls themselves just joins.
func (s *State) call(a Action, env Env) error {
	to, err := target(a.User, env)
	if err != nil {
		return err
	}
	if to == string(policy.User)+":"+a.By {
		if err := s.room(a.By); err != nil {
			return err
		}
		s.respond(a.By, env)
		s.engaged(a.By, env.Now)
		return nil
	}
	if c := s.CallOf(to); c == nil && len(s.Calls) >= maxCalls {
		return &Refused{fmt.Sprintf("%s has called %d already.", s.Name(), maxCalls)}
	}
	if s.summon(to, a, env) {
		s.did(a, env, "called", to+" is called")
	}
	return nil
}

// target reads whom to call: a user's name, user:NAME or team:NAME.
func target(text string, env Env) (string, error) {
	if !strings.Contains(text, ":") {
		text = string(policy.User) + ":" + text
	}
	t, err := policy.ParseTarget(text)
	if err != nil {
		return "", &Refused{err.Error()}
	}
	switch t.Kind {
	case policy.User:
		if _, ok := env.Dir.Users[t.Name]; !ok {
			return "", &Refused{fmt.Sprintf("There is no user %q.", t.Name)}
		}
	case policy.Team:
		if _, ok := env.Dir.Teams[t.Name]; !ok {
			return "", &Refused{fmt.Sprintf("There is no team %q.", t.Name)}
		}
	default:
		return "", &Refused{fmt.Sprintf("%s cannot be called to an incident: name a team or a person, team:NAME or user:NAME.", text)}
	}
	return t.String(), nil
}

// summon puts a call in, and reports whether anything was to be done.
func (s *State) summon(to string, a Action, env Env) bool {
	c := s.CallOf(to)
	switch {
	case c == nil && len(s.Calls) >= maxCalls:
		return false
	case c == nil:
		s.Calls = append(s.Calls, Call{To: to})
		c = &s.Calls[len(s.Calls)-1]
	case c.Status != Declined && c.Status != Over:
		return false
	}
	*c = Call{To: to, Status: Asked, By: a.By, At: env.Now, Note: a.Note, Alert: c.Alert, Number: c.Number}
	s.send(Errand{Do: Page, To: to, By: a.By, Via: a.Via}, env)
	return true
}

// wide calls the usual teams.
func (s *State) wide(a Action, env Env) {
	s.Wide = true
	var called []string
	for _, team := range env.Dir.Incident.Usual.Teams {
		if s.summon(string(policy.Team)+":"+team, a, env) {
			called = append(called, team)
		}
	}
	if len(called) > 0 {
		s.did(a, env, "called", "the usual teams are called: "+strings.Join(called, ", "))
	}
}

// widens calls the usual teams to an incident that became so severe that it is wide by itself.
func (s *State) widens(env Env) {
	if s.Status == Open && !s.Wide && slices.Contains(env.Dir.Incident.Usual.Priorities, s.Priority) {
		s.wide(Action{}, env)
	}
}

// paged says which alert a call opened. One that is not needed any more is closed again.
func (s *State) paged(p Paged, env Env) {
	c := s.CallOf(p.To)
	if c == nil {
		return
	}
	if c.Alert != p.Alert {
		c.Alert, c.Number = p.Alert, p.Number
		s.note(env, "called", "", fmt.Sprintf("%s is paged by alert #%d", p.To, p.Number))
	}
	if c.Status == Asked {
		c.Status = Notified
	}
	if !s.Harmful() {
		s.send(Errand{Do: Shut, Alert: c.Alert}, env)
	}
}

// dismiss ends the calls: what still pages somebody to work on what is over stops.
func (s *State) dismiss(env Env) {
	s.Errands = slices.DeleteFunc(s.Errands, func(e Errand) bool { return e.Do == Page && !e.At.After(env.Now) })
	for i := range s.Calls {
		c := &s.Calls[i]
		if c.Alert != "" {
			s.send(Errand{Do: Shut, Alert: c.Alert}, env)
		}
		if c.Status != Aware {
			c.Status = Over
		}
	}
}

// Answered is what somebody did about an alert of the incident, which may be a responder alert.
type Answered struct {
	Alert  store.ID
	Number uint64
	Status CallStatus // Aware or Declined
	By     string
	At     time.Time
	Via    string
	Text   string // said with it
}

func (in Answered) apply(s *State, env Env, _ *Effects) error {
	i := slices.IndexFunc(s.Calls, func(c Call) bool { return c.Alert == in.Alert })
	if i < 0 { // of another alert, or of one whose call is not known yet
		if in.Status == Aware && s.Status != Closed {
			s.took(in, env)
		}
		return nil
	}
	c := &s.Calls[i]
	if c.Status == in.Status && c.AnsweredBy == in.By {
		return nil
	}
	a := Action{By: in.By, Via: in.Via, Note: in.Text}
	c.Status, c.AnsweredBy, c.AnsweredAt = in.Status, in.By, in.At
	if in.Status == Declined {
		s.did(a, env, "declined", fmt.Sprintf("declines for %s; alert #%d is escalated", c.To, in.Number))
		return nil
	}
	s.did(a, env, "aware", "is aware for "+c.To)
	s.took(in, env)
	return nil
}

// took says that whoever acknowledged an alert works on the incident.
func (s *State) took(in Answered, env Env) {
	s.engaged(in.By, in.At)
	if _, ok := env.Dir.Users[in.By]; ok && s.room(in.By) == nil {
		s.respond(in.By, env)
	}
}

// room refuses one responder too many.
func (s *State) room(user string) error {
	if len(s.Responders) >= maxResponders && !slices.Contains(s.Responders, user) {
		return &Refused{fmt.Sprintf("%s has %d responders already.", s.Name(), maxResponders)}
	}
	return nil
}

// respond writes down that a user works on the incident.
func (s *State) respond(user string, env Env) {
	if !slices.Contains(s.Responders, user) {
		s.Responders = append(s.Responders, user)
		s.note(env, "responder", user, user+" responds")
	}
}
