// Package throttle counts how many alerts of one rule began to page within a time, as a pure state machine. It says
// which of them may; package engine gathers the others. It does no I/O and reads no clock.
package throttle

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Format is the version of the State's encoding.
const Format = 1

// State is one count; it is stored as JSON, and deleted when its time is over.
type State struct {
	Format    int       `json:"v"`
	ID        store.ID  `json:"id"`
	Key       string    `json:"key"`
	CreatedAt time.Time `json:"created_at"`
	OpenedAt  time.Time `json:"opened_at"` // when the first of Taken began
	Until     time.Time `json:"until"`     // when the time that they are counted over ends
	Taken     []string  `json:"taken"`     // what names the alerts that may page, as sums of a bounded length
}

// Key is the lookup key of a count; its record is in that shard.
func Key(key string) store.Key {
	name := "throttle/" + key
	return store.Key{Shard: store.ShardOf(name), Name: name}
}

// New is a count that nothing has been added to. Its id must be of Key(key).Shard.
func New(id store.ID, key string, env directory.Env) *State {
	return &State{Format: Format, ID: id, Key: key, CreatedAt: env.Now, OpenedAt: env.Now, Until: env.Now}
}

// Take counts an alert that is to begin, of which an earlier one began at the given time, zero for none. It reports
// whether it may page, and if not, until when it waits. Whoever asked, and crashed before the alert was committed,
// is given the same answer: the place is kept for that alert. The bounds are those of the rule as it is now.
func (s *State) Take(name string, earlier time.Time, pages int, per time.Duration, env directory.Env) (bool, time.Time) {
	if !env.Now.Before(s.Until) || env.Now.Before(s.OpenedAt.Add(-per)) { // the latter is a clock that was set back
		s.OpenedAt, s.Until, s.Taken = env.Now, env.Now.Add(per), nil
	}
	sum := sha256.Sum256([]byte(name))
	name = hex.EncodeToString(sum[:12])
	switch {
	case slices.Contains(s.Taken, name) && earlier.Before(s.OpenedAt):
		return true, time.Time{}
	case len(s.Taken) < pages:
		s.Taken = append(s.Taken, name)
		return true, time.Time{}
	}
	return false, s.Until
}

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was made.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names when it ends.
func (s *State) Waits(env directory.Env, add func(time.Time)) { add(s.GoneAt(env)) }

// GoneAt is when it is deleted: its time is over.
func (s *State) GoneAt(directory.Env) time.Time { return s.Until }

// Lists are none: it is only ever looked up.
func (s *State) Lists() []string { return nil }

// Keys are its one key.
func (s *State) Keys() []string { return []string{Key(s.Key).Name} }

// Paging are none.
func (s *State) Paging() []page.Page { return nil }
