// Package policy holds escalation policies: who is notified how long after an alert began. It only
// describes; package alert acts on it.
package policy

import (
	"fmt"
	"strings"
	"time"
)

// Policy is an escalation policy.
type Policy struct {
	Name   string `json:"name"`
	Steps  []Step `json:"steps"`
	Repeat Repeat `json:"repeat,omitzero"`
	// AckTimeout re-opens an alert that was acknowledged but not closed for so long; 0 for never.
	AckTimeout time.Duration `json:"ack_timeout,omitempty"`
	// ExhaustedAfter is how long after its last step an unacknowledged alert counts as exhausted.
	ExhaustedAfter time.Duration `json:"exhausted_after,omitempty"`
}

// Step notifies its targets After the run of the policy began (the alert's creation, for the first run),
// Unless the alert is acknowledged or closed by then.
type Step struct {
	After  time.Duration `json:"after,omitempty"`
	Notify []Target      `json:"notify"`
	Unless Unless        `json:"unless,omitempty"`
}

// Unless is the state of the alert in which a step is not taken.
type Unless string

// A step is skipped when the alert is acknowledged (the default), or only when it is closed.
const (
	UnlessAcked  Unless = ""
	UnlessClosed Unless = "closed"
)

// Repeat runs the policy again, Times times, every Every since the previous run began, from step From (0 is the first).
type Repeat struct {
	Every time.Duration `json:"every,omitempty"`
	Times int           `json:"times,omitempty"`
	From  int           `json:"from,omitempty"`
}

// Target names whom a step notifies; written "kind:name".
type Target struct {
	Kind TargetKind
	Name string
}

// TargetKind is the part of a target before the colon.
type TargetKind string

// The kinds of targets.
const (
	User     TargetKind = "user"     // that person
	Team     TargetKind = "team"     // all members
	Schedule TargetKind = "schedule" // who is on call now
	Next     TargetKind = "next"     // who follows those on call now
	Previous TargetKind = "previous" // who came before them
	Rotation TargetKind = "rotation" // all participants of a schedule's rotations
	Random   TargetKind = "random"   // one member of a team
	Admins   TargetKind = "admins"   // the admins of a team
	Channel  TargetKind = "channel"  // a place: a chat channel, a webhook
)

// Kinds lists them, for messages.
var Kinds = [...]TargetKind{User, Team, Schedule, Next, Previous, Rotation, Random, Admins, Channel}

// ParseTarget reads "kind:name".
func ParseTarget(s string) (Target, error) {
	kind, name, ok := strings.Cut(s, ":")
	if ok && name != "" {
		for _, k := range Kinds {
			if string(k) == kind {
				return Target{k, name}, nil
			}
		}
	}
	return Target{}, fmt.Errorf("%q is not a target: write one of user:NAME, team:NAME, schedule:NAME, next:SCHEDULE, previous:SCHEDULE, rotation:SCHEDULE, random:TEAM, admins:TEAM, channel:NAME", s)
}

func (t Target) String() string { return string(t.Kind) + ":" + t.Name }

// MarshalText writes "kind:name".
func (t Target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads "kind:name".
func (t *Target) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTarget(string(b))
	return err
}
