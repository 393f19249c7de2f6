package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/runner"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
)

// Paced is a whole server whose time stands still until it is told to pass: weeks can be played in seconds. It listens
// nowhere: requests go to Handler. Messages are sent for real, to where the configuration says, and take no time. For
// demonstrations and tests; it is used by one goroutine at a time.
type Paced struct {
	app *App

	mu    sync.Mutex
	now   time.Time
	sends []func()
}

// pacedStore is a store of any kind at the time of a Paced.
type pacedStore struct {
	open.Store
	now func() time.Time
}

func (s pacedStore) Now() time.Time { return s.now() }

// Pace starts a server at a time. It is the only one on its store, which is in memory where the options name none,
// whatever the configuration says.
func Pace(ctx context.Context, o Options, start time.Time) (*Paced, error) {
	p := &Paced{now: start}
	o.pace = p
	if o.Store == "" {
		o.Store = "mem:"
	}
	a, err := New(ctx, o)
	if err != nil {
		return nil, err
	}
	p.app = a
	shards := make([]int, store.Shards)
	for i := range shards {
		shards[i] = i
	}
	a.engine.Wheel.Own(shards)
	if err := p.Pass(ctx, 0); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Now is what time it is there.
func (p *Paced) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// Handler takes all requests that a server does. Answers are of its time.
func (p *Paced) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", p.Now().UTC().Format(http.TimeFormat))
		p.app.server.Handler.ServeHTTP(w, r)
	})
}

// Close ends it.
func (p *Paced) Close() error { return p.app.close() }

// Pass lets time pass, with a stop at every moment at which something is to be done. Time does not go back.
func (p *Paced) Pass(ctx context.Context, d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("time cannot pass by %v: it does not go back", d)
	}
	end := p.Now().Add(d)
	for {
		soon, next, err := p.rest(ctx)
		if err != nil {
			return err
		}
		if next, err = p.next(ctx, soon, next, end); err != nil {
			return err
		}
		done := p.Now().Equal(end)
		p.mu.Lock()
		p.now = next
		p.mu.Unlock()
		if done {
			return nil
		}
	}
}

// next is the moment of the next stop: when a record wants to be woken, or something waits to be sent, at the end at the
// latest. What wanted to be woken and waits for a place to be sent from is looked at again when the wheel says, soon.
func (p *Paced) next(ctx context.Context, soon, next, end time.Time) (time.Time, error) {
	now := p.Now()
	for shard := range store.Shards {
		due, err := p.app.store.Due(ctx, shard, time.Time{}, end, 1)
		if err != nil {
			return end, err
		}
		if len(due) == 0 {
			continue
		}
		at := due[0].At
		if !at.After(now) {
			at = soon
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if next.IsZero() || next.After(end) {
		next = end
	}
	return next, nil
}

// mostRounds is how often everything is done at one moment before it counts as never coming to rest.
const mostRounds = 10_000

// rest does everything that is due now, and what follows from it. It says when the wheel wants to look again, and when
// something waits to be sent. What only looks around every so often is called, and does not count.
func (p *Paced) rest(ctx context.Context) (soon, next time.Time, err error) {
	e, now := p.app.engine, p.Now()
	for _, step := range append([]runner.Step{e.Fresh, e.Keep, e.Import, e.Learn}, p.app.runner.Also...) {
		if _, err := step(ctx, now); err != nil {
			return soon, next, err
		}
	}
	for range mostRounds {
		busy := p.send()
		if soon, err = e.Step(ctx, now); err == nil {
			next, err = e.Delivery.Step(ctx, now)
		}
		switch {
		case err != nil:
			return soon, next, err
		case !p.send() && !busy && soon.After(now) && (next.IsZero() || next.After(now)):
			return soon, next, nil
		}
	}
	return soon, next, errors.New("something is due again and again at " + now.String())
}

// later keeps a send until it is its turn.
func (p *Paced) later(send func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sends = append(p.sends, send)
}

// send makes the sends that wait, one after the other.
func (p *Paced) send() (any bool) {
	for {
		p.mu.Lock()
		sends := p.sends
		p.sends = nil
		p.mu.Unlock()
		if len(sends) == 0 {
			return any
		}
		for _, send := range sends {
			send()
		}
		any = true
	}
}
