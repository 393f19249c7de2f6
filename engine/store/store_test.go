package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestAnIDNamesItsKindAndShardAndSortsByCreation(t *testing.T) {
	t.Parallel()
	for shard := range store.Shards {
		var ids []store.ID
		for range 50 {
			id := store.NewID(store.KindIncident, shard)
			if id.Kind() != store.KindIncident || id.Shard() != shard {
				t.Fatalf("%s is of kind %c and shard %d", id, id.Kind(), id.Shard())
			}
			if parsed, err := store.ParseID(string(id)); err != nil || parsed != id {
				t.Fatalf("%s parses as %q, %v", id, parsed, err)
			}
			ids = append(ids, id)
		}
		if !slices.IsSorted(ids) {
			t.Errorf("shard %d: ids do not sort by their creation: %v", shard, ids)
		}
	}
}

func TestWhatIsNoIDIsRefused(t *testing.T) {
	t.Parallel()
	good := string(store.NewID(store.KindAlert, 15))
	for _, bad := range []string{
		"", "a0f", good[1:], good + "0", "x" + good[1:], "a10" + good[3:], "a0F" + good[3:],
		"a0f_" + good[4:], good[:29] + "l", strings.ToUpper(good), good[:10] + "\x00" + good[11:],
	} {
		if id, err := store.ParseID(bad); err == nil {
			t.Errorf("%q is taken for the id %s", bad, id)
		}
	}
	for _, bad := range []store.ID{"", "a", "a0", "a0f", "azz-", "a-1-", "a10-"} {
		if bad.Shard() >= 0 {
			t.Errorf("%q has shard %d", bad, bad.Shard())
		}
	}
}

func TestTheShardOfANameNeverChanges(t *testing.T) {
	t.Parallel()
	// Computed once: another result would lose every record that is kept under its name.
	for name, want := range map[string]int{"": 5, "alertmanager/disk-full": 6, "a": 12} {
		if got := store.ShardOf(name); got != want {
			t.Errorf("the shard of %q is %d, want %d", name, got, want)
		}
	}
}

func TestMillisRoundUpAndComeBack(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct{ in, want time.Time }{
		{time.Time{}, time.Time{}},
		{at, at},
		{at.Add(1), at.Add(time.Millisecond)},
		{at.Add(time.Millisecond - 1), at.Add(time.Millisecond)},
		{at.In(time.FixedZone("", 3600)).Add(1), at.Add(time.Millisecond)},
		{time.Unix(0, 0), time.UnixMilli(1)},
		{time.Unix(-5, 0), time.UnixMilli(1)},
		{time.UnixMilli(1 << 60), time.UnixMilli(1<<53 - 1)},
	} {
		if got := store.FromMillis(store.Millis(test.in)); !got.Equal(test.want) {
			t.Errorf("%v is kept as %v, want %v", test.in, got, test.want)
		}
	}
}
