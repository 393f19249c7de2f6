package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func (c *suite) numbers(t *testing.T) {
	s := c.open(t)
	t.Run("a counter starts at 1 and never repeats", func(t *testing.T) {
		var got []uint64
		for _, n := range []int{1, 3, 1, 1000, 1} {
			first, err := s.Reserve(t.Context(), "alerts", n)
			must(t, err)
			got = append(got, first)
		}
		if got[0] != 1 {
			t.Errorf("the first number is %d, want 1", got[0])
		}
		for i, n := range []uint64{1, 3, 1, 1000} {
			if got[i+1] < got[i]+n {
				t.Errorf("%d numbers from %d were followed by %d", n, got[i], got[i+1])
			}
		}
		other, err := s.Reserve(t.Context(), "incidents", 1)
		must(t, err)
		same(t, "another counter", other, 1)
	})
	t.Run("whoever sets a setting first wins", func(t *testing.T) {
		for _, test := range []struct{ initial, want string }{{"mine\x00", "mine\x00"}, {"yours", "mine\x00"}} {
			got, err := s.Setting(t.Context(), "signing key", []byte(test.initial))
			must(t, err)
			same(t, "setting", string(got), test.want)
			got[0] = 'X'
		}
	})
	t.Run("a replica is alive until it leaves", func(t *testing.T) {
		got, err := s.Alive(t.Context(), "r1", time.Minute)
		must(t, err)
		same(t, "alive", got, []string{"r1"})
		got, err = s.Alive(t.Context(), "r1", 0)
		must(t, err)
		same(t, "alive", len(got), 0)
	})
	t.Run("the clock goes forward and the check passes", func(t *testing.T) {
		before := s.Now()
		_, err := s.Check(t.Context())
		must(t, err)
		if after := s.Now(); after.Before(before) {
			t.Errorf("the clock went from %v back to %v", before, after)
		}
	})
}

func (c *suite) repair(t *testing.T) {
	s := c.open(t)
	kept := store.NewID(store.KindAlert, 8)
	commit(t, s, store.Change{ID: kept, Wake: noon}, store.Change{ID: store.NewID(store.KindAlert, 8)})
	n, err := s.Repair(t.Context(), 8)
	must(t, err)
	same(t, "mended where nothing is broken", n, 0)
	if c.lose == nil {
		return
	}
	// More than one page of the sweep, and another shard that must stay as it is.
	var want []string
	for i := range 1200 {
		a := store.NewID([]store.Kind{store.KindAlert, store.KindPostmortem}[i%2], 8)
		at := noon.Add(time.Duration(i+1) * time.Second)
		commit(t, s, store.Change{ID: a, Data: kilobyte(i)[:200], Wake: at})
		want = append(want, wakeup(a, at))
		if i%100 == 0 {
			c.lose(t, s, a)
		}
		if i%300 == 0 {
			c.orphan(t, s, store.NewID(store.KindAlert, 8), at)
		}
		if i%400 == 0 { // a wake-up at another time than its record asks for
			c.lose(t, s, a)
			c.orphan(t, s, a, at.Add(time.Hour))
		}
	}
	elsewhere := store.NewID(store.KindAlert, 9)
	c.orphan(t, s, elsewhere, noon)
	n, err = s.Repair(t.Context(), 8)
	must(t, err)
	if n < 16 {
		t.Errorf("mended %d, want 12 lost and 4 orphaned at least", n)
	}
	same(t, "due", due(t, s, 8, time.Time{}, noon.Add(24*time.Hour), 5000), slices.Insert(want, 0, wakeup(kept, noon)))
	same(t, "another shard", len(due(t, s, 9, time.Time{}, noon.Add(1), 10)), 1)
	n, err = s.Repair(t.Context(), 8)
	must(t, err)
	same(t, "mended the second time", n, 0)
}

func (c *suite) misuse(t *testing.T) {
	s := c.open(t)
	a := store.NewID(store.KindAlert, 0)
	calls := map[string]func() error{
		"Load":   func() error { _, err := s.Load(t.Context(), a); return err },
		"Find":   func() error { _, err := s.Find(t.Context(), store.Key{Name: "k"}); return err },
		"Commit": func() error { return s.Commit(t.Context(), store.Tx{{ID: a}})[0] },
		"Due":    func() error { _, err := s.Due(t.Context(), 0, noon, noon, 1); return err },
		"Repair": func() error { _, err := s.Repair(t.Context(), 0); return err },
		"List": func() error {
			_, _, err := s.List(t.Context(), store.Query{Lists: []string{"l"}, Limit: 1})
			return err
		},
		"Count":   func() error { _, err := s.Count(t.Context(), "l"); return err },
		"Reserve": func() error { _, err := s.Reserve(t.Context(), "c", 1); return err },
		"Setting": func() error { _, err := s.Setting(t.Context(), "s", nil); return err },
		"Alive":   func() error { _, err := s.Alive(t.Context(), "r", time.Minute); return err },
		"Check":   func() error { _, err := s.Check(t.Context()); return err },
	}
	t.Run("a call whose context has ended does nothing", func(t *testing.T) {
		ctx := cancelled()
		for name, err := range map[string]error{
			"Commit":  s.Commit(ctx, store.Tx{{ID: a}})[0],
			"Load":    second(s.Load(ctx, a)),
			"Find":    second(s.Find(ctx, store.Key{Name: "k"})),
			"Due":     second(s.Due(ctx, 0, noon, noon, 1)),
			"Repair":  second(s.Repair(ctx, 0)),
			"Count":   second(s.Count(ctx, "l")),
			"Reserve": second(s.Reserve(ctx, "c", 1)),
			"Setting": second(s.Setting(ctx, "s", nil)),
			"Alive":   second(s.Alive(ctx, "r", time.Minute)),
			"Check":   second(s.Check(ctx)),
		} {
			if !errors.Is(err, ctx.Err()) || !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s: %v, want unavailable because of the context", name, err)
			}
		}
		wantRecord(t, s, store.Record{ID: a})
	})
	t.Run("what breaks the contract is refused and writes nothing", func(t *testing.T) {
		b, far := store.NewID(store.KindAlert, 0), store.NewID(store.KindAlert, 1)
		long := strings.Repeat("x", store.MaxName+1)
		for name, tx := range map[string]store.Tx{
			"two shards":          {{ID: b}, {ID: far}},
			"twice":               {{ID: b}, {ID: b}},
			"no id":               {{ID: b}, {ID: ""}},
			"a key without name":  {{ID: b, Keys: []store.KeyChange{{To: b}}}},
			"a key to far away":   {{ID: b, Keys: []store.KeyChange{{Name: "k", To: far}}}},
			"a list without name": {{ID: b, Join: []string{""}}},
			"a long list name":    {{ID: b, Leave: []string{long}}},
			"a long key":          {{ID: b, Keys: []store.KeyChange{{Name: long, To: b}}}},
			"an inexact order":    {{ID: b, Order: 1 << 53}},
			"too much data":       {{ID: b, Data: make([]byte, store.MaxData+1)}},
		} {
			if err := s.Commit(t.Context(), tx)[0]; !errors.Is(err, store.ErrInvalid) {
				t.Errorf("%s: %v, want invalid", name, err)
			}
		}
		wantRecord(t, s, store.Record{ID: b})
		query := func(limit int, lists ...string) error {
			_, _, err := s.List(t.Context(), store.Query{Lists: lists, Limit: limit})
			return err
		}
		for name, err := range map[string]error{
			"a page of nothing":     query(0, "l"),
			"a page of too much":    query(store.MaxPage+1, "l"),
			"a list without name":   query(1, ""),
			"a shard too far":       second(s.Due(t.Context(), store.Shards, noon, noon, 1)),
			"a negative shard":      second(s.Repair(t.Context(), -1)),
			"nothing due":           second(s.Due(t.Context(), 0, noon, noon, 0)),
			"no numbers":            second(s.Reserve(t.Context(), "c", 0)),
			"a key of no shard":     second(s.Find(t.Context(), store.Key{Shard: 99, Name: "k"})),
			"a nameless replica":    second(s.Alive(t.Context(), "", time.Minute)),
			"a nameless setting":    second(s.Setting(t.Context(), "", nil)),
			"a nameless counter":    second(s.Reserve(t.Context(), "", 1)),
			"a setting of 16 MiB+1": second(s.Setting(t.Context(), "s", make([]byte, store.MaxData+1))),
		} {
			if !errors.Is(err, store.ErrInvalid) {
				t.Errorf("%s: %v, want invalid", name, err)
			}
		}
	})
	t.Run("a closed store is unavailable", func(t *testing.T) {
		for name, call := range calls {
			if err := call(); err != nil {
				t.Errorf("%s before Close: %v", name, err)
			}
		}
		must(t, s.Close())
		for name, call := range calls {
			if err := call(); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s after Close: %v, want unavailable", name, err)
			}
		}
		must(t, s.Close())
	})
}

func second[T any](_ T, err error) error { return err }

func (c *suite) reopened(t *testing.T) {
	if c.reopen == nil {
		t.Skip("this store does not outlive its process")
	}
	s := c.open(t)
	a, b := store.NewID(store.KindAlert, 11), store.NewID(store.KindAlert, 11)
	commit(t, s,
		store.Change{ID: a, Data: []byte("a"), Wake: noon, Join: []string{"l"}, Order: 5, Keys: []store.KeyChange{{Name: "k", To: a}}},
		store.Change{ID: b, Data: []byte("b"), Wake: noon.Add(1), Join: []string{"l"}, Order: 6})
	commit(t, s, store.Change{ID: b, Expect: 1, Data: []byte("b2"), Leave: []string{"l"}, Order: 6})
	first, err := s.Reserve(t.Context(), "n", 5)
	must(t, err)
	_, err = s.Setting(t.Context(), "s", []byte("kept"))
	must(t, err)

	s = c.reopen(t, s)
	wantRecord(t, s, store.Record{ID: a, Version: 1, Wake: noon, Data: []byte("a")})
	wantRecord(t, s, store.Record{ID: b, Version: 2, Data: []byte("b2")})
	same(t, "holder", find(t, s, 11, "k").ID, a)
	same(t, "due", due(t, s, 11, time.Time{}, noon.Add(time.Hour), 9), []string{wakeup(a, noon)})
	same(t, "count", counted(t, s, "l"), []int{1})
	next, err := s.Reserve(t.Context(), "n", 1)
	must(t, err)
	if next != first+5 {
		t.Errorf("after a clean end the next number is %d, want %d", next, first+5)
	}
	kept, err := s.Setting(t.Context(), "s", []byte("other"))
	must(t, err)
	same(t, "setting", string(kept), "kept")
}
