// Package attachment is a file that somebody put to an incident: a chart, a log, a picture of a screen. The incident knows
// its name and who brought it; the record here holds the bytes, so that the incident stays small. It is pure.
package attachment

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Format is the version of a State's encoding.
const Format = 1

// State is the bytes of a file; it is stored as JSON. It goes with its incident, which deletes it.
type State struct {
	Format    int       `json:"v"`
	ID        store.ID  `json:"id"`
	Incident  store.ID  `json:"incident"`
	Data      []byte    `json:"data"`
	CreatedAt time.Time `json:"created_at"`

	removed bool
}

// New is the bytes of a file of an incident. Its id must be of the incident's shard, so that both are committed at once.
func New(id, incident store.ID, data []byte, now time.Time) *State {
	return &State{Format: Format, ID: id, Incident: incident, Data: data, CreatedAt: now}
}

// Remove deletes it with the next commit.
func (s *State) Remove() { s.removed = true }

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was put there.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names no time: nothing happens by itself.
func (s *State) Waits(directory.Env, func(time.Time)) {}

// GoneAt is when it was put there, once it is removed; else never.
func (s *State) GoneAt(directory.Env) time.Time {
	if s.removed {
		return s.CreatedAt
	}
	return time.Time{}
}

// Lists are none: its incident names it.
func (s *State) Lists() []string { return nil }

// Keys are none.
func (s *State) Keys() []string { return nil }

// Paging are none.
func (s *State) Paging() []page.Page { return nil }
