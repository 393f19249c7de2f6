package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// whole checks store.Whole, which every store of ours has.
func (c *suite) whole(t *testing.T) {
	t.Run("shows everything that there is", func(t *testing.T) {
		t.Parallel()
		s := c.open(t)
		all := s.(store.Whole)
		var want []store.ID
		var txs []store.Tx
		for range 2500 { // more than a page of any store
			id := store.NewID(store.KindAlert, 3)
			want, txs = append(want, id), append(txs, store.Tx{{ID: id, Wake: noon}})
		}
		for _, err := range s.Commit(t.Context(), txs...) {
			must(t, err)
		}
		commit(t, s, store.Change{ID: store.NewID(store.KindAlert, 4)})
		slices.Sort(want)
		got, err := all.IDs(t.Context(), 3)
		must(t, err)
		slices.Sort(got)
		same(t, "ids", got, want)
		if none, err := all.IDs(t.Context(), 5); err != nil || len(none) > 0 {
			t.Errorf("ids of an empty shard: %v, %v", none, err)
		}
		if _, err := all.IDs(t.Context(), store.Shards); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("ids of a shard that there is not: %v", err)
		}

		for range 3 {
			_, err = s.Reserve(t.Context(), "alert", 5)
			must(t, err)
		}
		counters, err := all.Counters(t.Context())
		must(t, err)
		same(t, "counters", counters, map[string]uint64{"alert": 15})
		_, err = s.Setting(t.Context(), "key", []byte{0, 255})
		must(t, err)
		settings, err := all.Settings(t.Context())
		must(t, err)
		same(t, "settings", settings, map[string][]byte{"key": {0, 255}})
	})

	t.Run("only an empty store can be restored into", func(t *testing.T) {
		t.Parallel()
		for what, fill := range map[string]func(store.Store) error{
			"records": func(s store.Store) error {
				return s.Commit(t.Context(), store.Tx{{ID: store.NewID(store.KindAlert, 9)}})[0]
			},
			"counters": func(s store.Store) error { _, err := s.Reserve(t.Context(), "alert", 1); return err },
			"settings": func(s store.Store) error { _, err := s.Setting(t.Context(), "key", nil); return err },
		} {
			s := c.open(t)
			must(t, fill(s))
			if err := s.(store.Whole).BeginRestore(t.Context(), "b1"); !errors.Is(err, store.ErrOccupied) {
				t.Errorf("restoring over %s: %v, want ErrOccupied", what, err)
			}
		}
	})

	t.Run("a restore goes on, and no other begins", func(t *testing.T) {
		t.Parallel()
		s := c.open(t)
		all := s.(store.Whole)
		must(t, all.BeginRestore(t.Context(), "b1"))
		commit(t, s, store.Change{ID: store.NewID(store.KindAlert, 9)})
		_, err := s.Reserve(t.Context(), "alert", 1)
		must(t, err)
		must(t, all.BeginRestore(t.Context(), "b1"))
		if err := all.BeginRestore(t.Context(), "b2"); !errors.Is(err, store.ErrOccupied) {
			t.Errorf("restoring another backup over it: %v, want ErrOccupied", err)
		}
		must(t, all.EndRestore(t.Context()))
		if err := all.BeginRestore(t.Context(), "b1"); !errors.Is(err, store.ErrOccupied) {
			t.Errorf("restoring again after the end: %v, want ErrOccupied", err)
		}
	})
}

// Works checks that a store whose server runs is not restored into. Only stores of several processes know.
func Works(t *testing.T, s store.Store) {
	t.Helper()
	_, err := s.Alive(t.Context(), "r1", time.Minute)
	must(t, err)
	if err := s.(store.Whole).BeginRestore(t.Context(), "b1"); !errors.Is(err, store.ErrOccupied) {
		t.Errorf("restoring beside a server that runs: %v, want ErrOccupied", err)
	}
	_, err = s.Alive(t.Context(), "r1", 0)
	must(t, err)
	must(t, s.(store.Whole).BeginRestore(t.Context(), "b1"))
}
