// Package heartbeat is one source that must be heard of every so often, as a pure state machine: when the next
// ping is due, whether it is late, and what its alert has still to be told of that. It does no I/O, reads no clock
// and opens no alert itself: package engine does, as its outbox says.
package heartbeat

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Format is the version of the State's encoding.
const Format = 1

const (
	// absent is how much later than the deadline a record is woken only when nobody was there to wake it. Then
	// nobody was there to take pings either.
	absent = 5 * time.Second
	// again bounds how long a sender is given to come back after such a time, beside its grace: one period, and for
	// those who come seldom, time to retry.
	again = 15 * time.Minute
)

// State is everything that is known of a heartbeat; it is stored as JSON.
type State struct {
	Format   int                 `json:"v"`
	ID       store.ID            `json:"id"`
	Name     string              `json:"name"` // the integration's
	Settings directory.Heartbeat `json:"settings"`

	CreatedAt time.Time     `json:"created_at"` // when it was first seen in a configuration
	PingedAt  time.Time     `json:"pinged_at,omitzero"`
	Pings     uint64        `json:"pings,omitempty"`
	NotBefore time.Time     `json:"not_before,omitzero"` // it is not late before, because pings may have been refused
	LateAt    time.Time     `json:"late_at,omitzero"`    // since when it is late; zero when it is not
	Removed   bool          `json:"removed,omitempty"`   // not in the configuration any more
	Outbox    outbox.Outbox `json:"outbox,omitzero"`
}

// New is a heartbeat that was seen in a configuration for the first time. Its id must be of Key(name).Shard.
func New(id store.ID, name string, settings directory.Heartbeat, env Env) *State {
	return &State{Format: Format, ID: id, Name: name, Settings: settings, CreatedAt: env.Now}
}

// DueAt is when the next ping is expected. Grace is not in it.
func (s *State) DueAt() time.Time {
	if s.PingedAt.After(s.CreatedAt) {
		return s.PingedAt.Add(s.Settings.Every)
	}
	return s.CreatedAt.Add(s.Settings.Every)
}

// Deadline is when it is late.
func (s *State) Deadline() time.Time {
	if at := s.DueAt().Add(s.Settings.Grace); at.After(s.NotBefore) {
		return at
	}
	return s.NotBefore
}

// Late reports whether the alert is, or is about to be, open.
func (s *State) Late() bool { return !s.LateAt.IsZero() }

// Event is what the alert is told.
func (s *State) Event(env Env) (integration string, ev event.Event) {
	last := "It has never been heard of since it was configured at " + clock(env, s.CreatedAt) + "."
	if !s.PingedAt.IsZero() {
		last = "It was last heard of at " + clock(env, s.PingedAt) + "."
	}
	ev = event.Event{
		Status: s.Outbox.Status, DedupKey: "heartbeat", Title: s.Settings.Title, Source: s.Name,
		Priority: s.Settings.Priority, Team: s.Settings.Team, Service: s.Settings.Service,
		Tags: s.Settings.Tags, Labels: s.Settings.Labels, StartsAt: s.LateAt,
	}
	if ev.Title == "" {
		ev.Title = "No heartbeat from " + s.Name
	}
	if ev.Status == event.Firing {
		ev.Description = fmt.Sprintf("%s is expected every %s, with %s of grace. %s", s.Name, s.Settings.Every, s.Settings.Grace, last)
	}
	return s.Name, ev
}

func clock(env Env, t time.Time) string {
	if env.Dir != nil && env.Dir.Zone != nil {
		t = t.In(env.Dir.Zone)
	}
	return t.Format("2006-01-02 15:04:05 MST")
}

// Outgoing is what the alert has still to be told.
func (s *State) Outgoing() *outbox.Outbox { return &s.Outbox }

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was first seen.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(_ Env, add func(time.Time)) {
	add(s.Outbox.Wake())
	if !s.Late() && !s.Removed {
		add(s.Deadline())
	}
}

// GoneAt is when it is deleted: when it is not configured any more, and its alert knows.
func (s *State) GoneAt(env Env) time.Time {
	if s.Removed && !s.Outbox.Pending {
		return env.Now
	}
	return time.Time{}
}

// The lists that heartbeats are found in.
const (
	ListAll  = "heartbeats"
	ListLate = "heartbeats/late"
)

// Lists are the lists that it is found in.
func (s *State) Lists() []string {
	switch {
	case s.Removed:
		return []string{ListAll}
	case s.Late():
		return []string{ListAll, ListLate}
	}
	return []string{ListAll}
}

// Keys is the lookup key by which it is found.
func (s *State) Keys() []string { return []string{Key(s.Name).Name} }

// Key is the lookup key of the heartbeat of an integration.
func Key(name string) store.Key {
	key := "heartbeat/" + name
	return store.Key{Shard: store.ShardOf(key), Name: key}
}

// Paging is nothing: its alert has the pages.
func (s *State) Paging() []page.Page { return nil }
