package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Shard holds all incidents, and all postmortems: closing an incident and making its postmortem is one commit.
const Shard = 0

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when the incident was opened.
func (s *State) Born() time.Time { return s.OpenedAt }

// Waits names every time that the incident is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) { add(s.GoneAt(env)) }

// GoneAt is when a closed incident is deleted; zero for never.
func (s *State) GoneAt(env Env) time.Time {
	keep := env.Dir.Retention.Incidents
	if s.Status != Closed || keep <= 0 {
		return time.Time{}
	}
	return s.ClosedAt.Add(keep)
}

// Lists are the lists that the incident is found in: the one of its status.
func (s *State) Lists() []string { return []string{ListOf(s.Status)} }

// ListOf names the list of a status.
func ListOf(status Status) string { return "incidents/" + string(status) }

// Keys are the lookup keys by which the incident is found: its name, and what alerts join it by until it is
// closed.
func (s *State) Keys() []string {
	keys := []string{NameKey(s.Name())}
	if s.Active() && s.Key != "" {
		keys = append(keys, Key(s.Key))
	}
	return keys
}

// Key is the lookup key of what alerts join an incident by. It is in Shard. Long ones are cut to their digest, for
// stores bound the names of keys.
func Key(key string) string {
	if len(key) > maxKey {
		sum := sha256.Sum256([]byte(key))
		key = "sha256/" + hex.EncodeToString(sum[:])
	}
	return "incident/" + key
}

const maxKey = 1000 // bytes

// NameKey is the lookup key of a name such as INC-7. It is in Shard.
func NameKey(name string) string { return "name/" + name }

// Paging are its pages, to be claimed in place: an incident pages nobody yet, its alerts do.
func (s *State) Paging() []page.Page { return nil }
