// Package subscriber is somebody who is told by e-mail how an incident goes: a user, or an address of somebody who is not
// in the configuration. It is a pure state machine: it does no I/O and reads no clock. Each subscriber has a record of
// their own, so that thousands of them do not make the incident larger, and so that one commit orders their leaving
// against a mail that is being sent.
package subscriber

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

const (
	// Format is the version of a State's encoding.
	Format = 1
	// Keep is how long a record is kept after the latest that it was told; so long its unsubscribe links work.
	Keep = 400 * 24 * time.Hour
	// Most is how many an audience of one incident can have.
	Most = 5000

	// Retrospective is the audience of those who get the retrospective of an incident and are told nothing else of it.
	// No audience of a configuration has such a name.
	Retrospective = "@retrospective"

	maxPages = 5 // that are remembered
	maxEmail = 254
)

// Refused says why something cannot be done; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

// Who is to be told.
type Who struct {
	Incident string // INC-7
	Audience string
	Email    string
	User     string // whose address that is, when it is a user's by the configuration
}

// State is a subscriber; it is stored as JSON.
type State struct {
	Format    int       `json:"v"`
	ID        store.ID  `json:"id"`
	Incident  string    `json:"incident"`
	Audience  string    `json:"audience"`
	Email     string    `json:"email"`
	User      string    `json:"user,omitempty"`
	CreatedAt time.Time `json:"created_at"`

	// By is who subscribed them; empty while it was the configuration only, which may take them out again.
	By     string    `json:"by,omitempty"`
	Left   Leaving   `json:"left,omitempty"`
	LeftAt time.Time `json:"left_at,omitzero"`

	Told int    `json:"told,omitempty"` // the latest status update that they were told
	News []News `json:"news,omitempty"` // what its pages say
	page.Batch
}

// News is what a page says.
type News struct {
	Page  int    `json:"page"`
	Key   string `json:"key,omitempty"` // what is told once
	Title string `json:"title"`
	// Of is the postmortem, PM-3, whose retrospective the page is: that holds the words, so that they are not kept in
	// every record.
	Of string `json:"of,omitempty"`
}

// Leaving is how somebody is not told any more.
type Leaving string

// How somebody left.
const (
	Themselves Leaving = "unsubscribed" // by the link: nobody subscribes them again
	Removed    Leaving = "removed"      // by somebody with a key
)

// CheckEmail refuses what is not a plain address such as amir@example.com.
func CheckEmail(email string) error {
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail || strings.ContainsAny(email, "\r\n\x00 \"<>,;") {
		return &Refused{fmt.Sprintf("%q is not an e-mail address; write it as amir@example.com.", email[:min(len(email), 80)])}
	}
	return nil
}

// New is somebody who was told nothing yet but what came before: the updates up to told. Its id must be of Key's shard.
func New(id store.ID, who Who, told int, env Env) *State {
	return &State{Format: Format, ID: id, Incident: who.Incident, Audience: who.Audience, Email: who.Email, User: who.User, Told: told, CreatedAt: env.Now}
}

// Active reports whether they are told.
func (s *State) Active() bool { return s.Left == "" }

// Subscribe has somebody subscribe them, and reports whether they are: whoever unsubscribed by themselves is left alone.
func (s *State) Subscribe(by string, told int, env Env) bool {
	if s.Left == Themselves {
		return false
	}
	if s.Left == Removed {
		s.Told = told
	}
	s.Left, s.LeftAt = "", time.Time{}
	if s.By == "" {
		s.By = by
	}
	return true
}

// Name has the configuration name them: whoever somebody with a key has taken out is told again, from told on. Whoever left
// by themselves stays away.
func (s *State) Name(told int) {
	if s.Left == Removed {
		s.Left, s.LeftAt, s.By, s.Told = "", time.Time{}, "", max(s.Told, told)
	}
}

// Leave ends it, with what still waits to be sent. Whoever was taken out can still say that they do not want it.
func (s *State) Leave(how Leaving, env Env) {
	if s.Left == Themselves || s.Left == how {
		return
	}
	s.Left, s.LeftAt = how, env.Now
	s.Stop(env.Now, func(page.Page) bool { return true })
}

// Post sends what has a key, once. A status update gives its number, so that older ones do not come after it; anything
// else has none.
func (s *State) Post(key string, update int, title, text string, env Env) {
	if update != 0 && update <= s.Told {
		return
	}
	s.post(News{Key: key, Title: title}, page.Page{Run: update, Text: text}, env)
	if s.Active() {
		s.Told = max(s.Told, update)
	}
}

// PostRetrospective sends the retrospective of a postmortem, once.
func (s *State) PostRetrospective(postmortem, title string, env Env) {
	s.post(News{Key: retrospectiveKey(postmortem), Title: title, Of: postmortem}, page.Page{}, env)
}

func retrospectiveKey(postmortem string) string { return "retrospective/" + postmortem }

// GotRetrospective reports whether they were sent the retrospective of a postmortem, with the page as far as it is
// remembered.
func (s *State) GotRetrospective(postmortem string) (p *page.Page, got bool) {
	for _, n := range s.News {
		if n.Key == retrospectiveKey(postmortem) {
			return s.Page(n.Page), true
		}
	}
	return nil, false
}

// RetrospectiveOf names the postmortem whose retrospective a page is, "" for other pages.
func (s *State) RetrospectiveOf(n int) string {
	for _, news := range s.News {
		if news.Page == n {
			return news.Of
		}
	}
	return ""
}

func (s *State) post(news News, p page.Page, env Env) {
	if !s.Active() || slices.ContainsFunc(s.News, func(n News) bool { return n.Key == news.Key }) {
		return
	}
	p.Kind, p.Via, p.DueAt = page.Update, "email", env.Now
	if p.User = s.User; s.User == "" {
		p.Address = s.Email
	}
	s.Add(p)
	news.Page = s.Paged
	s.News = append(s.News, news)
	s.Trim(maxPages)
	s.forget()
}

// maxNews is how many keys are remembered of what was told.
const maxNews = 50

func (s *State) forget() {
	if over := len(s.News) - maxNews; over > 0 {
		s.News = s.News[over:]
	}
}

// Title is the headline of a page.
func (s *State) Title(n int) string {
	for _, news := range s.News {
		if news.Page == n {
			return news.Title
		}
	}
	return s.Incident
}

// MayLeave reports whether the mail has a link by which they leave: not for those whom the configuration names.
func (s *State) MayLeave() bool { return s.By != "" }

// Settled takes what came of a claimed page.
func (s *State) Settled(o page.Outcome, env Env) { s.Settle(o, env.Now) }

// Reported takes a provider's later word about a page.
func (s *State) Reported(n int, ref string, delivered bool, reason string, env Env) {
	s.Report(n, ref, delivered, reason, env.Now)
}

// Latest is the latest page, nil when there is none.
func (s *State) Latest() *page.Page { return s.Page(s.Paged) }

// Tick does what is due by now: a mail that was on its way when they left is not sent again.
func (s *State) Tick(env Env) {
	s.Stop(env.Now, func(page.Page) bool { return !s.Active() })
}

func (w Who) digest() []byte {
	sum := sha256.Sum256([]byte(strings.ToLower(w.Email)))
	return sum[:]
}

// Key is the lookup key of a subscriber; addresses that differ in their case only are the same.
func (w Who) Key() store.Key {
	d := w.digest()
	return store.Key{Shard: int(d[0]) % store.Shards, Name: "subscriber/" + w.Incident + "/" + w.Audience + "/" + hex.EncodeToString(d[:16])}
}

// ListOf names the list of those who are subscribed to an audience of an incident.
func ListOf(incident, audience string) string { return "subscribers/" + incident + "/" + audience }

// Who it is.
func (s *State) Who() Who { return Who{s.Incident, s.Audience, s.Email, s.User} }

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when they were subscribed first.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	for _, p := range s.Paging() {
		add(p.Wake())
	}
	add(s.GoneAt(env))
}

// GoneAt is when it is deleted.
func (s *State) GoneAt(Env) time.Time {
	last := s.CreatedAt
	for _, p := range s.Pages {
		if p.DueAt.After(last) {
			last = p.DueAt
		}
	}
	if s.LeftAt.After(last) {
		last = s.LeftAt
	}
	return last.Add(Keep)
}

// Lists is the list of those who are told.
func (s *State) Lists() []string {
	if !s.Active() {
		return nil
	}
	return []string{ListOf(s.Incident, s.Audience)}
}

// Keys is its lookup key.
func (s *State) Keys() []string { return []string{s.Who().Key().Name} }

// Paging are its pages up to the first that is still to be sent, to be claimed in place: the next one follows when that has
// arrived or has failed for good, so that nobody reads what was said first after what was said last.
func (s *State) Paging() []page.Page {
	for i := range s.Pages {
		if s.Pages[i].Waiting() {
			return s.Pages[:i+1]
		}
	}
	return s.Pages
}
