package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// heartbeat applies f to the heartbeat of an integration, which is brought in line with the configuration first.
func (e *Engine) heartbeat(ctx context.Context, name string, f func(*heartbeat.State, directory.Env)) (*heartbeat.State, error) {
	settings, ok := e.Directory().Heartbeats[name]
	if !ok {
		return nil, fmt.Errorf("%w: there is no heartbeat %q", ErrNotFound, clip(name))
	}
	key := heartbeat.Key(name)
	fresh := func(env directory.Env) record.Record {
		return heartbeat.New(store.NewID(store.KindHeartbeat, key.Shard), name, settings, env)
	}
	rec, err := e.keyed(ctx, key, fresh, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		s, ok := rec.(*heartbeat.State)
		if !ok {
			return alert.Effects{}, fmt.Errorf("%w: %s is not a heartbeat", ErrNotFound, rec.Identity())
		}
		f(s, env)
		heartbeat.Apply(s, heartbeat.Configured{Heartbeat: settings}, env)
		return alert.Effects{}, nil
	})
	if err != nil {
		return nil, err
	}
	return rec.(*heartbeat.State), nil
}

// Ping says that a heartbeat integration was heard of. When it returns nil, that is durable.
func (e *Engine) Ping(ctx context.Context, integration string) error {
	_, err := e.heartbeat(ctx, integration, func(s *heartbeat.State, env directory.Env) {
		heartbeat.Apply(s, heartbeat.Pinged{}, env)
	})
	return err
}

// Heartbeats returns all heartbeats by name; those that are about to be removed are not among them.
func (e *Engine) Heartbeats(ctx context.Context) (list []*heartbeat.State, err error) {
	var before store.Cursor
	for {
		found, next, err := e.store.List(ctx, store.Query{Lists: []string{heartbeat.ListAll}, Before: before, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			rec, err := record.Decode(r)
			if err != nil {
				return nil, err
			}
			if s, ok := rec.(*heartbeat.State); ok && !s.Removed {
				list = append(list, s)
			}
		}
		if before = next; next == (store.Cursor{}) {
			slices.SortFunc(list, func(a, b *heartbeat.State) int { return strings.Compare(a.Name, b.Name) })
			return list, nil
		}
	}
}
