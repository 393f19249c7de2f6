// Package slacktest is a Slack workspace on the loopback interface for tests: the part of the Web API that
// Tocsin uses, with its token check, its limits on blocks, its rate limit and its errors; a record of what
// was posted and edited; and people who click buttons and type commands, signed as Slack signs.
package slacktest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a running fake. Its methods may be called while it serves.
type Server struct {
	Token         string // what calls must bear
	SigningSecret string // what clicks and commands are signed with
	http          *httptest.Server

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced with every change
	messages []Message
	replies  []Reply
	refuse   map[string]string // channel as it was asked for, or method → error code
	failures []failure
	hold     chan struct{}
	calls    int
	asked    []string // the methods of the API that were called, in order
	channels []*Channel
	revoked  map[string]bool // scopes that the app does not have
	unknown  map[string]bool // members that there are not
	clock    func() time.Time
	clocked  bool // by the test
}

// Message is a posted message as it is now.
type Message struct {
	Channel   string // C… or D…
	Asked     string // what the post named: "#sre", U…
	TS        string
	ThreadTS  string
	Broadcast bool
	Text      string
	Blocks    []map[string]any
	Edits     int
	User      string // who alone sees it, for an ephemeral message
	Metadata  string // as JSON
}

// Ref is how Tocsin names the message.
func (m Message) Ref() string { return m.Channel + ":" + m.TS }

// Reply is what a response_url was given, or what a command was answered with.
type Reply struct {
	User string // who clicked
	Text string
	Type string // ephemeral

	Replaces bool // the message that was clicked
	Blocks   []map[string]any
}

// failure is how a coming call ends.
type failure struct {
	status     int
	retryAfter string
	code       string
}

// Start runs a workspace until the test ends. Its bot token is "xoxb-test-token", its signing secret
// "slack-signing-secret".
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		Token: "xoxb-test-token", SigningSecret: "slack-signing-secret",
		changed: make(chan struct{}), refuse: map[string]string{}, revoked: map[string]bool{}, unknown: map[string]bool{}, clock: time.Now,
	}
	s.http = httptest.NewServer(s.routes())
	t.Cleanup(func() {
		s.mu.Lock()
		if s.hold != nil {
			close(s.hold)
			s.hold = nil
		}
		s.mu.Unlock()
		s.http.Close()
	})
	return s
}

// URL is the base URL of the API; it ends with a slash.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// SetClock makes messages be posted, and clicks and commands be signed, at the time that now tells.
func (s *Server) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock, s.clocked = now, true
}

// Refuse answers posts to a channel or member, as the post names it, with an error code such as
// "channel_not_found"; an empty code accepts them again.
func (s *Server) Refuse(channel, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[channel] = code
}

// FailNext ends the next n calls with an error code of the API, such as "internal_error".
func (s *Server) FailNext(n int, code string) { s.fail(n, failure{code: code}) }

// FailStatus ends the next n calls with an HTTP status and a page of HTML.
func (s *Server) FailStatus(n, status int) { s.fail(n, failure{status: status}) }

// RateLimit ends the next n calls with 429; retryAfter is in seconds, "" for none.
func (s *Server) RateLimit(n int, retryAfter string) {
	s.fail(n, failure{status: http.StatusTooManyRequests, retryAfter: retryAfter})
}

func (s *Server) fail(n int, f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.failures = append(s.failures, f)
	}
}

// Hold lets every call, and every post to a response_url, wait until release is called or the test ends.
func (s *Server) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hold := make(chan struct{})
	s.hold = hold
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.hold == hold {
			s.hold = nil
			close(hold)
		}
	})
}

// Calls is how many calls of the API have come in, failed ones included.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Messages returns all messages as they are now, in the order they were posted.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Replies returns what response_urls were given so far.
func (s *Server) Replies() []Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Reply(nil), s.replies...)
}

// WaitMessage returns the first message that matches as it is now, waiting for it, or for an edit that
// makes one match, until ctx ends.
func (s *Server) WaitMessage(ctx context.Context, match func(Message) bool) (Message, error) {
	return wait(ctx, s, s.Messages, match)
}

// WaitReply returns the first reply that matches, waiting for it until ctx ends.
func (s *Server) WaitReply(ctx context.Context, match func(Reply) bool) (Reply, error) {
	return wait(ctx, s, s.Replies, match)
}

func wait[T any](ctx context.Context, s *Server, all func() []T, match func(T) bool) (T, error) {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		for _, v := range all() {
			if match(v) {
				return v, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			var none T
			return none, context.Cause(ctx)
		}
	}
}

// touch tells those who wait. The caller holds the lock.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Button returns the button with an action id, or nil.
func (m Message) Button(actionID string) map[string]any {
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			if e, ok := e.(map[string]any); ok && e["action_id"] == actionID {
				return e
			}
		}
	}
	return nil
}

// Contains reports whether a text is anywhere in what the message shows.
func (m Message) Contains(text string) bool {
	return strings.Contains(m.Text, text) || contains(m.Blocks, text)
}

func contains(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case []map[string]any:
		for _, e := range v {
			if contains(e, text) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if contains(e, text) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if contains(e, text) {
				return true
			}
		}
	}
	return false
}
