package heartbeat

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

// Input is what can happen to a heartbeat: Pinged, Configured, Resumed, Removed, Woken.
type Input interface{ apply(*State, Env) }

// Apply makes one thing happen to the heartbeat, and then what is due by now.
func Apply(s *State, in Input, env Env) {
	in.apply(s, env)
	s.advance(env)
}

// Pinged says that it was heard of.
type Pinged struct{}

func (Pinged) apply(s *State, env Env) {
	if s.Removed {
		s.revive(env)
	}
	s.Pings++
	s.PingedAt, s.NotBefore = env.Now, time.Time{}
	if s.Late() {
		s.LateAt = time.Time{}
		s.Outbox.Put(event.Resolved, env.Now)
	}
}

// Configured says what the configuration in force says of it. Another period counts at once, from the last ping.
type Configured struct{ directory.Heartbeat }

func (in Configured) apply(s *State, env Env) {
	if s.Removed {
		s.revive(env)
	}
	if s.Settings.Equal(in.Heartbeat) {
		return
	}
	s.Settings = in.Heartbeat
	switch due := !s.Deadline().After(env.Now); {
	case due && !s.Late():
		s.late(env)
	case !due && s.Late(): // it has longer now
		s.LateAt = time.Time{}
		s.Outbox.Put(event.Resolved, env.Now)
	}
}

// revive begins anew what had been removed: its time before does not count.
func (s *State) revive(env Env) {
	s.Removed, s.CreatedAt, s.PingedAt, s.Pings, s.NotBefore = false, env.Now, time.Time{}, 0, time.Time{}
}

// Resumed says that no replica was there until now to take pings. Whoever may have been refused is given time.
type Resumed struct{}

func (Resumed) apply(s *State, env Env) { s.excuse(env) }

// Removed says that the configuration does not have it any more.
type Removed struct{}

func (Removed) apply(s *State, env Env) {
	s.Removed = true
	if s.Late() {
		s.LateAt = time.Time{}
		s.Outbox.Put(event.Resolved, env.Now)
	}
}

// Woken is the passing of time.
type Woken struct{}

func (Woken) apply(*State, Env) {}

func (s *State) advance(env Env) {
	if s.Late() || s.Removed || s.Deadline().After(env.Now) {
		return
	}
	if env.Now.Sub(s.Deadline()) > absent {
		s.excuse(env)
		return
	}
	s.late(env)
}

func (s *State) late(env Env) {
	s.LateAt = env.Now
	s.Outbox.Put(event.Firing, env.Now)
}

// excuse puts the deadline off, after a time in which pings were not taken.
func (s *State) excuse(env Env) {
	if until := env.Now.Add(min(s.Settings.Every, again) + s.Settings.Grace); until.After(s.NotBefore) {
		s.NotBefore = until
	}
}
