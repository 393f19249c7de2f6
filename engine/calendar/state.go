package calendar

import (
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// State is how far a calendar is in being refreshed; it is stored as JSON. It holds no secret: the URL is not in it.
type State struct {
	Format    int       `json:"v"`
	ID        store.ID  `json:"id"`
	Source    string    `json:"source"` // directory.Calendar.ID
	CreatedAt time.Time `json:"created_at"`

	ClaimedUntil time.Time `json:"claimed_until,omitzero"` // somebody is fetching it
	TriedAt      time.Time `json:"tried_at,omitzero"`      // when a fetch ended last
	FetchedAt    time.Time `json:"fetched_at,omitzero"`    // when one ended well
	ChangedAt    time.Time `json:"changed_at,omitzero"`    // when it brought another text
	Failures     int       `json:"failures,omitempty"`     // since FetchedAt
	Error        string    `json:"error,omitempty"`        // of the latest failure, while there is one; without secrets
	Tags         Tags      `json:"tags,omitzero"`

	Edition int      `json:"edition,omitempty"` // counts how often Text was written
	Text    store.ID `json:"text,omitempty"`    // "" before there was any
	Sum     string   `json:"sum,omitempty"`     // of the text
}

// Key is the lookup key of a calendar's State.
func Key(source string) store.Key {
	name := "calendar/" + source
	return store.Key{Shard: store.ShardOf(name), Name: name}
}

// New is a calendar that was never fetched. Its id must be of the Key's shard.
func New(id store.ID, source string, env Env) *State {
	return &State{Format: Format, ID: id, Source: source, CreatedAt: env.Now}
}

// DueAt is when it is to be refreshed next, if that is to be done every so often. A nil State is one that there is not yet.
func (s *State) DueAt(every time.Duration) time.Time {
	if s == nil {
		return time.Time{}
	}
	wait := every
	if s.Failures > 0 {
		wait = min(every, firstRetry<<min(s.Failures-1, 10))
	}
	at := s.ClaimedUntil
	if next := s.TriedAt.Add(wait); !s.TriedAt.IsZero() && next.After(at) {
		at = next
	}
	return at
}

// Claim says that somebody fetches it now.
func (s *State) Claim(env Env) { s.ClaimedUntil = env.Now.Add(Lease) }

// Fail says that a fetch failed.
func (s *State) Fail(why string, env Env) {
	s.ClaimedUntil, s.TriedAt = time.Time{}, env.Now
	s.Failures++
	s.Error = strings.ToValidUTF8(why[:min(len(why), maxError)], "")
}

// Succeed says that a fetch ended well, with the text that has this sum. Tags are what the server said of it.
func (s *State) Succeed(sum string, tags Tags, env Env) {
	s.ClaimedUntil, s.TriedAt, s.FetchedAt = time.Time{}, env.Now, env.Now
	s.Failures, s.Error = 0, ""
	if sum != s.Sum {
		s.ChangedAt = env.Now
	}
	s.Sum, s.Tags = sum, tags
}

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was fetched for the first time.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) { add(s.GoneAt(env)) }

// GoneAt is when it is deleted: when no replica has tried to refresh it for long.
func (s *State) GoneAt(Env) time.Time {
	used := s.CreatedAt
	for _, at := range [...]time.Time{s.TriedAt, s.ClaimedUntil} {
		if at.After(used) {
			used = at
		}
	}
	return used.Add(Keep)
}

// Lists are the lists that it is found in.
func (s *State) Lists() []string { return []string{List} }

// Keys is the lookup key by which it is found.
func (s *State) Keys() []string { return []string{Key(s.Source).Name} }

// Paging are none.
func (s *State) Paging() []page.Page { return nil }
