package deployment

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is its place in lists, which stays: see Filter.
func (s *State) Born() time.Time { return s.PlacedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) { add(s.GoneAt(env)) }

// GoneAt is when it is deleted: so long after it was changed last.
func (s *State) GoneAt(env Env) time.Time {
	keep := env.Dir.Retention.Deployments
	if keep <= 0 {
		return time.Time{}
	}
	return s.UpdatedAt.Add(keep)
}

// Lists are those that it is found in: that of all, that of its service, and both for its environment and its tier.
func (s *State) Lists() []string {
	lists := []string{ListOf("", ""), ListOf(s.Service, "")}
	if s.Environment != "" {
		lists = append(lists, ListOf("", s.Environment), ListOf(s.Service, s.Environment))
	}
	if s.Tier != "" {
		lists = append(lists, ListOfTier("", s.Tier), ListOfTier(s.Service, s.Tier))
	}
	return lists
}

// ListOf names the list of a service and an environment; empty ones are all.
func ListOf(service, environment string) string {
	name := "deployments"
	if service != "" {
		name += "/of/" + service
	}
	if environment != "" {
		name += "/in/" + environment
	}
	return name
}

// ListOfTier names the list of a service and a tier; an empty service is all.
func ListOfTier(service string, tier Tier) string {
	return ListOf(service, "") + "/tier/" + string(tier)
}

// Keys are the lookup keys by which it is found: by what its sender calls it, and by its name.
func (s *State) Keys() []string {
	return []string{Key(s.Integration, s.External).Name, incident.NameKey(s.Name())}
}

// Key is the lookup key of what a sender calls a deployment. Long ones are cut to their digest, for stores bound the names
// of keys.
func Key(integration, external string) store.Key {
	name := integration + "\x00" + external
	if len(name) > maxName {
		sum := sha256.Sum256([]byte(name))
		name = "sha256/" + hex.EncodeToString(sum[:])
	}
	return store.Key{Shard: store.ShardOf(name), Name: "deployment/" + name}
}

// Paging are none.
func (s *State) Paging() []page.Page { return nil }
