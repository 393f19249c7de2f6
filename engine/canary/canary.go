// Package canary is the test page that is sent again and again to see that pages still arrive, as a pure state
// machine: when the next one goes out and over which ways, what came of each, and what its alert has still to be
// told of that. It does no I/O and reads no clock. It pages nobody but the configured user, whatever it finds:
// a way that fails opens an alert like any other.
package canary

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Format is the version of the State's encoding.
const Format = 1

// Bound is how long a test page may take: to be sent, and to be reported as delivered over the ways that report it.
const Bound = 10 * time.Minute

// Integration is what its alert counts as coming from. No configured integration can have this name.
const Integration = "tocsin:canary"

// Title and Rule are what its message begins with, and why its alert goes where it goes.
const (
	Title = "TEST: a canary page, nothing is wrong"
	Rule  = "canary"
)

// Key is its lookup key; there is one canary.
func Key() store.Key { return store.Key{Shard: store.ShardOf("canary"), Name: "canary"} }

// State is everything that is known of the canary; it is stored as JSON.
type State struct {
	Format   int              `json:"v"`
	ID       store.ID         `json:"id"`
	Settings directory.Canary `json:"settings"`

	CreatedAt time.Time         `json:"created_at"`
	NextAt    time.Time         `json:"next_at,omitzero"`    // when the next round begins
	Round     int               `json:"round,omitempty"`     // counts them
	StartedAt time.Time         `json:"started_at,omitzero"` // the latest one
	Pages     []page.Page       `json:"pages,omitempty"`     // of the latest round, and what is still being sent of earlier ones
	Paged     int               `json:"paged,omitempty"`     // how many pages were ever made; the N of the latest
	Results   map[string]Result `json:"results,omitempty"`   // by way; an earlier round's until this one has its own
	Confirmed map[int]string    `json:"confirmed,omitempty"` // who confirmed the receipt of a page, by its N

	Failing bool          `json:"failing,omitempty"` // its alert is, or is about to be, open
	Removed bool          `json:"removed,omitempty"` // not in the configuration any more
	Outbox  outbox.Outbox `json:"outbox,omitzero"`
}

// Result is what came of a test page over one way.
type Result struct {
	OK      bool      `json:"ok"`
	At      time.Time `json:"at"`      // when that was known
	Receipt string    `json:"receipt"` // how: sent, delivered, confirmed, or why not
}

// New is a canary that was configured for the first time. Its id must be of Key().Shard.
func New(id store.ID, settings directory.Canary, env Env) *State {
	s := &State{Format: Format, ID: id, CreatedAt: env.Now, Settings: settings}
	s.schedule(env)
	return s
}

// schedule sets the next round: one period after the latest one, or now if there was none; with a time of day, then.
func (s *State) schedule(env Env) {
	if s.Settings.At != "" {
		s.NextAt = postmortem.NextReminder(directory.Remind{Every: s.Settings.Every, At: s.Settings.At}, env.Dir.ZoneOf(s.Settings.User), s.StartedAt, env.Now).UTC()
		return
	}
	s.NextAt = env.Now
	if next := s.StartedAt.Add(s.Settings.Every); !s.StartedAt.IsZero() && next.After(env.Now) {
		s.NextAt = next
	}
}

// ways are those that are tested: what the configuration names, or else every way of the user's plans, as far as
// they have an address.
func (s *State) ways(env Env) (ways []string) {
	add := func(via string) {
		if env.Dir.Address(s.Settings.User, via) != "" && !slices.Contains(ways, via) {
			ways = append(ways, via)
		}
	}
	for _, via := range s.Settings.Via {
		add(via)
	}
	if len(s.Settings.Via) > 0 {
		return ways
	}
	for _, priority := range event.Priorities {
		for _, m := range env.Dir.Reach(s.Settings.User, priority) {
			add(m.Via)
		}
	}
	return ways
}

// Event is what the alert is told.
func (s *State) Event(Env) (integration string, ev event.Event) {
	ev = event.Event{
		Status: s.Outbox.Status, DedupKey: "canary", Title: "Test pages to " + s.Settings.User + " do not arrive",
		Source: s.Settings.User, Priority: "P2", Tags: []string{"canary"}, StartsAt: s.StartedAt,
	}
	if ev.Status == event.Resolved {
		return Integration, ev
	}
	var lines []string
	for _, via := range s.failed() {
		lines = append(lines, fmt.Sprintf("%s: %s", via, s.Results[via].Receipt))
	}
	if len(lines) == 0 {
		lines = []string{"no way to them works"}
	}
	ev.Description = strings.Join(lines, "\n")
	return Integration, ev
}

// Outgoing is what the alert has still to be told.
func (s *State) Outgoing() *outbox.Outbox { return &s.Outbox }

// Page returns page n, or nil.
func (s *State) Page(n int) *page.Page {
	for i := range s.Pages {
		if s.Pages[i].N == n {
			return &s.Pages[i]
		}
	}
	return nil
}

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was configured first.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(_ Env, add func(time.Time)) {
	for i := range s.Pages {
		add(s.Pages[i].Wake())
	}
	add(s.Outbox.Wake())
	if s.Removed {
		return
	}
	add(s.NextAt)
	if s.undecided() {
		add(s.StartedAt.Add(Bound))
	}
}

// GoneAt is when it is deleted: when it is not configured any more, nothing is under way, and its alert knows.
func (s *State) GoneAt(env Env) time.Time {
	if s.Removed && !s.Outbox.Pending && !slices.ContainsFunc(s.Pages, func(p page.Page) bool { return p.Waiting() }) {
		return env.Now
	}
	return time.Time{}
}

// Lists are none: it is found by its key.
func (s *State) Lists() []string { return nil }

// Keys is the lookup key by which it is found.
func (s *State) Keys() []string { return []string{Key().Name} }

// Paging are its pages, to be claimed in place.
func (s *State) Paging() []page.Page { return s.Pages }
