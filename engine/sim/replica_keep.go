package sim

import (
	"context"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// keepEach is how often package engine compares what the configuration asks for with what there is.
const keepEach = 30 * time.Second

// freshEach is how often it reads the overrides.
const freshEach = 500 * time.Millisecond

// wantKeep plans that the replica keeps its records, unless that comes earlier anyway. In a process it does so every
// keepEach; that changes nothing while nothing changes, so here it is done when something did.
func (r *replica) wantKeep(at time.Time) {
	if r.dead || !r.keepAt.IsZero() && !at.Before(r.keepAt) {
		return
	}
	r.keepAt = at
	r.keepGen++
	gen := r.keepGen
	r.sim.queue.Add(at, func() {
		if gen == r.keepGen {
			r.keepAt = time.Time{}
			r.whenAwake(r.keep)
		}
	})
}

func (r *replica) keep() {
	if r.keeping {
		r.keepMore = true
		return
	}
	r.keeping = true
	var err error
	r.sim.begin(r, "keep", func(*call) {
		_, err = r.engine.Keep(context.Background(), r.engine.Now())
	}, func() {
		r.keeping = false
		switch {
		case err != nil:
			r.wantKeep(r.sim.now.Add(retry))
		case r.keepMore:
			r.keepMore = false
			r.wantKeep(r.sim.now)
		}
	})
}

// freshen reads the overrides, again and again until it works. In a process that is done every freshEach.
func (r *replica) freshen() {
	var err error
	r.sim.begin(r, "fresh", func(*call) { _, err = r.engine.Fresh(context.Background(), r.engine.Now()) }, func() {
		switch {
		case err != nil:
			r.sim.after(retry, func() { r.whenAwake(r.freshen) })
		case r.knows.IsZero():
			r.knows = r.sim.now
		}
	})
}

// keepAll lets every replica look, each at its next turn, at what a commit has changed.
func (s *Sim) keepAll(id store.ID, deleted bool) {
	switch id.Kind() {
	case store.KindOverride:
	case store.KindHeartbeat, store.KindCanary, store.KindHandoff:
		if !deleted {
			return
		}
	default:
		return
	}
	for _, r := range s.places {
		if r != nil && !r.dead {
			r.wantKeep(s.now.Add(s.jitter(int(keepEach.Milliseconds()))))
			if id.Kind() == store.KindOverride {
				s.after(s.jitter(int(freshEach.Milliseconds())), func() { r.whenAwake(r.freshen) })
			}
		}
	}
}

// resume tells the engine, as package runner does, when nobody else lived while this replica did not, or was away.
func (r *replica) resume(alive []string) {
	if r.back && len(alive) == 1 && alive[0] == r.name {
		r.engine.Resume()
	}
	r.back = false
}
