package engine_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// faulty is a store as one replica sees it, with faults at will.
type faulty struct {
	store.Store
	away      bool   // nothing can be reached
	conflicts int    // so many commits find that somebody was faster
	refused   int    // so many commits fail before they are made
	lost      int    // so many commits are made, but the answer is lost
	unlisted  bool   // lists cannot be read
	loaded    func() // runs with every load
	found     func() // runs once, after the next look for a key
	before    func() // runs once, before the next commit: what another replica does at that moment
}

var errAway = fmt.Errorf("%w: the network is down", store.ErrUnavailable)

func (f *faulty) Commit(ctx context.Context, txs ...store.Tx) []error {
	if b := f.before; b != nil {
		f.before = nil
		b()
	}
	switch {
	case f.away:
		return all(errAway, txs)
	case f.conflicts > 0:
		f.conflicts--
		return all(store.ErrConflict, txs)
	case f.refused > 0:
		f.refused--
		return all(errAway, txs)
	case f.lost > 0:
		f.lost--
		f.Store.Commit(ctx, txs...)
		return all(errAway, txs)
	}
	return f.Store.Commit(ctx, txs...)
}

func all(err error, txs []store.Tx) []error {
	errs := make([]error, len(txs))
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func (f *faulty) Load(ctx context.Context, ids ...store.ID) ([]store.Record, error) {
	if f.loaded != nil {
		f.loaded()
	}
	if f.away {
		return nil, errAway
	}
	return f.Store.Load(ctx, ids...)
}

func (f *faulty) Find(ctx context.Context, keys ...store.Key) ([]store.Record, error) {
	if f.away {
		return nil, errAway
	}
	found, err := f.Store.Find(ctx, keys...)
	if then := f.found; then != nil {
		f.found = nil
		then()
	}
	return found, err
}

func (f *faulty) Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	if f.away {
		return nil, errAway
	}
	return f.Store.Due(ctx, shard, from, to, limit)
}

func (f *faulty) Reserve(ctx context.Context, counter string, n int) (uint64, error) {
	if f.away {
		return 0, errAway
	}
	return f.Store.Reserve(ctx, counter, n)
}

func (f *faulty) List(ctx context.Context, q store.Query) ([]store.Record, store.Cursor, error) {
	if f.away || f.unlisted {
		return nil, store.Cursor{}, errAway
	}
	return f.Store.List(ctx, q)
}
