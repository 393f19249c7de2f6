// Package contact is what is known of a way to a user: whether somebody confirmed that a message over it arrives. It is a
// pure state machine: it does no I/O and reads no clock. An address counts as verified while it is the one that was
// confirmed; who changes it in the configuration starts anew.
package contact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

const (
	// Format is the version of a State's encoding.
	Format = 1
	// Keep is how long a confirmation counts, and how long after its latest test a record is kept.
	Keep = 400 * 24 * time.Hour
	// CodeFor is how long a code may be entered after it was sent, and Tries how often.
	CodeFor = time.Hour
	Tries   = 5

	between  = time.Minute // tests
	maxPages = 5           // that are remembered
)

// List has all of them.
const List = "contacts"

// Title is the headline of a test.
const Title = "Does this reach you?"

// Refused says why something cannot be done; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

func refuse(format string, args ...any) error { return &Refused{fmt.Sprintf(format, args...)} }

// State is a way to a user; it is stored as JSON. It holds no address.
type State struct {
	Format    int       `json:"v"`
	ID        store.ID  `json:"id"`
	User      string    `json:"user"`
	Via       string    `json:"via"`
	CreatedAt time.Time `json:"created_at"`

	SentAt time.Time `json:"sent_at,omitzero"` // the latest test
	Sent   string    `json:"sent,omitempty"`   // the digest of the address that it went to
	Code   string    `json:"code,omitempty"`   // of the latest test, until it is used
	Wrong  int       `json:"wrong,omitempty"`  // how often another code was entered

	VerifiedAt time.Time `json:"verified_at,omitzero"`
	Verified   string    `json:"verified,omitempty"` // the digest of the address that was confirmed
	How        string    `json:"how,omitempty"`      // link or code
	page.Batch
}

// New is a way that was never tested. Its id must be of Key's shard.
func New(id store.ID, user, via string, env Env) *State {
	return &State{Format: Format, ID: id, User: user, Via: via, CreatedAt: env.Now}
}

// Test sends a message with a link and a code.
func (s *State) Test(env Env) error {
	address := env.Dir.Address(s.User, s.Via)
	switch {
	case address == "":
		return refuse("%s has no address for %s, or there is no provider for it.", s.User, s.Via)
	case env.Now.Sub(s.SentAt) < between:
		return refuse("A test was sent a moment ago; try again in a minute.")
	}
	s.Stop(env.Now, func(page.Page) bool { return true })
	s.Trim(maxPages)
	s.SentAt, s.Sent, s.Wrong = env.Now, digest(s.Via, address), 0
	s.Code = fmt.Sprintf("%06d", env.Pick(1_000_000))
	shown := s.Code
	if s.Via == "voice" {
		shown = strings.Join(strings.Split(s.Code, ""), ", ") // to be read one by one
	}
	s.Add(page.Page{Kind: page.Request, User: s.User, Via: s.Via, DueAt: env.Now, Text: "Open the link and confirm, or enter the code " + shown +
		" with: tocsin user confirm " + s.User + " --via " + s.Via + " --code CODE. The code is good for an hour. Nothing is wrong."})
	return nil
}

// Enter takes a code. A wrong one counts, so the record is to be committed whatever it is; only with a *Refused there is
// nothing to commit.
func (s *State) Enter(code string, env Env) (right bool, err error) {
	switch {
	case s.Code == "" || env.Now.Sub(s.SentAt) > CodeFor:
		return false, refuse("There is no code that is still good: have a new one sent with tocsin user verify.")
	case s.Wrong >= Tries:
		return false, refuse("Too many wrong codes: have a new one sent with tocsin user verify.")
	case strings.TrimSpace(code) != s.Code:
		s.Wrong++
		return false, nil
	}
	return true, s.verify("code", env)
}

// Open confirms by the link of the latest test.
func (s *State) Open(n int, env Env) error {
	if n != s.Paged {
		return refuse("A newer test was sent since: use the link in that one.")
	}
	if s.Code == "" && s.Verified == s.Sent {
		return nil // pressed twice
	}
	return s.verify("link", env)
}

func (s *State) verify(how string, env Env) error {
	if digest(s.Via, env.Dir.Address(s.User, s.Via)) != s.Sent {
		return refuse("The address was changed since this test was sent: have a new one sent with tocsin user verify.")
	}
	s.VerifiedAt, s.Verified, s.How, s.Code = env.Now, s.Sent, how, ""
	s.Stop(env.Now, func(page.Page) bool { return true })
	return nil
}

// Tick does everything that is due by now: a test that a newer one, its confirmation or its age has made idle is not sent
// again.
func (s *State) Tick(env Env) {
	idle := s.Code == "" || env.Now.Sub(s.SentAt) > CodeFor
	s.Stop(env.Now, func(p page.Page) bool { return idle || p.N != s.Paged })
}

// Works says whether the address of the way as it is now was confirmed, not too long ago.
func (s *State) Works(env Env) bool {
	address := env.Dir.Address(s.User, s.Via)
	return address != "" && s.Verified == digest(s.Via, address) && env.Now.Before(s.VerifiedAt.Add(Keep))
}

// Waiting says whether a test still waits for its confirmation.
func (s *State) Waiting() bool { return s.Code != "" }

// digest tells addresses apart. Voice and SMS are proven apart: a phone may get the one and not the other.
func digest(via, address string) string {
	sum := sha256.Sum256([]byte(via + "\x00" + address))
	return hex.EncodeToString(sum[:12])
}

// Settled takes what came of a claimed page.
func (s *State) Settled(o page.Outcome, env Env) { s.Settle(o, env.Now) }

// Reported takes a provider's later word about a page. That a message arrived proves nothing: a person has to say so.
func (s *State) Reported(n int, ref string, delivered bool, reason string, env Env) {
	s.Report(n, ref, delivered, reason, env.Now)
}

// Key is the lookup key of a way. It is in incident.Shard, so that the audit trail is in the same commit.
func Key(user, via string) store.Key {
	return store.Key{Shard: incident.Shard, Name: "contact/" + via + "/" + user}
}

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was tested first.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	s.Batch.Waits(add)
	add(s.GoneAt(env))
}

// GoneAt is when it is deleted.
func (s *State) GoneAt(Env) time.Time {
	last := s.CreatedAt
	if s.SentAt.After(last) {
		last = s.SentAt
	}
	if s.VerifiedAt.After(last) {
		last = s.VerifiedAt
	}
	return last.Add(Keep)
}

// Lists is the list of all.
func (s *State) Lists() []string { return []string{List} }

// Keys is its lookup key.
func (s *State) Keys() []string { return []string{Key(s.User, s.Via).Name} }

// Paging are its pages, to be claimed in place.
func (s *State) Paging() []page.Page { return s.Pages }
