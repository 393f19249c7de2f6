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
	"github.com/tocsin-oncall/tocsin/engine/trail"
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

// byID returns the record with an id, as links name it; what is its kind in words.
func byID[T record.Record](ctx context.Context, e *Engine, what string, id store.ID) (none T, _ error) {
	found, err := e.store.Load(ctx, id)
	if err != nil {
		return none, err
	}
	if !found[0].Exists() {
		return none, fmt.Errorf("%w: there is no such %s", ErrNotFound, what)
	}
	return as[T](found[0], what)
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

// doing is what a person does to a record: what the audit trail says of it, and which new records come with it.
type doing struct {
	note trail.Note
	with []record.Record
}

// records are the new records that are committed with what was done: the entry of the trail last.
func (d doing) records(ctx context.Context, env directory.Env) []record.Record {
	return append(d.with, trail.New(ctx, store.NewID(store.KindEntry, incident.Shard), d.note, env.Now))
}

// create commits a new numbered record, and what the trail says of it. check refuses it before a number is spent.
func create[T record.Record](ctx context.Context, e *Engine, counter string, check func(directory.Env) error, fresh func(uint64, directory.Env) (T, error), note func(T) trail.Note) (none T, err error) {
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
	changes, err := e.together(record.Image{ID: rec.Identity()}, rec, nil, doing{note: note(rec)}.records(ctx, env), env)
	if err != nil {
		return none, err
	}
	if err := e.commitTogether(ctx, changes, env); err != nil {
		return none, err
	}
	e.renew(ctx)
	return rec, nil
}

// change applies f to the record with a name and commits it, together with what f says comes with it. A nil doing says
// that nothing was to be done.
func change[T record.Record](ctx context.Context, e *Engine, what, name string, f func(T, directory.Env) (*doing, error)) (none T, err error) {
	for range tries {
		rec, found, err := findNamed[T](ctx, e, what, name)
		if err != nil {
			return none, err
		}
		e.duty.stale()
		env := e.env(ctx)
		image := record.ImageOf(rec, found.Version)
		done, err := f(rec, env)
		if err != nil && e.outdated(ctx, found) {
			continue // it was held against a world in which somebody else's change of it counts already
		}
		if err != nil || done == nil {
			return rec, err
		}
		changes, err := e.together(image, rec, nil, done.records(ctx, env), env)
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

// outdated reports whether a record has changed since it was read.
func (e *Engine) outdated(ctx context.Context, read store.Record) bool {
	now, err := e.store.Load(ctx, read.ID)
	return err == nil && now[0].Version != read.Version
}

// upsert is change for the record with a key, which fresh makes where there is none.
func upsert[T record.Record](ctx context.Context, e *Engine, key store.Key, fresh func(directory.Env) (T, error), f func(T, directory.Env) (*doing, error)) (none T, err error) {
	for range tries {
		found, err := e.store.Find(ctx, key)
		if err != nil {
			return none, err
		}
		env := e.env(ctx)
		var rec T
		var image record.Image
		holders := map[string]store.ID{}
		if found[0].Exists() {
			if rec, err = as[T](found[0], "record of that kind"); err != nil {
				return none, err
			}
			image = record.ImageOf(rec, found[0].Version)
		} else {
			if rec, err = fresh(env); err != nil {
				return none, err
			}
			image = record.Image{ID: rec.Identity()}
			holders[key.Name] = found[0].ID
		}
		done, err := f(rec, env)
		if err != nil || done == nil {
			return rec, err
		}
		changes, err := e.together(image, rec, holders, done.records(ctx, env), env)
		if err != nil {
			return none, err
		}
		if err = e.commitTogether(ctx, changes, env); !errors.Is(err, store.ErrConflict) {
			return rec, err
		}
	}
	return none, fmt.Errorf("%w: %s is changed by others all the time", store.ErrUnavailable, key.Name)
}

// together are the changes of a record and of new ones of its shard.
func (e *Engine) together(image record.Image, rec record.Record, holders map[string]store.ID, more []record.Record, env directory.Env) ([]attempt, error) {
	a, err := e.finish(image, rec, alert.Effects{}, holders, env)
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
		e.log.Warn("what is made at run time cannot be read; what was known before stays in force for now", "error", err)
	}
	e.keepSoon()
}
