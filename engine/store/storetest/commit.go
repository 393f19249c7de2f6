package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func (c *suite) commit(t *testing.T) {
	s := c.open(t)
	id := func() store.ID { return store.NewID(store.KindAlert, 3) }

	t.Run("a record is as it was committed last", func(t *testing.T) {
		a := id()
		wantRecord(t, s, store.Record{ID: a})
		commit(t, s, store.Change{ID: a, Data: []byte("one"), Wake: noon})
		wantRecord(t, s, store.Record{ID: a, Version: 1, Wake: noon, Data: []byte("one")})
		commit(t, s, store.Change{ID: a, Expect: 1, Data: []byte("two")})
		wantRecord(t, s, store.Record{ID: a, Version: 2, Data: []byte("two")})
		commit(t, s, store.Change{ID: a, Expect: 2, Delete: true})
		wantRecord(t, s, store.Record{ID: a})
		commit(t, s, store.Change{ID: a, Data: []byte("three")})
		wantRecord(t, s, store.Record{ID: a, Version: 1, Data: []byte("three")})
	})
	t.Run("a stale version conflicts and writes nothing", func(t *testing.T) {
		a := id()
		commit(t, s, store.Change{ID: a, Data: []byte("one")})
		commit(t, s, store.Change{ID: a, Expect: 1, Data: []byte("two")})
		for _, expect := range []uint64{0, 1, 3} {
			wantConflict(t, s, store.Change{ID: a, Expect: expect, Data: []byte("no"), Wake: noon})
			wantConflict(t, s, store.Change{ID: a, Expect: expect, Delete: true})
		}
		wantConflict(t, s, store.Change{ID: id(), Expect: 1, Data: []byte("of nothing")})
		wantRecord(t, s, store.Record{ID: a, Version: 2, Data: []byte("two")})
	})
	t.Run("one failing change fails all of its Tx and no other Tx", func(t *testing.T) {
		a, b, other := id(), id(), id()
		errs := s.Commit(t.Context(),
			store.Tx{
				{ID: a, Data: []byte("a"), Wake: noon, Join: []string{"atomic"}, Keys: []store.KeyChange{{Name: "atomic", To: a}}},
				{ID: b, Expect: 7, Data: []byte("b")},
			},
			store.Tx{{ID: other, Data: []byte("other")}},
			nil,
		)
		if len(errs) != 3 || errs[0] != store.ErrConflict || errs[1] != nil || errs[2] != nil {
			t.Fatalf("errors %v, want a conflict of the first only", errs)
		}
		wantRecord(t, s, store.Record{ID: a})
		wantRecord(t, s, store.Record{ID: b})
		wantRecord(t, s, store.Record{ID: other, Version: 1, Data: []byte("other")})
		if find(t, s, 3, "atomic").ID != "" {
			t.Error("the key was taken")
		}
		same(t, "count", counted(t, s, "atomic"), []int{0})
		same(t, "due", due(t, s, 3, noon, noon.Add(time.Hour), 10), nil)
	})
	t.Run("records of several shards load in the order asked", func(t *testing.T) {
		a, b := store.NewID(store.KindIncident, 0), store.NewID(store.KindPostmortem, 15)
		missing := id()
		for i, err := range s.Commit(t.Context(), store.Tx{{ID: a, Data: []byte("a")}}, store.Tx{{ID: b, Data: []byte("b")}}) {
			if err != nil {
				t.Fatal(i, err)
			}
		}
		got, err := s.Load(t.Context(), b, missing, a, b, "nonsense")
		must(t, err)
		var ids []string
		for _, r := range got {
			ids = append(ids, describe(r))
		}
		same(t, "records", ids, []string{
			describe(store.Record{ID: b, Version: 1, Data: []byte("b")}), describe(store.Record{ID: missing}),
			describe(store.Record{ID: a, Version: 1, Data: []byte("a")}), describe(store.Record{ID: b, Version: 1, Data: []byte("b")}),
			describe(store.Record{ID: "nonsense"}),
		})
		none, err := s.Load(t.Context())
		must(t, err)
		same(t, "records", len(none), 0)
	})
	t.Run("data can be empty, binary and a megabyte", func(t *testing.T) {
		big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		for _, data := range [][]byte{nil, {}, {0}, {0xff, 0, 0xfe, '\r', '\n', 0}, big} {
			a := id()
			commit(t, s, store.Change{ID: a, Data: data})
			got := load(t, s, a)
			if got.Version != 1 || !bytes.Equal(got.Data, data) {
				t.Errorf("got %s, want %s", describe(got), clip(data))
			}
		}
	})
	t.Run("neither side's slices are shared", func(t *testing.T) {
		a := id()
		data, join := []byte("mine"), []string{"share-a", "share-b"}
		commit(t, s, store.Change{ID: a, Data: data, Join: join})
		data[0], join[0] = 'X', "share-c"
		load(t, s, a).Data[1] = 'X'
		wantRecord(t, s, store.Record{ID: a, Version: 1, Data: []byte("mine")})
		same(t, "counts", counted(t, s, "share-a", "share-c"), []int{1, 0})
	})
}

func (c *suite) keys(t *testing.T) {
	s := c.open(t)
	id := func() store.ID { return store.NewID(store.KindAlert, 5) }
	key := func(name string, from, to store.ID) []store.KeyChange {
		return []store.KeyChange{{Name: name, From: from, To: to}}
	}
	holder := func(t *testing.T, name string, want store.ID) {
		t.Helper()
		if got := find(t, s, 5, name); got.ID != want {
			t.Errorf("%q is held by %q, want %q", name, got.ID, want)
		}
	}

	t.Run("a key finds the record that holds it, in its shard only", func(t *testing.T) {
		a := id()
		commit(t, s, store.Change{ID: a, Data: []byte("a"), Wake: noon, Keys: key("disk full\x00on db1", "", a)})
		got, err := s.Find(t.Context(), store.Key{Shard: 5, Name: "free"}, store.Key{Shard: 5, Name: "disk full\x00on db1"}, store.Key{Shard: 6, Name: "disk full\x00on db1"})
		must(t, err)
		same(t, "found", []string{describe(got[0]), describe(got[1]), describe(got[2])}, []string{
			describe(store.Record{}), describe(store.Record{ID: a, Version: 1, Wake: noon, Data: []byte("a")}), describe(store.Record{}),
		})
	})
	t.Run("who takes a key that is held conflicts and writes nothing", func(t *testing.T) {
		a, b := id(), id()
		commit(t, s, store.Change{ID: a, Keys: key("held", "", a)})
		wantConflict(t, s, store.Change{ID: b, Keys: key("held", "", b)})
		wantConflict(t, s, store.Change{ID: b, Keys: key("held", b, b)})
		wantConflict(t, s, store.Change{ID: b, Keys: key("never held", a, b)})
		wantRecord(t, s, store.Record{ID: b})
		holder(t, "held", a)
		holder(t, "never held", "")
	})
	t.Run("a key moves from one record to another", func(t *testing.T) {
		a, b := id(), id()
		commit(t, s, store.Change{ID: a, Keys: key("moves", "", a)})
		commit(t, s, store.Change{ID: b, Keys: key("moves", a, b)})
		holder(t, "moves", b)
		commit(t, s, store.Change{ID: b, Expect: 1, Keys: key("moves", b, b)})
		holder(t, "moves", b)
	})
	t.Run("only its holder releases a key; other releases are ignored", func(t *testing.T) {
		a, b := id(), id()
		commit(t, s, store.Change{ID: a, Keys: key("released", "", a)})
		commit(t, s, store.Change{ID: b, Keys: key("released", b, "")})
		holder(t, "released", a)
		commit(t, s, store.Change{ID: b, Expect: 1, Keys: key("released", "", "")})
		holder(t, "released", a)
		commit(t, s, store.Change{ID: a, Expect: 1, Keys: key("released", a, "")})
		holder(t, "released", "")
		commit(t, s, store.Change{ID: b, Expect: 2, Keys: key("released", "", b)})
		holder(t, "released", b)
	})
	t.Run("the key changes of one Tx apply in their order", func(t *testing.T) {
		a, b := id(), id()
		commit(t, s, store.Change{ID: a, Keys: key("handed on", "", a)})
		commit(t, s,
			store.Change{ID: a, Expect: 1, Keys: key("handed on", a, "")},
			store.Change{ID: b, Keys: key("handed on", "", b)})
		holder(t, "handed on", b)
	})
	t.Run("a deleted record leaves the key that it did not release, and it can be taken over", func(t *testing.T) {
		a, b := id(), id()
		commit(t, s, store.Change{ID: a, Data: []byte("a"), Keys: append(key("dangling", "", a), key("tidy", "", a)...)})
		commit(t, s, store.Change{ID: a, Expect: 1, Delete: true, Keys: key("tidy", a, "")})
		if got := find(t, s, 5, "dangling"); got.Exists() || got.ID != a {
			t.Errorf("found %s, want no record, and that %s holds the key", describe(got), a)
		}
		holder(t, "tidy", "")
		commit(t, s, store.Change{ID: b, Keys: key("dangling", a, b)})
		holder(t, "dangling", b)
	})
}

func (c *suite) wakes(t *testing.T) {
	s := c.open(t)
	id := func(shard int) store.ID { return store.NewID(store.KindAlert, shard) }

	t.Run("a wake-up is rounded up to the millisecond", func(t *testing.T) {
		for _, test := range []struct{ add, want time.Duration }{
			{0, 0},
			{1, time.Millisecond},
			{time.Millisecond, time.Millisecond},
			{time.Millisecond + 1, 2 * time.Millisecond},
			{999*time.Microsecond + 999, time.Millisecond},
		} {
			a := id(0)
			commit(t, s, store.Change{ID: a, Wake: noon.Add(test.add)})
			wantRecord(t, s, store.Record{ID: a, Version: 1, Wake: noon.Add(test.want)})
			commit(t, s, store.Change{ID: a, Expect: 1, Delete: true})
		}
	})
	t.Run("due gives a window, earliest first, up to its limit", func(t *testing.T) {
		var ids []store.ID
		for i := range 5 {
			ids = append(ids, id(1))
			commit(t, s, store.Change{ID: ids[i], Wake: noon.Add(time.Duration(5-i) * time.Second)})
		}
		commit(t, s, store.Change{ID: id(2), Wake: noon.Add(time.Second)}, store.Change{ID: id(2)})
		at := func(sec int) string { return wakeup(ids[5-sec], noon.Add(time.Duration(sec)*time.Second)) }
		sec := func(n time.Duration) time.Time { return noon.Add(n * time.Second) }
		same(t, "from the beginning", due(t, s, 1, time.Time{}, sec(3), 10), []string{at(1), at(2)})
		same(t, "from is in, to is not", due(t, s, 1, sec(2), sec(4), 10), []string{at(2), at(3)})
		same(t, "finer than milliseconds", due(t, s, 1, sec(2).Add(1), sec(4).Add(1), 10), []string{at(3), at(4)})
		same(t, "limited", due(t, s, 1, time.Time{}, sec(100), 2), []string{at(1), at(2)})
		same(t, "nothing yet", due(t, s, 1, time.Time{}, sec(1), 10), nil)
		same(t, "an empty window", due(t, s, 1, sec(4), sec(2), 10), nil)
		same(t, "another shard", len(due(t, s, 2, time.Time{}, sec(100), 10)), 1)
	})
	t.Run("a commit moves, stops and deletes the wake-up of its record", func(t *testing.T) {
		a, b := id(4), id(4)
		commit(t, s, store.Change{ID: a, Wake: noon}, store.Change{ID: b, Wake: noon.Add(time.Second)})
		all := func() []string { return due(t, s, 4, time.Time{}, noon.Add(time.Hour), 10) }
		commit(t, s, store.Change{ID: a, Expect: 1, Wake: noon.Add(time.Minute)})
		same(t, "moved", all(), []string{wakeup(b, noon.Add(time.Second)), wakeup(a, noon.Add(time.Minute))})
		commit(t, s, store.Change{ID: a, Expect: 2})
		same(t, "stopped", all(), []string{wakeup(b, noon.Add(time.Second))})
		commit(t, s, store.Change{ID: b, Expect: 1, Delete: true})
		same(t, "deleted", all(), nil)
	})
	t.Run("times that no store can keep become the nearest", func(t *testing.T) {
		a, b := id(6), id(6)
		commit(t, s,
			store.Change{ID: a, Wake: time.Date(1066, 10, 14, 9, 0, 0, 0, time.UTC)},
			store.Change{ID: b, Wake: time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)})
		same(t, "due", due(t, s, 6, time.Time{}, noon, 10), []string{wakeup(a, time.UnixMilli(1))})
		wantRecord(t, s, store.Record{ID: b, Version: 1, Wake: time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)})
	})
}
