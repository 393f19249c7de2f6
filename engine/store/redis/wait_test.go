package redis

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

func startReplicaOf(t *testing.T, primary *redistest.Server) *redistest.Server {
	t.Helper()
	host, port, _ := strings.Cut(primary.Addr, ":")
	return redistest.Start(t, "replicaof "+host+" "+port)
}

func createIn(t *testing.T, s *Store, shard int) (store.ID, error) {
	t.Helper()
	id := store.NewID(store.KindAlert, shard)
	return id, s.Commit(t.Context(), store.Tx{{ID: id, Data: []byte("kept")}})[0]
}

func TestWhatWasCommittedIsOnTheReplicaBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t, "repl-diskless-sync-delay 0")
	replica := startReplicaOf(t, primary)
	s := open(t, Options{URL: primary.URL() + "?wait_replicas=1&wait_timeout=2s"})
	eventually(t, func() error { _, err := createIn(t, s, 0); return err }) // the first synchronisation takes a moment

	there := replica.Client()
	for range 20 {
		id, err := createIn(t, s, 0)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := there.HExists(t.Context(), s.keys.shards[0].records, string(id)).Result(); err != nil || !found {
			t.Fatalf("%s was committed, and the replica knows it: %t (%v)", id, found, err)
		}
	}
	last, err := s.Reserve(t.Context(), "alert", 7)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := there.HGet(t.Context(), s.keys.counters, "alert").Uint64(); err != nil || n != last+6 {
		t.Errorf("the replica would give number %d next (%v), though %d was given", n+1, err, last+6)
	}
}

func TestWithoutTheReplicaACommitIsNotReportedAsDurable(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t, "repl-diskless-sync-delay 0")
	replica := startReplicaOf(t, primary)
	s := open(t, Options{URL: primary.URL() + "?wait_replicas=1&wait_timeout=150ms"})
	eventually(t, func() error { _, err := createIn(t, s, 0); return err })

	replica.Pause()
	id, err := createIn(t, s, 0)
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "0 of 1 replicas") {
		t.Errorf("with a replica that hangs: %v, want unavailable and why", err)
	}
	if got, err := s.Load(t.Context(), id); err != nil || !got[0].Exists() {
		t.Errorf("the commit is ambiguous, and in fact there: version %d (%v)", got[0].Version, err)
	}
	paging := store.Tx{{ID: id, Expect: 1, Data: []byte("claimed")}}
	if err := s.Commit(store.Repeatable(t.Context()), paging)[0]; err != nil {
		t.Errorf("a claim of a page waits for the replica: %v", err)
	}
	replica.Resume()
	eventually(t, func() error { _, err := createIn(t, s, 0); return err })

	replica.Kill()
	eventually(t, func() error {
		warnings, err := s.Check(t.Context())
		if err == nil && !slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "wait_replicas is 1, but only 0") }) {
			err = errors.Join(store.ErrUnavailable, errors.New(strings.Join(warnings, "; ")))
		}
		return err
	})
	if _, err := createIn(t, s, 0); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("with a replica that is gone: %v, want unavailable", err)
	}
}

func TestOnAClusterEachNodeIsWaitedFor(t *testing.T) {
	t.Parallel()
	servers := redistest.StartCluster(t, 2)
	s := open(t, Options{URL: "redis+cluster://" + servers[0].Addr + "?wait_replicas=1&wait_timeout=50ms"})
	for _, shard := range []int{0, 5} {
		if _, err := createIn(t, s, shard); !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "0 of 1 replicas") {
			t.Errorf("shard %d, on a node without replicas: %v, want unavailable and why", shard, err)
		}
	}
	const empty = 7
	to := moveSlot(t, s, servers, empty)
	id, err := createIn(t, s, empty)
	if err == nil || !strings.Contains(err.Error(), "0 of 1 replicas") {
		t.Errorf("a shard that moved: %v, want it written where it is now", err)
	}
	if found, err := to.Client().HExists(t.Context(), s.keys.shards[empty].records, string(id)).Result(); err != nil || !found {
		t.Errorf("the new node has it: %t (%v)", found, err)
	}
}
