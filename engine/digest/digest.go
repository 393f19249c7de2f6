// Package digest sends what a review of postmortems is about ahead of it, again and again, as a pure state machine: when
// the next one goes out, and to whom. It does no I/O and reads no clock; what is in it is read when it is sent, by
// package engine.
package digest

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Format is the version of the State's encoding.
const Format = 1

const (
	pagesMax = 200
	// Before is how far back the first digest looks.
	Before = 14 * 24 * time.Hour
)

// State is everything that is known of the digests; it is stored as JSON.
type State struct {
	Format    int              `json:"v"`
	ID        store.ID         `json:"id"`
	CreatedAt time.Time        `json:"created_at"`
	Settings  directory.Digest `json:"settings"`
	Removed   bool             `json:"removed,omitempty"`

	NextAt     time.Time `json:"next_at,omitzero"` // when the next one goes out; zero when none comes
	MeetsAt    time.Time `json:"meets_at,omitzero"`
	MeetsUntil time.Time `json:"meets_until,omitzero"`

	Sent []Sent `json:"sent,omitempty"` // the latest ones, by their number
	Made int    `json:"made,omitempty"` // how many were ever made; the N of the latest
	page.Batch
}

// Sent is one digest; the Round of its pages is its N.
type Sent struct {
	N     int       `json:"n"`
	At    time.Time `json:"at"`
	Since time.Time `json:"since"` // what was published from then on is in it
	From  time.Time `json:"from"`  // of the review
	Until time.Time `json:"until"`
}

// maxSent is how many digests are remembered.
const maxSent = 5

// New has sent nothing yet. Its id must be of Key's shard.
func New(id store.ID, env Env) *State { return &State{Format: Format, ID: id, CreatedAt: env.Now} }

// Configure says what the configuration in force says of it; none takes it out.
func (s *State) Configure(settings directory.Digest, env Env) {
	switch {
	case !settings.On():
		s.Removed = true
		s.Stop(env.Now, func(page.Page) bool { return true })
	case s.Removed || !s.Settings.Equal(settings):
		late := !s.Removed && s.due(env)
		s.Settings, s.Removed = settings, false
		if !late { // which is sent, by the new settings
			s.schedule(env)
		}
	}
	s.Tick(env)
}

func (s *State) due(env Env) bool { return !s.NextAt.IsZero() && !s.NextAt.After(env.Now) }

// schedule finds the next one that is not over, of a review that was not told of: ahead of one, one digest is sent, whatever
// the configuration says meanwhile.
func (s *State) schedule(env Env) {
	next, ok := s.Settings.Next(env.Now)
	for n := len(s.Sent); ok && n > 0 && next.From.Equal(s.Sent[n-1].From); {
		next, ok = s.Settings.Next(next.SendAt)
	}
	s.NextAt, s.MeetsAt, s.MeetsUntil = next.SendAt, next.From, next.Until
}

// Tick sends what is due. However late it comes, it is one.
func (s *State) Tick(env Env) {
	if !s.Removed && s.due(env) {
		s.send(env)
		s.schedule(env)
	}
	s.Stop(env.Now, func(p page.Page) bool { return p.Waiting() && p.Round != s.Made })
}

func (s *State) send(env Env) {
	// Nothing ran when others were due: it is about the latest of them.
	due := directory.Review{From: s.MeetsAt, Until: s.MeetsUntil, SendAt: s.NextAt}
	for {
		later, ok := s.Settings.Next(due.SendAt)
		if !ok || later.SendAt.After(env.Now) {
			break
		}
		due = later
	}
	since := env.Now.Add(-Before)
	if len(s.Sent) > 0 {
		since = s.Sent[len(s.Sent)-1].At
	}
	s.Made++
	s.Sent = append(s.Sent, Sent{N: s.Made, At: env.Now, Since: since, From: due.From, Until: due.Until})
	s.Sent = s.Sent[max(0, len(s.Sent)-maxSent):]
	for _, to := range Recipients(s.Settings, env) {
		s.Add(page.Page{Kind: page.Notice, Round: s.Made, User: to.User, Channel: to.Channel, Address: to.Address, Via: to.Via, DueAt: env.Now})
	}
	s.Trim(pagesMax)
}

// Recipient is one who gets it, and how.
type Recipient struct{ User, Channel, Address, Via string }

// Recipients are all who get it now, each address once.
func Recipients(d directory.Digest, env Env) (list []Recipient) {
	to := env.Dir.Resolve(d.Targets, env.Now, env.Pick)
	seen := map[string]bool{}
	for _, user := range to.Users {
		for _, via := range postmortem.Ways(user, env) {
			list = append(list, Recipient{User: user, Via: via})
			seen[via+env.Dir.Address(user, via)] = true
		}
	}
	for _, name := range to.Channels {
		if c, ok := env.Dir.Channels[name]; ok {
			list = append(list, Recipient{Channel: name, Via: c.Type})
		}
	}
	for _, email := range d.Emails {
		if !seen["email"+email] {
			list = append(list, Recipient{Address: email, Via: "email"})
		}
	}
	return list
}

// Of returns digest n, and false when it is not remembered any more.
func (s *State) Of(n int) (Sent, bool) {
	for _, sent := range s.Sent {
		if sent.N == n {
			return sent, true
		}
	}
	return Sent{}, false
}

// Settled takes what came of a claimed page.
func (s *State) Settled(o page.Outcome, env Env) { s.Settle(o, env.Now) }

// Reported takes a provider's later word about a page.
func (s *State) Reported(n int, ref string, delivered bool, reason string, env Env) {
	s.Report(n, ref, delivered, reason, env.Now)
}

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was first configured.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(_ Env, add func(time.Time)) {
	s.Batch.Waits(add)
	if !s.Removed {
		add(s.NextAt)
	}
}

// GoneAt is never: what was sent last is known when the digest comes back into the configuration.
func (s *State) GoneAt(Env) time.Time { return time.Time{} }

// Lists are none.
func (s *State) Lists() []string { return nil }

// Keys is the lookup key by which it is found.
func (s *State) Keys() []string { return []string{Key().Name} }

// Key is its lookup key.
func Key() store.Key {
	const key = "review-digest"
	return store.Key{Shard: store.ShardOf(key), Name: key}
}

// Paging are its pages, to be claimed in place.
func (s *State) Paging() []page.Page { return s.Pages }
