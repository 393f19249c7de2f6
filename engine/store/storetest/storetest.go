// Package storetest is the contract of store.Store as tests, which every store runs, and benchmarks to
// compare them. It knows no store.
package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Option says what a store can do beside its interface.
type Option func(*suite)

// Reopens checks that state is still there after open has opened it again. reopen closes s first.
func Reopens(reopen func(t *testing.T, s store.Store) store.Store) Option {
	return func(c *suite) { c.reopen = reopen }
}

// Damages checks Repair. lose takes away the wake-up of a record, orphan arms one for an id without record.
func Damages(lose func(t *testing.T, s store.Store, id store.ID), orphan func(t *testing.T, s store.Store, id store.ID, at time.Time)) Option {
	return func(c *suite) { c.lose, c.orphan = lose, orphan }
}

// Briefly leaves out the random operations, which take longest, for another way to reach the same store.
func Briefly() Option {
	return func(c *suite) { c.brief = true }
}

type suite struct {
	brief  bool
	open   func(t *testing.T) store.Store
	reopen func(t *testing.T, s store.Store) store.Store
	lose   func(t *testing.T, s store.Store, id store.ID)
	orphan func(t *testing.T, s store.Store, id store.ID, at time.Time)
}

// Run checks every sentence of the contract. open gives an empty store, which is closed by its cleanup.
func Run(t *testing.T, open func(t *testing.T) store.Store, options ...Option) {
	c := &suite{open: open}
	for _, o := range options {
		o(c)
	}
	for name, test := range map[string]func(*testing.T){
		"Commit":  c.commit,
		"Keys":    c.keys,
		"Wakes":   c.wakes,
		"Lists":   c.lists,
		"Numbers": c.numbers,
		"Repair":  c.repair,
		"Misuse":  c.misuse,
		"Races":   c.races,
		"Reopen":  c.reopened,
		"Whole":   c.whole,
		"Model":   c.model,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// noon is when the tests take place.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func commit(t testing.TB, s store.Store, tx ...store.Change) {
	t.Helper()
	must(t, s.Commit(t.Context(), store.Tx(tx))[0])
}

func wantConflict(t testing.TB, s store.Store, tx ...store.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), store.Tx(tx))[0]; !errors.Is(err, store.ErrConflict) {
		t.Errorf("commit: %v, want a conflict", err)
	}
}

func load(t testing.TB, s store.Store, id store.ID) store.Record {
	t.Helper()
	got, err := s.Load(t.Context(), id)
	must(t, err)
	return got[0]
}

func wantRecord(t testing.TB, s store.Store, want store.Record) {
	t.Helper()
	same(t, "record", describe(load(t, s, want.ID)), describe(want))
}

func find(t testing.TB, s store.Store, shard int, name string) store.Record {
	t.Helper()
	got, err := s.Find(t.Context(), store.Key{Shard: shard, Name: name})
	must(t, err)
	return got[0]
}

func due(t testing.TB, s store.Store, shard int, from, to time.Time, limit int) []string {
	t.Helper()
	got, err := s.Due(t.Context(), shard, from, to, limit)
	must(t, err)
	var out []string
	for _, w := range got {
		out = append(out, wakeup(w.ID, w.At))
	}
	return out
}

func wakeup(id store.ID, at time.Time) string {
	return fmt.Sprintf("%s at %s", id, at.UTC().Format("15:04:05.000"))
}

// listed returns the ids of all pages.
func listed(t testing.TB, s store.Store, limit int, lists ...string) (ids []store.ID, pages int) {
	t.Helper()
	q := store.Query{Lists: lists, Limit: limit}
	for {
		page, next, err := s.List(t.Context(), q)
		must(t, err)
		if len(page) > limit {
			t.Fatalf("a page of %d records, limit %d", len(page), limit)
		}
		for _, r := range page {
			ids = append(ids, r.ID)
		}
		pages++
		if next == (store.Cursor{}) {
			return ids, pages
		}
		q.Before = next
	}
}

func counted(t testing.TB, s store.Store, lists ...string) []int {
	t.Helper()
	got, err := s.Count(t.Context(), lists...)
	must(t, err)
	return got
}

func same[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

// describe writes a record so that differences are readable and empty data is like none.
func describe(r store.Record) string {
	return fmt.Sprintf("%s v%d wake %s data %s", r.ID, r.Version, r.Wake.UTC().Format(time.RFC3339Nano), clip(r.Data))
}

func clip(b []byte) string {
	if len(b) <= 40 {
		return fmt.Sprintf("%q", b)
	}
	return fmt.Sprintf("%q… of %d bytes", b[:40], len(b))
}

// kilobyte is data of about 1 KB as records have it: JSON that does not repeat.
func kilobyte(n int) []byte {
	fields := map[string]string{}
	for i := 0; i < 24; i++ {
		fields[fmt.Sprintf("label_%02d", i)] = fmt.Sprintf("value-%x", uint64(n*31+i+1)*0x9e3779b97f4a7c15)
	}
	b, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	return append(b, bytes.Repeat([]byte{' '}, max(0, 1024-len(b)))...)[:1024]
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
