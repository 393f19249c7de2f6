package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// envFor is the world for transitions of records that were loaded just now. Where hand-offs are among them it has the
// overrides of this very moment, or there is an error: whatever version of a hand-off is committed, it was decided
// with overrides no older than those of the version before, so that nobody is told of one that was taken back.
func (e *Engine) envFor(ctx context.Context, ids []store.ID) (directory.Env, error) {
	if slices.ContainsFunc(ids, func(id store.ID) bool { return id.Kind() == store.KindHandoff }) {
		e.duty.stale()
		if err := e.refresh(ctx, freshFor); err != nil {
			return directory.Env{}, err
		}
	}
	return e.envToDecide(ctx)
}

// keepHandoffs looks at all hand-offs: an override may have been made or taken back. After a configuration, or a file
// with a calendar, was loaded, its hand-offs are made, and what it says of them counts from now on; this once and not
// again and again, so that of replicas with different ones those with the latest loaded one decide.
func (e *Engine) keepHandoffs(ctx context.Context, dir *directory.Directory, loaded bool) error {
	var err error
	if loaded {
		for _, name := range slices.Sorted(maps.Keys(dir.Handoffs)) {
			err = errors.Join(err, e.makeHandoff(ctx, name, dir.Handoffs[name]))
		}
	}
	found, listErr := e.whole(ctx, handoff.ListAll)
	if listErr != nil {
		return errors.Join(err, listErr)
	}
	ids := make([]store.ID, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	for part := range slices.Chunk(ids, batch) {
		for _, done := range e.edit(ctx, part, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			if s, ok := rec.(*handoff.State); ok {
				settings, has := env.Dir.Handoffs[s.Schedule]
				switch {
				case loaded && has:
					handoff.Apply(s, handoff.Configured{Handoff: settings}, env)
				case loaded:
					handoff.Apply(s, handoff.Removed{}, env)
				default:
					handoff.Apply(s, handoff.Woken{}, env)
				}
			}
			return alert.Effects{}, nil
		}) {
			if done.err != nil && !errors.Is(done.err, ErrNotFound) {
				err = errors.Join(err, done.err)
			}
		}
	}
	return err
}

// makeHandoff makes the record of a schedule's hand-offs where there is none; what is due in it is done when it is
// loaded next.
func (e *Engine) makeHandoff(ctx context.Context, schedule string, settings directory.Handoff) error {
	key := handoff.Key(schedule)
	_, err := e.keyed(ctx, key, func(env directory.Env) record.Record {
		return handoff.New(store.NewID(store.KindHandoff, key.Shard), schedule, settings, env)
	}, func(record.Record, directory.Env) (alert.Effects, error) { return alert.Effects{}, nil })
	return err
}

// Handoff returns what was told of the hand-offs of a schedule.
func (e *Engine) Handoff(ctx context.Context, schedule string) (*handoff.State, error) {
	found, err := e.store.Find(ctx, handoff.Key(schedule))
	if err != nil {
		return nil, err
	}
	if !found[0].Exists() {
		return nil, fmt.Errorf("%w: nobody is told of the hand-offs of %q", ErrNotFound, clip(schedule))
	}
	return as[*handoff.State](found[0], "hand-off")
}
