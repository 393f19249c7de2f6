// Package deadman is the dead man's switch: it calls a URL of a service elsewhere for as long as this replica can do
// its work, and is silent when it cannot, so that the other service raises the alarm. It decides nothing about the
// work itself: what makes a replica unfit is the engine's to say. Every replica has a switch of its own.
package deadman

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
)

// timeout bounds one look at the engine and one call; again is how soon a call that failed is repeated.
const (
	timeout = 10 * time.Second
	again   = 15 * time.Second
)

// Target is what to call. A zero Target is none.
type Target struct {
	URL    string // secret
	Method string // GET or POST
	Every  time.Duration
}

// Observer counts beats; why is empty for one that was heard.
type Observer interface{ Beat(why engine.Unfit) }

// Switch is the switch of one replica.
type Switch struct {
	Target func() Target // as the configuration in force says
	Fit    func(context.Context) (engine.Unfit, error)
	Client *http.Client
	Watch  Observer
	Log    *slog.Logger

	silent engine.Unfit // why, as the log has it
}

// idle is how soon a switch without a target looks again.
const idle = 5 * time.Second

// Run beats until ctx ends.
func (s *Switch) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(s.Step(ctx))
		}
	}
}

// Step beats once, if the replica is fit, and says how long to wait for the next time.
func (s *Switch) Step(ctx context.Context) time.Duration {
	to := s.Target()
	if to.URL == "" {
		return idle
	}
	look, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	why, err := s.Fit(look)
	wait := to.Every
	if why == "" {
		if err = s.call(ctx, to); err != nil {
			why, wait = engine.UnfitURL, min(again, to.Every)
		}
	}
	if ctx.Err() != nil {
		return wait // the server stops: that is no reason
	}
	s.Watch.Beat(why)
	if why != s.silent {
		s.silent = why
		if why == "" {
			s.Log.Info("the dead man's switch beats again")
		} else {
			s.Log.Error("the dead man's switch is silent", "reason", why, "error", err)
		}
	}
	return wait
}

// call calls the URL. Its errors do not name it: the URL is a secret.
func (s *Switch) call(ctx context.Context, to Target) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, to.Method, to.URL, http.NoBody)
	if err != nil {
		return errors.New("dead_man.url cannot be called: it is no URL")
	}
	req.Header.Set("User-Agent", "Tocsin")
	resp, err := s.Client.Do(req)
	if err != nil {
		if outer := (*url.Error)(nil); errors.As(err, &outer) { // it begins with the URL
			err = outer.Err
		}
		return fmt.Errorf("dead_man.url: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("dead_man.url answered %s", resp.Status)
	}
	return nil
}
