package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func (c *suite) lists(t *testing.T) {
	t.Run("a union comes newest first, each record once, on pages", func(t *testing.T) {
		s := c.open(t)
		var all, odd []store.ID
		byID := map[store.ID]int64{}
		for i := range 40 {
			a := store.NewID(store.KindAlert, i%store.Shards)
			order := noon.UnixMilli() + int64(i/4) // four share each millisecond
			join := []string{"all"}
			if i%2 == 1 {
				join, odd = append(join, "odd"), append(odd, a)
			}
			commit(t, s, store.Change{ID: a, Data: []byte{byte(i)}, Join: join, Order: order})
			all, byID[a] = append(all, a), order
		}
		newestFirst := func(a, b store.ID) int {
			return store.Cursor{Order: byID[b], ID: b}.Compare(store.Cursor{Order: byID[a], ID: a})
		}
		slices.SortFunc(all, newestFirst)
		slices.SortFunc(odd, newestFirst)
		for _, test := range []struct {
			lists []string
			want  []store.ID
		}{
			{[]string{"all"}, all},
			{[]string{"odd"}, odd},
			{[]string{"odd", "all"}, all},
			{[]string{"odd", "nothing in it", "odd"}, odd},
			{[]string{"nothing in it"}, nil},
			{nil, nil},
		} {
			for _, limit := range []int{1, 3, 7, 20, 40, 1000} {
				got, pages := listed(t, s, limit, test.lists...)
				same(t, fmt.Sprintf("%v by %d", test.lists, limit), got, test.want)
				if want := max(1, (len(test.want)+limit-1)/limit); pages != want {
					t.Errorf("%v by %d: %d pages, want %d", test.lists, limit, pages, want)
				}
			}
		}
		same(t, "counts", counted(t, s, "odd", "all", "nothing in it"), []int{20, 40, 0})
	})
	t.Run("hundreds of one millisecond in one shard can be paged through", func(t *testing.T) {
		s := c.open(t)
		var want []store.ID
		for i := range 120 {
			kind := []store.Kind{store.KindAlert, store.KindIncident, store.KindPostmortem}[i%3]
			a := store.NewID(kind, 9)
			commit(t, s, store.Change{ID: a, Join: []string{"burst"}, Order: noon.UnixMilli()})
			want = append(want, a)
		}
		slices.Sort(want)
		slices.Reverse(want)
		got, _ := listed(t, s, 7, "burst")
		same(t, "records", got, want)
	})
	t.Run("pages carry the records", func(t *testing.T) {
		s := c.open(t)
		a := store.NewID(store.KindAlert, 0)
		commit(t, s, store.Change{ID: a, Data: []byte("data"), Wake: noon, Join: []string{"l"}, Order: 1})
		page, next, err := s.List(t.Context(), store.Query{Lists: []string{"l"}, Limit: 1})
		must(t, err)
		if len(page) != 1 || next != (store.Cursor{}) {
			t.Fatalf("a page of %d and cursor %v, want the only record", len(page), next)
		}
		same(t, "record", describe(page[0]), describe(store.Record{ID: a, Version: 1, Wake: noon, Data: []byte("data")}))
	})
	t.Run("joining twice and leaving what it is not in are fine", func(t *testing.T) {
		s := c.open(t)
		a, b := store.NewID(store.KindAlert, 1), store.NewID(store.KindAlert, 1)
		commit(t, s, store.Change{ID: a, Join: []string{"l", "l"}, Order: 5}, store.Change{ID: b, Join: []string{"l"}, Order: 6})
		commit(t, s, store.Change{ID: a, Expect: 1, Join: []string{"l"}, Leave: []string{"m"}, Order: 5})
		same(t, "counts", counted(t, s, "l", "m"), []int{2, 0})
		commit(t, s, store.Change{ID: a, Expect: 2, Leave: []string{"l", "m", "l"}, Order: 5})
		commit(t, s, store.Change{ID: a, Expect: 3, Leave: []string{"l"}, Order: 5})
		same(t, "counts", counted(t, s, "l", "m"), []int{1, 0})
		commit(t, s, store.Change{ID: b, Expect: 1, Leave: []string{"l"}, Join: []string{"l", "m"}, Order: 6})
		same(t, "counts", counted(t, s, "l", "m"), []int{1, 1})
		got, _ := listed(t, s, 10, "l", "m")
		same(t, "members", got, []store.ID{b})
	})
	t.Run("lists whose names begin alike, and negative orders, stay apart", func(t *testing.T) {
		s := c.open(t)
		names := []string{"a", "ab", "a\x00", "a\xff"}
		for i, name := range names {
			for j := range i + 1 {
				commit(t, s, store.Change{ID: store.NewID(store.KindAlert, 7), Join: []string{name}, Order: int64(j - 1)})
			}
		}
		same(t, "counts", counted(t, s, names...), []int{1, 2, 3, 4})
		for i, name := range names {
			got, _ := listed(t, s, 2, name)
			same(t, fmt.Sprintf("members of %q", name), len(got), i+1)
		}
	})
	t.Run("a deleted record leaves the lists that the change names, and is on no page", func(t *testing.T) {
		s := c.open(t)
		var ids []store.ID
		for i := range 3 {
			ids = append(ids, store.NewID(store.KindAlert, 2))
			commit(t, s, store.Change{ID: ids[i], Join: []string{"named", "forgotten"}, Order: int64(i), Wake: noon})
		}
		commit(t, s, store.Change{ID: ids[1], Expect: 1, Delete: true, Leave: []string{"named"}, Join: []string{"new"}, Order: 1, Wake: noon})
		same(t, "counts", counted(t, s, "named", "new"), []int{2, 0})
		got, _ := listed(t, s, 1, "named", "forgotten")
		same(t, "members", got, []store.ID{ids[2], ids[0]})
		same(t, "due", due(t, s, 2, time.Time{}, noon.Add(1), 10), []string{wakeup(ids[0], noon), wakeup(ids[2], noon)})
	})
}
