package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/feed"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/trail"
)

// FeedGeneration is how often a calendar feed was revoked; kind is schedule or user.
func (e *Engine) FeedGeneration(ctx context.Context, kind, name string) (int, error) {
	found, err := e.store.Find(ctx, feed.Key(kind, name))
	if err != nil || !found[0].Exists() {
		return 0, err
	}
	s, err := as[*feed.State](found[0], "feed")
	if err != nil {
		return 0, err
	}
	return s.Generation, nil
}

// RevokeFeed makes the addresses of a feed that were given out so far invalid, and returns its generation from now on.
func (e *Engine) RevokeFeed(ctx context.Context, kind, name, by, reason string) (int, error) {
	key := feed.Key(kind, name)
	fresh := func(env directory.Env) (*feed.State, error) {
		return feed.New(store.NewID(store.KindFeed, key.Shard), kind, name, env.Now), nil
	}
	s, err := upsert(ctx, e, key, fresh, func(s *feed.State, env directory.Env) (*doing, error) {
		s.Revoke(by, reason, env.Now)
		return &doing{note: trail.Note{By: by, Did: "feed.revoked", What: kind + ":" + name, Why: reason, Text: "the calendar feed has a new address"}}, nil
	})
	if err != nil {
		return 0, err
	}
	return s.Generation, nil
}
