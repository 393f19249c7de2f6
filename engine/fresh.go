package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// freshFor is how long what was read of the overrides counts: one that is made on another replica is known here after
// that time at the latest. freshEach is how often they are read when nothing else asks for them.
const (
	freshFor  = time.Second
	freshEach = 500 * time.Millisecond
)

// unread is how long a replica that has just begun decides nothing while it cannot read the overrides: it would page
// who is not on call. After that time the configuration alone decides: the wrong person is better than nobody.
const unread = 30 * time.Second

// duty is the configuration in force with what is known at run time only: overrides, maintenances, and the calendars of
// which rotations are made. No lock is held while the store is asked: whoever finds that what is known is too old asks,
// and what was asked last counts.
type duty struct {
	mu      sync.Mutex // guards what follows
	asked   int        // counts the readings that were begun
	told    int        // the latest of them that has an answer
	least   int        // only later ones are fresh
	readAt  time.Time  // when the latest one that is fresh was begun; zero for none
	asOf    time.Time  // when the latest one that has an answer was begun; zero for none
	firstAt time.Time  // when the first one was begun
	seen    []edition  // what the store said
	specs   map[string][]schedules.OverrideSpec
	upkeep  []*maintenance.State
	base    *directory.Directory // of the configuration in force when dir was made
	dir     *directory.Directory // without blockers, which change often
	whole   *directory.Directory // dir with blockers
	blockers
	calendars
}

// edition is a version of a record.
type edition struct {
	id      store.ID
	version uint64
}

// directory is that of a configuration with calendars and overrides as they were last read.
func (d *duty) directory(base *directory.Directory) *directory.Directory {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.base != base || d.dir == nil {
		d.base, d.dir, d.whole = base, maintenance.Apply(d.turns(base).With(d.specs), d.upkeep), nil
	}
	if d.whole == nil {
		d.whole = d.blockers.apply(d.dir)
	}
	return d.whole
}

// begin begins a reading, numbered from 1, if what is known is older than age.
func (d *duty) begin(now time.Time, age time.Duration) (n int, due bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.readAt.IsZero() && now.Sub(d.readAt) < age && !now.Before(d.readAt) {
		return 0, false
	}
	if d.asked++; d.asked == 1 || now.Before(d.firstAt) {
		d.firstAt = now
	}
	return d.asked, true
}

// stale says that what was read so far, and what is being read, is too old.
func (d *duty) stale() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.least, d.readAt = d.asked, time.Time{}
}

// end takes the answer to reading n, which was begun at that time.
func (d *duty) end(n int, at time.Time, got reading) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n > d.least && at.After(d.readAt) {
		d.readAt = at
	}
	if n <= d.told {
		return // somebody who asked later was faster
	}
	d.told, d.asOf = n, at
	if !slices.Equal(got.seen, d.seen) {
		d.seen, d.specs, d.upkeep, d.dir = got.seen, override.Specs(got.overrides), got.upkeep, nil
	}
	if d.keep(got.copies, got.window) {
		d.dir = nil
	}
	if d.blockers.take(got.blocking) {
		d.whole = nil
	}
}

// since is when that was read which is known at run time only.
func (d *duty) since() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asOf.IsZero() {
		return time.UnixMilli(1) // nothing was read yet: directory.Env has another meaning for the zero time
	}
	return d.asOf
}

// unread reports that nothing could be read yet, though not for so long that something must be decided without.
func (d *duty) unread(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asOf.IsZero() && now.Sub(d.firstAt) < unread
}

// reading is what the store said.
type reading struct {
	seen      []edition // of overrides and maintenances
	overrides []*override.State
	upkeep    []*maintenance.State
	copies    calendar.Copies
	window    calendar.Window
	blocking  blocking
}

// env is the world now, with overrides, maintenances and calendars that are at most freshFor old. When the store cannot
// be read, those that were read last stay in force.
func (e *Engine) env(ctx context.Context) directory.Env {
	_ = e.refresh(ctx, freshFor) // Fresh meets the same error, and the runner says it once
	return e.Env()
}

// envToDecide is the world now for what pages people: as env, but store.ErrUnavailable for a replica that has just begun
// and could read nothing yet; after unread it goes on without.
func (e *Engine) envToDecide(ctx context.Context) (directory.Env, error) {
	if err := e.refresh(ctx, freshFor); err != nil && errors.Is(err, store.ErrUnavailable) && e.duty.unread(e.Now()) {
		return directory.Env{}, fmt.Errorf("the overrides were not read yet: %w", err)
	}
	return e.Env(), nil
}

// Fresh keeps overrides, maintenances, calendars and what is known of blocking alerts fresh for those who only look,
// releases what waited for alerts that are over, and says when to be called again.
func (e *Engine) Fresh(ctx context.Context, now time.Time) (next time.Time, err error) {
	err = e.refresh(ctx, freshEach)
	e.unblock(ctx)
	return now.Add(freshEach), err
}

// refresh reads overrides, maintenances and the state of calendars unless what is known of them is younger than age.
func (e *Engine) refresh(ctx context.Context, age time.Duration) error {
	now := e.Now()
	n, due := e.duty.begin(now, age)
	if !due {
		return nil
	}
	base := e.World().Dir
	found, err := e.whole(ctx, listsFor(base)...)
	if err != nil {
		return err
	}
	got := reading{window: calendar.WindowAt(now)}
	var states []*calendar.State
	for _, r := range found {
		if kind := r.ID.Kind(); kind == store.KindOverride || kind == store.KindMaintenance {
			got.seen = append(got.seen, edition{r.ID, r.Version})
		}
		rec, err := record.Decode(r)
		if err != nil {
			e.log.Error("a record cannot be read; it does not count", "id", r.ID, "error", err)
			continue
		}
		switch s := rec.(type) {
		case *override.State:
			got.overrides = append(got.overrides, s)
		case *maintenance.State:
			got.upkeep = append(got.upkeep, s)
		case *calendar.State:
			states = append(states, s)
		}
	}
	if got.copies, err = e.copies(ctx, base, states); err != nil {
		return err
	}
	if got.blocking, err = e.blocking(ctx, base); err != nil {
		return err
	}
	e.duty.books.Open(base, got.copies, got.window)
	e.duty.end(n, now, got)
	return nil
}

// whole returns all records of some lists.
func (e *Engine) whole(ctx context.Context, lists ...string) (all []store.Record, err error) {
	const most = 1000 // of a page
	var before store.Cursor
	for {
		found, next, err := e.store.List(ctx, store.Query{Lists: lists, Before: before, Limit: most})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
		if before = next; next == (store.Cursor{}) {
			return all, nil
		}
	}
}
