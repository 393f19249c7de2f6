package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// named returns the record with a name such as OVR-3; what is its kind in words.
func named[T record.Record](ctx context.Context, e *Engine, what, name string) (T, error) {
	rec, _, err := findNamed[T](ctx, e, what, name)
	return rec, err
}

func findNamed[T record.Record](ctx context.Context, e *Engine, what, name string) (none T, _ store.Record, err error) {
	found, err := e.store.Find(ctx, store.Key{Shard: incident.Shard, Name: incident.NameKey(name)})
	if err != nil {
		return none, store.Record{}, err
	}
	if !found[0].Exists() {
		return none, store.Record{}, fmt.Errorf("%w: there is no %s %q", ErrNotFound, what, clip(name))
	}
	rec, err := as[T](found[0], what)
	return rec, found[0], err
}

// as reads a record that exists and must be of a kind; what is the kind in words.
func as[T record.Record](r store.Record, what string) (none T, err error) {
	rec, err := record.Decode(r)
	if err != nil {
		return none, err
	}
	if of, ok := rec.(T); ok {
		return of, nil
	}
	return none, fmt.Errorf("%w: %s is no %s", ErrNotFound, r.ID, what)
}

// pageOf returns a page of records, newest first.
func pageOf[T record.Record](ctx context.Context, e *Engine, lists []string, before store.Cursor, limit int) (out []T, next store.Cursor, err error) {
	found, next, err := e.store.List(ctx, store.Query{Lists: lists, Before: before, Limit: limit})
	if err != nil {
		return nil, next, err
	}
	for _, r := range found {
		rec, err := record.Decode(r)
		if err != nil {
			return nil, next, err
		}
		if s, ok := rec.(T); ok {
			out = append(out, s)
		}
	}
	return out, next, nil
}

// create commits a new numbered record. check refuses it before a number is spent.
func create[T record.Record](ctx context.Context, e *Engine, counter string, check func(directory.Env) error, fresh func(uint64, directory.Env) (T, error)) (none T, err error) {
	e.duty.stale() // it is held against the schedule as it is at this moment
	if err := check(e.env(ctx)); err != nil {
		return none, err
	}
	number, err := e.store.Reserve(ctx, counter, 1)
	if err != nil {
		return none, err
	}
	env := e.env(ctx)
	rec, err := fresh(number, env)
	if err != nil {
		return none, err
	}
	a, err := e.finish(record.Image{ID: rec.Identity()}, rec, alert.Effects{}, nil, env)
	if err != nil {
		return none, err
	}
	if err := e.commitTogether(ctx, []attempt{a}, env); err != nil {
		return none, err
	}
	e.renew(ctx)
	return rec, nil
}

// change applies f to the record with a name and commits it, together with the new records that f returns.
func change[T record.Record](ctx context.Context, e *Engine, what, name string, f func(T, directory.Env) ([]record.Record, error)) (none T, err error) {
	for range tries {
		rec, found, err := findNamed[T](ctx, e, what, name)
		if err != nil {
			return none, err
		}
		e.duty.stale()
		env := e.env(ctx)
		image := record.ImageOf(rec, found.Version)
		more, err := f(rec, env)
		if err != nil {
			return none, err
		}
		changes, err := e.together(image, rec, more, env)
		if err != nil {
			return none, err
		}
		if err = e.commitTogether(ctx, changes, env); err == nil {
			e.renew(ctx)
			return rec, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return none, err
		}
	}
	return none, fmt.Errorf("%w: %s is changed by others all the time", store.ErrUnavailable, clip(name))
}

// together are the changes of a record and of new ones of its shard.
func (e *Engine) together(image record.Image, rec record.Record, more []record.Record, env directory.Env) ([]attempt, error) {
	a, err := e.finish(image, rec, alert.Effects{}, nil, env)
	changes := []attempt{a}
	for _, r := range more {
		if err == nil {
			a, err = e.finish(record.Image{ID: r.Identity()}, r, alert.Effects{}, nil, env)
			changes = append(changes, a)
		}
	}
	return changes, err
}

// renew lets what was just committed count here at once. Should the store not answer now, it is asked again before
// anybody is resolved.
func (e *Engine) renew(ctx context.Context) {
	e.duty.stale()
	if err := e.refresh(ctx, freshFor); err != nil {
		e.log.Warn("overrides cannot be read; those known before stay in force for now", "error", err)
	}
	e.keepSoon()
}
