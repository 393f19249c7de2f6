// Package runner turns the engine's steps into a running process: it waits until something is due and calls
// the step. It is the only part of the engine that starts goroutines and sets timers; a simulation replaces
// it. It decides nothing.
package runner

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/wheel"
)

const (
	workers   = 2                      // how many batches of wake-ups are handled at once
	lifeSign  = time.Second            // how often a replica says that it lives,
	lifetime  = 3 * time.Second        // and for how long that counts
	sweepEach = 20 * time.Second       // how often one shard is checked for lost wake-ups
	retry     = 250 * time.Millisecond // how soon a step is tried again when the store is away,
	slowest   = time.Second            // and how late, when it stays away
	idle      = time.Second            // how long a loop waits at most: no slip of a step may stop the engine
)

// Runner runs one replica.
type Runner struct {
	Engine   *engine.Engine
	Store    store.Store
	Replica  string
	Log      *slog.Logger
	Repaired func(n int) // counts wake-ups that had been lost
	Also     []Step      // what else is done again and again
}

// Step does what is due, and says when to be called again; zero for in a while.
type Step func(ctx context.Context, now time.Time) (next time.Time, err error)

// Run works until ctx ends, and then leaves the replicas. Sends under way are not waited for.
func (r *Runner) Run(ctx context.Context) {
	var wg sync.WaitGroup
	e := r.Engine
	for range workers {
		wg.Go(func() { r.loop(ctx, e.Step, e.Wheel.Nudged()) })
	}
	wg.Go(func() { r.loop(ctx, e.Delivery.Step, e.Delivery.Nudged()) })
	wg.Go(func() { r.loop(ctx, r.liveOn(), nil) })
	wg.Go(func() { r.loop(ctx, e.Keep, e.KeepNudged()) })
	wg.Go(func() { r.loop(ctx, e.Fresh, nil) })
	wg.Go(func() { r.loop(ctx, e.Import, nil) })
	wg.Go(func() { r.loop(ctx, e.Learn, nil) })
	wg.Go(func() { r.loop(ctx, r.sweeper(), nil) })
	for _, step := range r.Also {
		wg.Go(func() { r.loop(ctx, step, nil) })
	}
	wg.Wait()
	r.leave()
}

// loop calls step whenever it asks to be called, or is nudged.
func (r *Runner) loop(ctx context.Context, step Step, nudged <-chan struct{}) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failing, pause := false, time.Duration(0)
	for {
		now := r.Engine.Now()
		next, err := step(ctx, now)
		if ctx.Err() != nil {
			return
		}
		if failed := err != nil; failed != failing {
			failing = failed
			if failed {
				r.Log.Error("the store does not answer; everything due waits for it", "error", err)
			} else {
				r.Log.Info("the store answers again")
			}
		}
		wait := idle
		if !next.IsZero() {
			wait = min(idle, next.Sub(r.Engine.Now()))
		}
		calls := nudged
		if err != nil {
			pause = min(max(2*pause, retry), slowest)
			wait, calls = max(wait, pause), nil // whoever calls would only be refused as well
		} else {
			pause = 0
		}
		timer.Reset(max(0, wait))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-calls:
		}
	}
}

// liveOn says that this replica lives, and takes its share of the shards. Where it begins to live, or has been away
// from the store, and no other replica lived meanwhile, the engine is told.
func (r *Runner) liveOn() func(context.Context, time.Time) (time.Time, error) {
	var last time.Time
	return func(ctx context.Context, now time.Time) (time.Time, error) {
		alive, err := r.Store.Alive(ctx, r.Replica, lifetime)
		if err == nil {
			if alone := len(alive) == 1 && alive[0] == r.Replica; alone && now.Sub(last) > lifetime {
				r.Engine.Resume()
			}
			last = now
			r.Engine.Wheel.Own(wheel.Share(r.Replica, alive))
		}
		return now.Add(lifeSign), err
	}
}

func (r *Runner) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	defer cancel()
	if _, err := r.Store.Alive(ctx, r.Replica, 0); err != nil {
		r.Log.Warn("could not say that this replica leaves; the others notice in a few seconds", "error", err)
	}
}

// sweeper checks the shards for lost wake-ups, one after the other.
func (r *Runner) sweeper() func(context.Context, time.Time) (time.Time, error) {
	shard := -1
	return func(ctx context.Context, now time.Time) (time.Time, error) {
		next := now.Add(sweepEach)
		if shard < 0 { // not in the first moments
			shard = 0
			return next, nil
		}
		n, err := r.Store.Repair(ctx, shard)
		if n > 0 {
			r.Log.Warn("wake-ups that had been lost were armed again", "shard", shard, "count", n)
			r.Repaired(n)
		}
		shard = (shard + 1) % store.Shards
		return next, err
	}
}
