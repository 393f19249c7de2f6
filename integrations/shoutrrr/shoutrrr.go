// Package shoutrrr sends pages to the long tail of chat and push services (Discord, Telegram, ntfy, Gotify,
// Pushover, Matrix and more) by the URLs of https://github.com/nicholas-fedor/shoutrrr. Those URLs are
// secrets: nothing of them leaves this package in an error.
package shoutrrr

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// maxRunning bounds the sends that run at once. The library cannot be interrupted, and some of its services
// wait for as long as the other side lets them.
const maxRunning = 64

// Sender sends messages to the URL of their channel. It is safe for concurrent use.
type Sender struct {
	mu      sync.Mutex
	running map[string]*attempt // by message key
}

// attempt is one send, which goes on when its caller has given up waiting.
type attempt struct {
	over chan struct{} // closed when err is known
	err  error
}

// New makes a Sender.
func New() *Sender { return &Sender{running: map[string]*attempt{}} }

// Send sends the message as plain text. The services report neither arrival nor an id. When an attempt at the
// same message is still running, it waits for that one rather than sending it twice.
func (s *Sender) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if m.Channel == nil {
		return deliver.Receipt{}, deliver.Permanent("shoutrrr: the message has no channel")
	}
	name, target := m.Channel.Name, m.Channel.URL
	if err := Validate(target); err != nil {
		return deliver.Receipt{}, deliver.Permanent("shoutrrr: channel %q: %w", name, err)
	}
	words := text(m)
	a := s.attempt(m.Key, func() error { return send(target, words) })
	if a == nil {
		return deliver.Receipt{}, deliver.RetryAfter(0, "shoutrrr: channel %q: %d sends are waiting for answers already", name, maxRunning)
	}
	select {
	case <-a.over:
	case <-ctx.Done():
		return deliver.Receipt{}, deliver.RetryAfter(0, "shoutrrr: channel %q: no answer yet: %w", name, ctx.Err())
	}
	if a.err != nil {
		return deliver.Receipt{}, deliver.RetryAfter(0, "shoutrrr: channel %q: %s", name, scrub(a.err.Error(), target))
	}
	return deliver.Receipt{Ref: m.Key}, nil
}

// attempt starts act, or returns what runs for the key already; nil when too many run.
func (s *Sender) attempt(key string, act func() error) *attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.running[key]; a != nil {
		return a
	}
	if len(s.running) >= maxRunning {
		return nil
	}
	a := &attempt{over: make(chan struct{})}
	s.running[key] = a
	go func() {
		err := act()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, key)
		a.err = err
		close(a.over)
	}()
	return a
}

// send calls the service of a URL. A panic in one of forty services must not end the program that pages people.
func send(target, words string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the service failed inside: %v", p)
		}
	}()
	var r router.ServiceRouter
	service, err := r.Locate(target)
	if err != nil {
		return err
	}
	return service.Send(words, &types.Params{})
}

// Validate checks a channel's URL without sending anything. The error holds nothing of it but its scheme.
func Validate(target string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("url cannot be read by its service")
		}
	}()
	if !strings.Contains(target, "://") {
		return errors.New("url has no service in front, such as discord:// or ntfy://")
	}
	var r router.ServiceRouter
	scheme, u, err := r.ExtractServiceName(target)
	if err != nil {
		return errors.New("url is not a URL")
	}
	service, err := r.NewService(scheme)
	if err != nil {
		return fmt.Errorf("url: there is no service %q: see https://shoutrrr.nickfedor.com for their names", scheme)
	}
	switch {
	case scheme == "matrix": // would log in at the server, so only its parts are looked at
		if _, password := u.User.Password(); u.Host == "" || !password {
			return errors.New("url is not complete for matrix: write matrix://user:password@host")
		}
		return nil
	case u.Scheme != scheme: // such as generic+https://…, which is converted first
		if _, err := r.Locate(target); err != nil {
			return fmt.Errorf("url cannot be used for %s", scheme)
		}
		return nil
	}
	if err := service.Initialize(u, nil); err != nil {
		return fmt.Errorf("url is not complete for %s: %s", scheme, scrub(err.Error(), target))
	}
	return nil
}
