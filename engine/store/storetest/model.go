package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// naive is a store as simple as can be: it looks at everything for every question.
type naive struct {
	records map[store.ID]store.Record
	keys    map[store.Key]store.ID
	lists   map[string]map[store.ID]int64
}

func (m *naive) apply(shard int, tx store.Tx) error {
	keys := maps.Clone(m.keys)
	for _, c := range tx {
		if m.records[c.ID].Version != c.Expect {
			return store.ErrConflict
		}
		for _, k := range c.Keys {
			name := store.Key{Shard: shard, Name: k.Name}
			if keys[name] == k.From {
				keys[name] = k.To
			} else if k.To != "" {
				return store.ErrConflict
			}
		}
	}
	m.keys = keys
	for _, c := range tx {
		for _, l := range c.Leave {
			delete(m.lists[l], c.ID)
		}
		if c.Delete {
			delete(m.records, c.ID)
			continue
		}
		for _, l := range c.Join {
			m.lists[l][c.ID] = c.Order
		}
		wake := c.Wake
		if cut := wake.Truncate(time.Millisecond); cut != wake {
			wake = cut.Add(time.Millisecond)
		}
		m.records[c.ID] = store.Record{ID: c.ID, Version: c.Expect + 1, Wake: wake, Data: c.Data}
	}
	return nil
}

// model compares the store with naive over random operations. Each example has ids and names of its own.
func (c *suite) model(t *testing.T) {
	if c.brief {
		t.Skip("left out here")
	}
	s := c.open(t)
	example := 0
	rapid.Check(t, func(rt *rapid.T) {
		example++
		shard := rapid.IntRange(0, store.Shards-1).Draw(rt, "shard")
		w := &world{s: s, shard: shard, model: naive{
			records: map[store.ID]store.Record{}, keys: map[store.Key]store.ID{}, lists: map[string]map[store.ID]int64{},
		}}
		for i := range 4 {
			w.ids = append(w.ids, store.NewID(store.KindAlert, shard))
			w.names = append(w.names, fmt.Sprintf("%d-%d", example, i))
			w.model.lists[w.names[i]] = map[store.ID]int64{}
		}
		rt.Repeat(map[string]func(*rapid.T){"commit": w.commit, "": w.compare})
		for _, id := range w.ids { // wakes are shared by all examples of a shard
			if r := w.model.records[id]; r.Exists() {
				must(t, s.Commit(t.Context(), store.Tx{{ID: id, Expect: r.Version, Delete: true}})[0])
			}
		}
	})
}

type world struct {
	s     store.Store
	shard int
	model naive
	ids   []store.ID
	names []string
}

func (w *world) order(id store.ID) int64 { return int64(slices.Index(w.ids, id) / 2) }

func (w *world) commit(t *rapid.T) {
	ids := rapid.SliceOfNDistinct(rapid.SampledFrom(w.ids), 1, 3, rapid.ID[store.ID]).Draw(t, "ids")
	holder := rapid.SampledFrom(append(w.ids[:len(w.ids):len(w.ids)], ""))
	names := rapid.SliceOfN(rapid.SampledFrom(w.names), 0, 2)
	var tx store.Tx
	for _, id := range ids {
		c := store.Change{
			ID: id, Expect: w.model.records[id].Version, Order: w.order(id),
			Delete: rapid.IntRange(0, 4).Draw(t, "delete") == 0,
			Data:   rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "data"),
			Join:   names.Draw(t, "join"), Leave: names.Draw(t, "leave"),
		}
		if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
			c.Expect ^= 1
		}
		if d := rapid.IntRange(0, 5_000_000).Draw(t, "wake"); d > 0 {
			c.Wake = noon.Add(time.Duration(d))
		}
		for _, name := range names.Draw(t, "keys") {
			from := w.model.keys[store.Key{Shard: w.shard, Name: name}]
			if rapid.IntRange(0, 3).Draw(t, "other holder") == 0 {
				from = holder.Draw(t, "from")
			}
			c.Keys = append(c.Keys, store.KeyChange{Name: name, From: from, To: holder.Draw(t, "to")})
		}
		tx = append(tx, c)
	}
	want, got := w.model.apply(w.shard, tx), w.s.Commit(t.Context(), tx)[0]
	if !errors.Is(got, want) {
		t.Fatalf("commit of %+v: %v, want %v", tx, got, want)
	}
}

func (w *world) compare(t *rapid.T) {
	got, err := w.s.Load(t.Context(), w.ids...)
	fatal(t, err)
	for i, id := range w.ids {
		want := w.model.records[id]
		if got[i].Version != want.Version || !got[i].Wake.Equal(want.Wake) || !bytes.Equal(got[i].Data, want.Data) {
			t.Fatalf("record is %s, want %s", describe(got[i]), describe(want))
		}
	}
	var keys []store.Key
	for _, name := range w.names {
		keys = append(keys, store.Key{Shard: w.shard, Name: name})
	}
	found, err := w.s.Find(t.Context(), keys...)
	fatal(t, err)
	counts, err := w.s.Count(t.Context(), w.names...)
	fatal(t, err)
	for i, k := range keys {
		if holder := w.model.keys[k]; found[i].ID != holder || found[i].Version != w.model.records[holder].Version {
			t.Fatalf("key %q finds %s, want %q", k.Name, describe(found[i]), holder)
		}
		if want := len(w.model.lists[k.Name]); counts[i] != want {
			t.Fatalf("list %q counts %d, want %d", k.Name, counts[i], want)
		}
	}
	w.compareDue(t)
	w.compareLists(t)
}

func (w *world) compareDue(t *rapid.T) {
	from, to := noon.Add(time.Millisecond), noon.Add(4*time.Millisecond)
	var want []store.Wakeup
	for _, id := range w.ids {
		if at := w.model.records[id].Wake; !at.Before(from) && at.Before(to) {
			want = append(want, store.Wakeup{ID: id, At: at})
		}
	}
	slices.SortStableFunc(want, func(a, b store.Wakeup) int { return a.At.Compare(b.At) })
	got, err := w.s.Due(t.Context(), w.shard, from, to, 100)
	fatal(t, err)
	if !slices.EqualFunc(got, want, func(a, b store.Wakeup) bool { return a.ID == b.ID && a.At.Equal(b.At) }) {
		t.Fatalf("due are %v, want %v", got, want)
	}
}

func (w *world) compareLists(t *rapid.T) {
	lists := w.names[:2]
	var want, got []store.ID
	for i := len(w.ids) - 1; i >= 0; i-- { // ids and orders both grow
		id := w.ids[i]
		_, in0 := w.model.lists[lists[0]][id]
		_, in1 := w.model.lists[lists[1]][id]
		if (in0 || in1) && w.model.records[id].Exists() {
			want = append(want, id)
		}
	}
	for q := (store.Query{Lists: lists, Limit: 2}); ; {
		page, next, err := w.s.List(t.Context(), q)
		fatal(t, err)
		for _, r := range page {
			got = append(got, r.ID)
		}
		if q.Before = next; next == (store.Cursor{}) {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v list %v, want %v", lists, got, want)
	}
}

func fatal(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}
