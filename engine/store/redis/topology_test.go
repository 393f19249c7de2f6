package redis

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

func TestSentinelTellsWhereTheMasterIs(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	sentinel := redistest.StartSentinel(t, "tocsin-state", master)
	s := open(t, Options{URL: "redis+sentinel://127.0.0.1:1," + sentinel.Addr + "/tocsin-state/2"})
	id := store.NewID(store.KindAlert, 0)
	if err := s.Commit(t.Context(), store.Tx{{ID: id}})[0]; err != nil {
		t.Fatal(err)
	}
	if n, err := master.Client().Do(t.Context(), "dbsize").Int(); err != nil || n != 0 {
		t.Errorf("database 0 of the master has %d keys (%v), want all in database 2", n, err)
	}
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	_, err := Open(t.Context(), Options{URL: "redis+sentinel://" + sentinel.Addr + "/unknown"})
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "unknown") {
		t.Errorf("a master that Sentinel does not know: %v, want unavailable", err)
	}
}

func TestASlotThatMovesIsFollowed(t *testing.T) {
	t.Parallel()
	servers := redistest.StartCluster(t, 2)
	s := open(t, Options{URL: "redis+cluster://" + servers[0].Addr})
	const shard = 5
	commit := func() store.ID {
		t.Helper()
		id := store.NewID(store.KindAlert, shard)
		if err := s.Commit(t.Context(), store.Tx{{ID: id}})[0]; err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := commit()
	if err := s.Commit(t.Context(), store.Tx{{ID: id, Expect: 1, Delete: true}})[0]; err != nil {
		t.Fatal(err)
	}
	to := moveSlot(t, s, servers, shard)
	id = commit()
	if n, err := to.Client().Exists(t.Context(), s.keys.shards[shard].records).Result(); err != nil || n != 1 {
		t.Errorf("the new owner of the slot has %d of its keys (%v), want 1", n, err)
	}
	if got, err := s.Load(t.Context(), id); err != nil || got[0].Version != 1 {
		t.Errorf("version %d (%v), want 1", got[0].Version, err)
	}
}

// moveSlot gives the slot of a shard without keys to the other of two nodes, which it returns.
func moveSlot(t *testing.T, s *Store, servers []*redistest.Server, shard int) *redistest.Server {
	t.Helper()
	slot, err := servers[0].Client().ClusterKeySlot(t.Context(), s.keys.shards[shard].records).Result()
	if err != nil {
		t.Fatal(err)
	}
	to := servers[0]
	if slot < 8192 {
		to = servers[1]
	}
	owner, err := to.Client().Do(t.Context(), "cluster", "myid").Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []*redistest.Server{to, servers[0], servers[1]} {
		if err := server.Client().Do(t.Context(), "cluster", "setslot", slot, "node", owner).Err(); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// Sentinel needs ten seconds and more for a fail-over; here the test does what it does.
func TestAFailOverIsFollowed(t *testing.T) {
	t.Parallel()
	old := redistest.Start(t, "repl-diskless-sync-delay 0")
	oldHost, oldPort, _ := strings.Cut(old.Addr, ":")
	next := redistest.Start(t, "replicaof "+oldHost+" "+oldPort)
	nextHost, nextPort, _ := strings.Cut(next.Addr, ":")
	sentinel := redistest.StartSentinel(t, "tocsin-state", old)
	s := open(t, Options{URL: "redis+sentinel://" + sentinel.Addr + "/tocsin-state"})
	kept, id := store.NewID(store.KindAlert, 0), store.NewID(store.KindAlert, 0)
	if err := s.Commit(t.Context(), store.Tx{{ID: kept}})[0]; err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if n, err := next.Client().DBSize(t.Context()).Result(); err != nil || n == 0 {
			return fmt.Errorf("%w: nothing is replicated yet: %v", store.ErrUnavailable, err)
		}
		return nil
	})
	for _, step := range []struct {
		on   *redistest.Server
		args []any
	}{
		{next, []any{"replicaof", "no", "one"}},
		{old, []any{"replicaof", nextHost, nextPort}},
		{sentinel, []any{"sentinel", "remove", "tocsin-state"}},
		{sentinel, []any{"sentinel", "monitor", "tocsin-state", nextHost, nextPort, 1}},
	} {
		if err := step.on.Client().Do(t.Context(), step.args...).Err(); err != nil {
			t.Fatalf("%v: %v", step.args, err)
		}
	}
	eventually(t, func() error { return s.Commit(t.Context(), store.Tx{{ID: id}})[0] })
	fields, err := next.Client().HKeys(t.Context(), s.keys.shards[0].records).Result()
	if err != nil || !slices.Contains(fields, string(kept)) || !slices.Contains(fields, string(id)) {
		t.Errorf("the new master has %v (%v), want %s and %s", fields, err, kept, id)
	}
}
