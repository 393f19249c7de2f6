// Package override is what people change in the schedules at run time, as pure state machines: overrides, absences and
// swaps of shifts, each with who made it and why. It does no I/O and reads no clock. It says what an override is,
// and package schedules what it means for who is on call; an absence by itself takes nobody off call.
//
// All of them are in incident.Shard, so that a swap and its overrides are one commit.
package override

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

const (
	// Format is the version of the encoding of each State.
	Format = 1
	// Longest is how long an override or an absence may be.
	Longest = 90 * 24 * time.Hour
	// Recent is how long an override that is over still shows in the schedule, for previous: and timelines.
	Recent = 35 * 24 * time.Hour
	// Keep is how long each is kept after its end.
	Keep = 400 * 24 * time.Hour

	slack     = time.Minute // a beginning so little in the past is now: clocks differ
	maxReason = 1000        // bytes
)

// Status is how far an override, an absence or a swap is.
type Status string

// The statuses. Active, Over and Cancelled are those of overrides and absences, the others those of swaps.
const (
	Active    Status = "active" // or still to begin
	Over      Status = "over"
	Cancelled Status = "cancelled"

	Proposed Status = "proposed"
	Accepted Status = "accepted"
	Declined Status = "declined" // or withdrawn, by who proposed it
	Expired  Status = "expired"
)

// Refused says why something cannot be done; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

func refuse(format string, args ...any) error { return &Refused{fmt.Sprintf(format, args...)} }

// span checks a time from now on, in whole seconds. No beginning is now.
func span(from, to time.Time, env Env) (time.Time, time.Time, error) {
	now := env.Now.UTC().Truncate(time.Second)
	from, to = from.UTC().Truncate(time.Second), to.UTC().Truncate(time.Second)
	if from.Before(now) && (from.IsZero() || now.Sub(from) <= slack) {
		from = now
	}
	switch {
	case to.IsZero():
		return from, to, refuse("It has no end: say until when.")
	case !to.After(from):
		return from, to, refuse("It ends at %s, which is not after its beginning, %s.", stamp(to), stamp(from))
	case from.Before(now):
		return from, to, refuse("It begins in the past, at %s: what was cannot be changed. Without a beginning it begins now.", stamp(from))
	case to.Sub(from) > Longest:
		return from, to, refuse("It is longer than %d days: change the configuration instead.", Longest/(24*time.Hour))
	}
	return from, to, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// person refuses a user who is not in the configuration.
func person(name string, env Env) error {
	if _, ok := env.Dir.Users[name]; !ok {
		return refuse("There is no user %q.", clip(name))
	}
	return nil
}

func schedule(name string, env Env) (*schedules.Schedule, error) {
	s, ok := env.Dir.Schedules[name]
	if !ok {
		return nil, refuse("There is no schedule %q.", clip(name))
	}
	return s, nil
}

func reasonFits(text string) error {
	if len(text) > maxReason {
		return refuse("A reason holds %d bytes at most, this one has %d.", maxReason, len(text))
	}
	return nil
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 80)], "") }
