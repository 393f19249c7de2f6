package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// keepEach is how often the records that the configuration itself asks for are compared with it: heartbeats and
// the canary. Another replica, with an older configuration, may have deleted one meanwhile.
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
	if world != e.kept && err == nil {
		err = e.remove(ctx, world)
	}
	if err != nil {
		if resumed {
			e.resumed.Store(true)
		}
		return next, err
	}
	e.kept = world
	return next, nil
}

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
		env := e.Env()
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
			e.after(a, env)
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

// teller is a record that has something to tell an alert.
type teller interface {
	record.Record
	Outgoing() *outbox.Outbox
	Event(directory.Env) (integration string, ev event.Event)
}

// tell brings to its alert what a record has claimed for it, and then says so in the record. A failure is tried
// again when the record is woken next, at the end of the lease; so is what a crash leaves undone. The alert has
// a dedup key, so that it does not matter whether it was told before.
func (e *Engine) tell(ctx context.Context, r teller) {
	o, env := *r.Outgoing(), e.Env()
	if env.Now.After(o.At.Add(outbox.Patience - outbox.Lease)) {
		return // held up: somebody else may be telling it
	}
	ctx, cancel := context.WithTimeout(ctx, outbox.Patience)
	defer cancel()
	integration, ev := r.Event(env)
	_, err := e.Ingest(ctx, integration, []event.Event{ev})
	if err == nil {
		done := e.edit(ctx, []store.ID{r.Identity()}, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			rec.(teller).Outgoing().Told(o.N, env.Now)
			return alert.Effects{}, nil
		})
		if err = done[0].err; errors.Is(err, ErrNotFound) {
			err = nil
		}
	}
	if err != nil {
		e.log.Warn("an alert could not be told yet; it is tried again", "of", integration, "status", ev.Status, "at", o.At, "error", err)
	}
}
