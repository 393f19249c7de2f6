// Package aggregate is an alarm over the alerts that are open, as a pure state machine: which of them count, whether they are
// enough, and what its own alert has still to be told of that. It does no I/O and reads no clock, and it decides
// nothing about the alerts that it counts: they say themselves when they begin and cease to count.
package aggregate

import (
	"fmt"
	"slices"
	"strings"
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

// Integration is what the alerts of aggregates count as coming from. No configured integration can have this name.
const Integration = "tocsin:aggregate"

// MaxMembers bounds how many alerts are kept, MaxNamed how many of them, or of their values, its alert names.
const (
	MaxMembers = 500
	MaxNamed   = 20
)

// State is everything that is known of an aggregate; it is stored as JSON.
type State struct {
	Format    int                       `json:"v"`
	ID        store.ID                  `json:"id"`
	Name      string                    `json:"name"`
	Bounds    directory.AggregateBounds `json:"bounds"`
	CreatedAt time.Time                 `json:"created_at"`

	Members []Member `json:"members,omitempty"` // the alerts that count, by when they began to
	More    bool     `json:"more,omitempty"`    // there were too many for all to be kept

	FiringAt time.Time `json:"firing_at,omitzero"` // since when its alert is, or is about to be, open
	BelowAt  time.Time `json:"below_at,omitzero"`  // since when too few are open, while its alert is
	Said     Said      `json:"said,omitzero"`      // what its alert says
	Removed  bool      `json:"removed,omitempty"`  // not in the configuration any more

	Outbox outbox.Outbox `json:"outbox,omitzero"`
}

// Member is an alert that counts.
type Member struct {
	Alert  store.ID  `json:"alert"`
	Number uint64    `json:"number"`
	Title  string    `json:"title"`
	Value  string    `json:"value"`
	At     time.Time `json:"at"` // since when
}

// Said is what the alert of an aggregate says: what there was when it fired.
type Said struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Values      []string `json:"values"`
}

// New is an aggregate that was seen in a configuration for the first time. Its id must be of Key(name).Shard.
func New(id store.ID, name string, bounds directory.AggregateBounds, env Env) *State {
	return &State{Format: Format, ID: id, Name: name, Bounds: bounds, CreatedAt: env.Now}
}

// Firing reports whether its alert is, or is about to be, open.
func (s *State) Firing() bool { return !s.FiringAt.IsZero() }

// Values are those that the members have, each once, in the order in which they came.
func (s *State) Values() []string { return valuesOf(s.Members) }

func valuesOf(members []Member) (values []string) {
	seen := map[string]bool{}
	for _, m := range members {
		if !seen[m.Value] {
			seen[m.Value] = true
			values = append(values, m.Value)
		}
	}
	return values
}

// Event is what its alert is told.
func (s *State) Event(Env) (integration string, ev event.Event) {
	ev = event.Event{Status: s.Outbox.Status, DedupKey: s.Name, Title: s.Said.Title, Source: s.Name, Priority: s.Bounds.Priority,
		Tags: []string{"aggregate"}, StartsAt: s.FiringAt}
	if ev.Status == event.Firing {
		ev.Description = s.Said.Description
		ev.Details = map[string]any{"aggregate": s.Name, "counted": strings.Join(s.Said.Values, ", ")}
	}
	return Integration, ev
}

// say is what the alert says of those that made it fire.
func (s *State) say(members []Member) {
	values := valuesOf(members)
	things := "alerts"
	named := ""
	if s.Bounds.Of != "" {
		things = "values of " + s.Bounds.Of + " have alerts"
		if s.Bounds.Of == "service" {
			things = "services have alerts"
		}
		named = ": " + listed(values)
	} else {
		things += " began within " + s.Bounds.Within.String()
	}
	s.Said = Said{Title: s.Bounds.Title, Values: values[:min(len(values), MaxNamed)]}
	if s.Said.Title == "" {
		s.Said.Title = fmt.Sprintf("%d %s%s", len(values), things, named)
	}
	var lines []string
	for _, m := range members[:min(len(members), MaxNamed)] {
		lines = append(lines, fmt.Sprintf("#%d %s", m.Number, m.Title))
	}
	if more := len(members) - MaxNamed; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	s.Said.Description = strings.Join(lines, "\n")
}

func listed(values []string) string {
	const most = 5
	if len(values) > most {
		return strings.Join(values[:most], ", ") + fmt.Sprintf(" and %d more", len(values)-most)
	}
	return strings.Join(values, ", ")
}

// Outgoing is what its alert has still to be told.
func (s *State) Outgoing() *outbox.Outbox { return &s.Outbox }

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was first seen.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	add(s.Outbox.Wake())
	if s.Firing() && !s.BelowAt.IsZero() {
		add(s.BelowAt.Add(s.Bounds.Within))
	}
}

// GoneAt is when it is deleted: when it is not configured any more, and its alert knows.
func (s *State) GoneAt(env Env) time.Time {
	if s.Removed && !s.Outbox.Pending {
		return env.Now
	}
	return time.Time{}
}

// ListAll is the list of all aggregates.
const ListAll = "aggregates"

// Lists are the lists that it is found in.
func (s *State) Lists() []string { return []string{ListAll} }

// Keys is the lookup key by which it is found.
func (s *State) Keys() []string { return []string{Key(s.Name).Name} }

// Key is the lookup key of the aggregate of that name.
func Key(name string) store.Key {
	key := "aggregate/" + name
	return store.Key{Shard: store.ShardOf(key), Name: key}
}

// Paging is nothing: its alert has the pages.
func (s *State) Paging() []page.Page { return nil }

// index is where an alert is among the members, or -1.
func (s *State) index(alert store.ID) int {
	return slices.IndexFunc(s.Members, func(m Member) bool { return m.Alert == alert })
}
