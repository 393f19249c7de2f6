// Package feed is what must be remembered of a calendar feed that was revoked: how often. The secret addresses of feeds
// depend on it, so a record of it is never deleted, or revoked addresses would work again. It is pure.
package feed

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Format is the version of a State's encoding.
const Format = 1

// State is a feed that was revoked; it is stored as JSON.
type State struct {
	Format     int       `json:"v"`
	ID         store.ID  `json:"id"`
	Kind       string    `json:"kind"` // schedule or user
	Name       string    `json:"name"`
	Generation int       `json:"generation"` // how often it was revoked
	CreatedAt  time.Time `json:"created_at"`
	RevokedAt  time.Time `json:"revoked_at"`
	RevokedBy  string    `json:"revoked_by"`
	Reason     string    `json:"reason,omitempty"`
}

// New is a feed that was never revoked. Its id must be of Key's shard.
func New(id store.ID, kind, name string, now time.Time) *State {
	return &State{Format: Format, ID: id, Kind: kind, Name: name, CreatedAt: now}
}

// Revoke makes the addresses of the feed that were given out so far invalid.
func (s *State) Revoke(by, reason string, now time.Time) {
	s.Generation++
	s.RevokedAt, s.RevokedBy, s.Reason = now, by, reason
}

// Key is the lookup key of a feed. It is in incident.Shard, so that the audit trail is in the same commit.
func Key(kind, name string) store.Key {
	return store.Key{Shard: incident.Shard, Name: "feed/" + kind + "/" + name}
}

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was revoked first.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names no time: nothing happens by itself.
func (s *State) Waits(directory.Env, func(time.Time)) {}

// GoneAt is never.
func (s *State) GoneAt(directory.Env) time.Time { return time.Time{} }

// Lists are none: it is found by its key.
func (s *State) Lists() []string { return nil }

// Keys is its lookup key.
func (s *State) Keys() []string { return []string{Key(s.Kind, s.Name).Name} }

// Paging are none.
func (s *State) Paging() []page.Page { return nil }
