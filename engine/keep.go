package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// keepEach is how often the records that the configuration itself asks for are compared with it: heartbeats, the
// canary and hand-offs. Another replica, with an older configuration, may have deleted one meanwhile.
const keepEach = 30 * time.Second

// Resume says that this replica lives now and no other one did just before: pings were not taken, and whoever
// may have been refused is given time. See heartbeat.Resumed.
func (e *Engine) Resume() {
	e.resumed.Store(true)
	e.keepSoon()
}

// KeepNudged is readable when Keep has something to do earlier than it had said.
func (e *Engine) KeepNudged() <-chan struct{} { return e.keepNudge }

func (e *Engine) keepSoon() {
	select {
	case e.keepNudge <- struct{}{}:
	default:
	}
}

// Keep makes and changes the records that the configuration itself asks for, and says when to be called again. What
// a newly loaded configuration does not have any more is removed once, not again and again: while replicas are
// brought up to date one by one, the older ones must not remove what the newer ones have.
func (e *Engine) Keep(ctx context.Context, now time.Time) (next time.Time, err error) {
	e.keeping.Lock()
	defer e.keeping.Unlock()
	next = now.Add(keepEach)
	world := e.World()
	resumed := e.resumed.Swap(false)
	for _, name := range slices.Sorted(maps.Keys(world.Dir.Heartbeats)) {
		_, keepErr := e.heartbeat(ctx, name, func(s *heartbeat.State, env directory.Env) {
			if resumed {
				heartbeat.Apply(s, heartbeat.Resumed{}, env)
			}
		})
		err = errors.Join(err, keepErr)
	}
	if world.Dir.Canary.Every > 0 {
		_, keepErr := e.canary(ctx, world.Dir.Canary)
		err = errors.Join(err, keepErr)
	}
	for _, a := range world.Dir.Aggregates {
		err = errors.Join(err, e.aggregate(ctx, a.Name))
	}
	err = errors.Join(err, e.keepDigest(ctx, world.Dir.Postmortem.Digest, world != e.kept))
	files := e.duty.loads()
	err = errors.Join(err, e.keepHandoffs(ctx, world.Dir, world != e.kept || files != e.keptFiles))
	if world != e.kept && err == nil {
		err = e.remove(ctx, world)
	}
	if err != nil {
		if resumed {
			e.resumed.Store(true)
		}
		return next, err
	}
	e.kept, e.keptFiles = world, files
	return next, nil
}

// remove removes what the configuration does not have.
func (e *Engine) remove(ctx context.Context, world *World) error {
	beats, err := e.Heartbeats(ctx)
	if err != nil {
		return err
	}
	var ids []store.ID
	for _, s := range beats {
		if _, ok := world.Dir.Heartbeats[s.Name]; !ok {
			ids = append(ids, s.ID)
		}
	}
	sums, err := e.Aggregates(ctx)
	if err != nil {
		return err
	}
	for _, s := range sums {
		if _, ok := world.Dir.Aggregate(s.Name); !ok {
			ids = append(ids, s.ID)
		}
	}
	if world.Dir.Canary.Every == 0 {
		found, err := e.store.Find(ctx, canary.Key())
		if err != nil {
			return err
		}
		if found[0].Exists() {
			ids = append(ids, found[0].ID)
		}
	}
	for _, r := range e.edit(ctx, ids, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		switch r := rec.(type) {
		case *heartbeat.State:
			heartbeat.Apply(r, heartbeat.Removed{}, env)
		case *canary.State:
			canary.Apply(r, canary.Removed{}, env)
		case *aggregate.State:
			aggregate.Apply(r, aggregate.Removed{}, env)
		}
		return alert.Effects{}, nil
	}) {
		if r.err != nil && !errors.Is(r.err, ErrNotFound) {
			err = errors.Join(err, r.err)
		}
	}
	return err
}

// keyed applies f to the record that holds the key, or else to a fresh one, and commits it.
func (e *Engine) keyed(ctx context.Context, key store.Key, fresh func(directory.Env) record.Record, f apply) (record.Record, error) {
	for range tries {
		found, err := e.store.Find(ctx, key)
		if err != nil {
			return nil, err
		}
		env := e.env(ctx)
		var a attempt
		if found[0].Exists() {
			a, err = e.prepare(found[0], f, env)
		} else {
			a, err = e.prepareFresh(fresh(env), f, key, found[0].ID, env)
		}
		if err != nil {
			return nil, err
		}
		if a.same {
			e.follow(a, env)
			return a.rec, nil
		}
		if err = e.commitTogether(ctx, []attempt{a}, env); !errors.Is(err, store.ErrConflict) {
			return a.rec, err
		}
	}
	return nil, fmt.Errorf("%w: %s is changed by others all the time", store.ErrUnavailable, key.Name)
}

func (e *Engine) prepareFresh(rec record.Record, f apply, key store.Key, holder store.ID, env directory.Env) (attempt, error) {
	fx, err := f(rec, env)
	if err != nil {
		return attempt{}, err
	}
	return e.finish(record.Image{ID: rec.Identity()}, rec, fx, map[string]store.ID{key.Name: holder}, env)
}
