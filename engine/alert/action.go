package alert

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// Do is what a person does to an alert.
type Do string

// Everything that a person can do to an alert, from every surface.
const (
	Ack          Do = "ack"
	Unack        Do = "unack"
	Snooze       Do = "snooze"
	Escalate     Do = "escalate"
	Assign       Do = "assign"
	AddResponder Do = "responder"
	Note         Do = "note"
	Close        Do = "close"
	Decline      Do = "decline" // a responder alert: somebody else is to be called
)

// Action is one thing done by one person.
type Action struct {
	Do     Do
	By     string        // the user's name, or "api:NAME" for a key
	Via    string        // where it was done: link, slack, sms, voice, api, bundle
	Note   string        // said with it
	Until  time.Time     // for Snooze
	Target policy.Target // for Assign and AddResponder
}

// Refused says why an action cannot be done to an alert as it is; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }
