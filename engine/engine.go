// Package engine is the heart of Tocsin: it takes events in, applies what happens to records, commits, and
// wakes them when they ask for it. It holds no state of its own but the configuration in force; what must
// last is in the store. It imports no HTTP and no provider: senders are behind package deliver.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/wheel"
	"github.com/tocsin-oncall/tocsin/rules"
)

// ErrNotFound says that there is no record by that id, number or name.
var ErrNotFound = errors.New("not found")

// World is the configuration in force: who there is, and how events are routed. It is never changed.
type World struct {
	Dir    *directory.Directory
	Router *rules.Router
}

// Observer counts what happens. Every label is bounded.
type Observer interface {
	deliver.Observer
	Woken(late time.Duration)
	Unreachable(steps int)
	RuleErrors(integration string, failed int)
	Acked(priority string, after time.Duration)
	HandedOff(notice string) // on, off, gap, withdrawn, failed, unreachable
}

// Options are what an engine is made of.
type Options struct {
	Store   store.Store
	Replica string // unique among those that run on the same store, and new with every start
	World   *World
	Run     func(func()) // starts a function concurrently
	Fetch   Fetcher      // nil: calendars at URLs are not refreshed, and those in files stay as they were loaded
	Pick    func(n int) int
	Watch   Observer
	Log     *slog.Logger
	// Committed, unless nil, is told of every record as it was committed, before anything that follows from it is
	// done. It must not change the record, and may keep it only to give it back by Decode.
	Committed func(record.Record)
	// Decode, unless nil, reads records that are about to change, instead of record.Decode, whose answer it must give.
	Decode func(store.Record) (record.Record, error)
	// Index, unless nil, is what incidents and postmortems are searched by. Learn feeds it; it is closed by its owner.
	Index *search.Index
}

// Engine is one replica's engine. Its methods may be called concurrently.
type Engine struct {
	store   store.Store
	replica string
	world   atomic.Pointer[World]
	pick    func(n int) int
	run     func(func())
	fetch   Fetcher
	watch   Observer
	log     *slog.Logger

	committed func(record.Record)
	decode    func(store.Record) (record.Record, error)

	keeping   sync.Mutex
	kept      *World // whose removals were made; guarded by keeping
	keptFiles int    // which files of this replica's were taken into the hand-offs; guarded by keeping
	resumed   atomic.Bool
	keepNudge chan struct{}
	caughtUp  atomic.Int64 // when nothing was overdue, as Unix milliseconds
	duty      duty
	importing importing
	waiting   waiting
	reviewed  reviewed
	learning  learning

	Wheel    *wheel.Wheel
	Delivery *deliver.Deliverer
}

// New makes an engine. Nothing moves until Runner or a simulation calls Step.
func New(o Options) *Engine {
	e := &Engine{store: o.Store, replica: o.Replica, pick: o.Pick, run: o.Run, fetch: o.Fetch, watch: o.Watch, log: o.Log, Wheel: wheel.New(o.Store), keepNudge: make(chan struct{}, 1), learning: learning{index: o.Index}}
	if e.committed = o.Committed; e.committed == nil {
		e.committed = func(record.Record) {}
	}
	if e.decode = o.Decode; e.decode == nil {
		e.decode = record.Decode
	}
	e.duty.load(o.World.Dir, e.Now())
	e.world.Store(o.World)
	e.Delivery = deliver.New(o.Replica, o.Store.Now, o.Run, o.Watch)
	e.Delivery.Attach(e)
	return e
}

// Now is the time that all replicas agree on, in whole milliseconds.
func (e *Engine) Now() time.Time { return e.store.Now().Truncate(time.Millisecond) }

// World is the configuration in force, without what was changed at run time.
func (e *Engine) World() *World { return e.world.Load() }

// Directory is that of the configuration in force, with the overrides and maintenances that were made at run time, and
// the turns that calendars have.
func (e *Engine) Directory() *directory.Directory { return e.duty.directory(e.World().Dir) }

// Reload puts another configuration in force. Alerts keep the policies they were routed to; who is on call,
// plans and addresses are those of the new one from now on.
func (e *Engine) Reload(w *World) {
	e.duty.load(w.Dir, e.Now())
	e.world.Store(w)
	e.duty.stale() // it may have a calendar that was not read so far
	e.keepSoon()
}

// Env is the world now.
func (e *Engine) Env() directory.Env {
	known := e.duty.since() // before the directory, which may then be newer
	return directory.Env{Now: e.Now(), Dir: e.Directory(), Pick: e.pick, Known: known}
}

// Ready hands a record that waited for a place at a provider out again, if it is still waiting here.
func (e *Engine) Ready(id store.ID) bool { return e.Wheel.Now(id) }

// Health reports whether the store can be written, and what an operator should know about it.
func (e *Engine) Health(ctx context.Context) (warnings []string, err error) {
	return e.store.Check(ctx)
}
