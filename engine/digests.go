package engine

import (
	"context"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// reviewFor is how long what was read for a digest counts: everybody gets it at the same moment.
const reviewFor = 30 * time.Second

// reviewed is a look at all postmortems, for a digest.
type reviewed struct {
	mu      sync.Mutex // also held while the store is asked: those who come meanwhile want the same answer
	at      time.Time
	since   time.Time
	content digest.Content
}

// keepDigest brings the review digest in line with the configuration; where there never was one, none is made.
func (e *Engine) keepDigest(ctx context.Context, settings directory.Digest, loaded bool) error {
	key := digest.Key()
	if !settings.On() {
		if !loaded {
			return nil
		}
		if found, err := e.store.Find(ctx, key); err != nil || !found[0].Exists() {
			return err
		}
	}
	_, err := e.keyed(ctx, key, func(env directory.Env) record.Record {
		return digest.New(store.NewID(store.KindDigest, key.Shard), env)
	}, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		if s, ok := rec.(*digest.State); ok && (loaded || s.NextAt.IsZero()) {
			s.Configure(settings, env)
		}
		return alert.Effects{}, nil
	})
	return err
}

// Digest is what the review digest was and will be; nil where there never was one.
func (e *Engine) Digest(ctx context.Context) (*digest.State, error) {
	found, err := e.store.Find(ctx, digest.Key())
	if err != nil || !found[0].Exists() {
		return nil, err
	}
	return as[*digest.State](found[0], "review digest")
}

// Review is what a review is about: what was published after since, and what is late now.
func (e *Engine) Review(ctx context.Context, since time.Time) (digest.Content, error) {
	r := &e.reviewed
	r.mu.Lock()
	defer r.mu.Unlock()
	now := e.Now()
	if r.since.Equal(since) && !r.at.IsZero() && now.Sub(r.at) < reviewFor && !now.Before(r.at) {
		return r.content, nil
	}
	var c digest.Content
	var before store.Cursor
	for {
		list, next, err := e.Postmortems(ctx, []postmortem.Status{postmortem.Open, postmortem.Completed}, before, 1000)
		if err != nil {
			return c, err
		}
		for _, s := range list {
			c.Take(s, since, now)
		}
		if before = next; next == (store.Cursor{}) {
			break
		}
	}
	c.Sort()
	r.at, r.since, r.content = now, since, c
	return c, nil
}
