package engine

import (
	"context"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// canary brings the canary in line with the configuration.
func (e *Engine) canary(ctx context.Context, settings directory.Canary) (record.Record, error) {
	key := canary.Key()
	fresh := func(env directory.Env) record.Record {
		return canary.New(store.NewID(store.KindCanary, key.Shard), settings, env)
	}
	return e.keyed(ctx, key, fresh, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		if s, ok := rec.(*canary.State); ok {
			canary.Apply(s, canary.Configured{Canary: settings}, env)
		}
		return alert.Effects{}, nil
	})
}

// Canary returns the canary; it is ErrNotFound where none is configured.
func (e *Engine) Canary(ctx context.Context) (*canary.State, error) {
	found, err := e.store.Find(ctx, canary.Key())
	if err != nil {
		return nil, err
	}
	if !found[0].Exists() {
		return nil, fmt.Errorf("%w: there is no canary", ErrNotFound)
	}
	rec, err := record.Decode(found[0])
	if err != nil {
		return nil, err
	}
	s, ok := rec.(*canary.State)
	if !ok || s.Removed {
		return nil, fmt.Errorf("%w: there is no canary", ErrNotFound)
	}
	return s, nil
}

// ConfirmCanary records that a person saw a page of the canary.
func (e *Engine) ConfirmCanary(ctx context.Context, id store.ID, page int, by string) (*canary.State, error) {
	return one[*canary.State](ctx, e, id, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		s, ok := rec.(*canary.State)
		if !ok {
			return alert.Effects{}, fmt.Errorf("%w: %s is not the canary", ErrNotFound, id)
		}
		canary.Apply(s, canary.Confirmed{Page: page, By: by}, env)
		return alert.Effects{}, nil
	})
}
