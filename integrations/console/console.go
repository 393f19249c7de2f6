// Package console prints pages for a person at a terminal: the channel that works before anything is set
// up. It writes to one writer and does nothing else. What came from outside is printed without control
// characters, so that an alert's title cannot steer the terminal.
package console

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// Sender prints messages. It is safe for concurrent use: each message is one Write.
type Sender struct {
	mu     sync.Mutex
	w      io.Writer
	now    func() time.Time
	colour bool
}

// Option changes how messages look.
type Option func(*Sender)

// WithColour marks priorities with ANSI colours. Without it the output is plain text.
func WithColour() Option { return func(s *Sender) { s.colour = true } }

// New prints to w, with the time that now tells, in the zone of each message.
func New(w io.Writer, now func() time.Time, opts ...Option) *Sender {
	s := &Sender{w: w, now: now}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Send prints m. What was written has arrived. A failed write (a full disk, a closed pipe) may pass.
func (s *Sender) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return deliver.Receipt{}, deliver.RetryAfter(0, "console: %w", err)
	}
	text := s.render(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.WriteString(s.w, text); err != nil {
		return deliver.Receipt{}, deliver.RetryAfter(0, "console: cannot print the page: %w", err)
	}
	return deliver.Receipt{Ref: m.Key, Delivered: true}, nil
}
