package api

import (
	"cmp"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// via is what timelines say about where something was done.
const via = "api"

// maxNote is how long a note may be, in bytes.
const maxNote = 10_000

// Actor is who does something, and what they say with it: part of the body of every action.
type Actor struct {
	User string `json:"user,omitempty" doc:"The user for whom this is done; by default it is done by the key, api:NAME."`
	Note string `json:"note,omitempty" doc:"Said with it, in the timeline."`
}

// by names who does it in the timeline. A user must exist: a typing error must not acknowledge in a stranger's name.
func (c *call) by(a Actor) (string, error) {
	if len(a.Note) > maxNote {
		return "", invalid("note", "it has %d bytes, %d are possible", len(a.Note), maxNote)
	}
	if a.User == "" {
		return "api:" + c.key.Name, nil
	}
	return a.User, c.knownUser("user", a.User)
}

func (c *call) knownUser(field, name string) error {
	if _, ok := c.env.Dir.Users[name]; !ok {
		return invalid(field, "there is no user %q", clip(name))
	}
	return nil
}

// until is how long to snooze.
func (c *call) until(snooze bool, body AlertAction) (time.Time, error) {
	switch {
	case !snooze && body.Until != "":
		return time.Time{}, invalid("until", "only snooze takes it")
	case !snooze && body.For != "":
		return time.Time{}, invalid("for", "only snooze takes it")
	case !snooze:
		return time.Time{}, nil
	case body.Until != "" && body.For != "":
		return time.Time{}, invalid("for", "give until or for, not both")
	case body.Until != "":
		return parseTime("until", body.Until)
	case body.For != "":
		d, err := parseDuration(body.For)
		if err != nil || d <= 0 || d > maxDuration {
			return time.Time{}, invalid("for", "%q is not a duration such as 30m, 1h30m or 2d", clip(body.For))
		}
		return c.env.Now.Add(d), nil
	}
	return time.Time{}, invalid("until", "missing: say until when, or for how long with for")
}

// target is whom an action pages.
func (c *call) target(do alert.Do, body AlertAction) (none policy.Target, err error) {
	if do != alert.Assign && body.To != "" {
		return none, invalid("to", "only assign takes it")
	}
	if do != alert.Assign && do != alert.AddResponder {
		if body.Target != "" {
			return none, invalid("target", "only assign and responder take it")
		}
		return none, nil
	}
	if body.To != "" && body.Target != "" {
		return none, invalid("to", "give target or to, not both")
	}
	text := cmp.Or(body.Target, body.To)
	if text == "" {
		return none, invalid("target", "missing: say whom to page, such as user:amir or schedule:primary")
	}
	t, err := policy.ParseTarget(text)
	if err != nil {
		return none, invalid("target", "%v", err)
	}
	if !c.knownTarget(t) {
		return none, invalid("target", "there is nothing called %s in the configuration", clip(t.String()))
	}
	return t, nil
}

func (c *call) knownTarget(t policy.Target) (ok bool) {
	dir := c.env.Dir
	switch t.Kind {
	case policy.User:
		_, ok = dir.Users[t.Name]
	case policy.Team, policy.Random, policy.Admins:
		_, ok = dir.Teams[t.Name]
	case policy.Schedule, policy.Next, policy.Previous, policy.Rotation:
		_, ok = dir.Schedules[t.Name]
	case policy.Channel:
		_, ok = dir.Channels[t.Name]
	}
	return ok
}
