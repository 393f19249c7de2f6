package redis

import (
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// called is how often the server has run a command.
func called(t *testing.T, server *redistest.Server, name string) int {
	t.Helper()
	stats, err := server.Client().Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`cmdstat_` + name + `:calls=(\d+)`).FindStringSubmatch(stats)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Everybody waits while a script runs, and files of incidents are records of megabytes: what goes through a shard must not
// take many of them at once.
func TestNoScriptTakesManyLargeRecordsAtOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, Options{URL: server.URL()})
	const files = 12
	for range files {
		put := store.Change{ID: store.NewID(store.KindAttachment, 0), Data: make([]byte, 3<<20), Wake: noon}
		if err := s.Commit(t.Context(), store.Tx{put})[0]; err != nil {
			t.Fatal(err)
		}
	}
	ids, err := s.IDs(t.Context(), 0)
	if err != nil || len(ids) != files {
		t.Fatal(len(ids), err)
	}
	for _, id := range ids {
		if err := server.Client().ZRem(t.Context(), s.keys.shards[0].wakes, string(id)).Err(); err != nil {
			t.Fatal(err)
		}
	}
	before := called(t, server, "evalsha")
	if n, err := s.Repair(t.Context(), 0); err != nil || n != files {
		t.Errorf("mended %d, %v", n, err)
	}
	if scripts := called(t, server, "evalsha") - before; scripts < files/2 {
		t.Errorf("%d records of 3 MB went through %d scripts", files, scripts)
	}
	if n := called(t, server, "hscan") + called(t, server, "hgetall"); n > 1 { // the settings
		t.Errorf("all of a shard was read %d times", n)
	}
	got, err := s.Due(t.Context(), 0, time.Time{}, noon.Add(time.Hour), 100)
	if err != nil || len(got) != files {
		t.Errorf("%d are due, %v", len(got), err)
	}
}
