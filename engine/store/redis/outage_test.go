package redis

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// eventually tries until it works: a store recovers by itself, but not within a known time.
func eventually(t *testing.T, do func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := do()
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrUnavailable) {
			t.Fatalf("while it was away: %v, want unavailable", err)
		}
		select {
		case <-ctx.Done():
			t.Fatalf("it does not recover: %v", err)
		case <-tick.C:
		}
	}
}

func TestAKilledServerIsUnavailableAndComesBackWithEverythingCommitted(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "appendfsync always")
	s := open(t, Options{URL: server.URL()})
	// Several callers commit while the server is killed. What each knows to be committed must be there.
	const callers = 8
	committed := make([][]store.ID, callers)
	started, ended := make(chan struct{}, callers*100), make(chan error, callers)
	for n := range callers {
		go func() {
			for i := 0; ; i++ {
				id := store.NewID(store.KindAlert, n)
				if err := s.Commit(context.Background(), store.Tx{{ID: id, Data: []byte("kept"), Wake: noon}})[0]; err != nil {
					ended <- err
					return
				}
				committed[n] = append(committed[n], id)
				if i < 100 {
					started <- struct{}{}
				}
			}
		}()
	}
	for range callers * 50 {
		<-started
	}
	server.Kill()
	for range callers {
		if err := <-ended; !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("commit: %v, want unavailable", err)
		}
	}
	before := s.Now()
	if _, err := s.Find(t.Context(), store.Key{Name: "k"}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("find: %v, want unavailable", err)
	}
	server.Restart()
	eventually(t, func() error { _, err := s.Check(t.Context()); return err })
	for n, ids := range committed {
		var got []store.Record
		eventually(t, func() (err error) { got, err = s.Load(t.Context(), ids...); return err })
		for _, r := range got {
			if string(r.Data) != "kept" {
				t.Errorf("caller %d: %s was committed and is lost", n, r.ID)
			}
		}
	}
	// The restarted server has never seen the scripts.
	id := store.NewID(store.KindAlert, 0)
	eventually(t, func() error { return s.Commit(t.Context(), store.Tx{{ID: id}})[0] })
	if now := s.Now(); now.Before(before) {
		t.Errorf("the clock went from %v back to %v", before, now)
	}
}

// Not in parallel: it is about time, and the others take all processors.
func TestAStalledServerIsUnavailableInTime(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, Options{URL: server.URL()})
	id := store.NewID(store.KindAlert, 0)
	server.Pause()
	began := time.Now()
	// More callers than connections: nobody waits for those before him and then for himself.
	answers := make(chan error)
	const callers = 20
	for range callers {
		go func() { answers <- s.Commit(t.Context(), store.Tx{{ID: id}})[0] }()
	}
	ctx, cancel := context.WithCancel(t.Context())
	impatient := make(chan error)
	go func() { _, err := s.Load(ctx, id); impatient <- err }()
	cancel()
	if err := <-impatient; !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
		t.Errorf("a cancelled call got %v after %v, want an answer at once", err, time.Since(began))
	}
	for range callers {
		if err := <-answers; !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("commit: %v, want unavailable", err)
		}
	}
	if took := time.Since(began); took > patience+2*time.Second {
		t.Errorf("it took %v to say so, want %v", took, patience)
	}
	server.Resume()
	eventually(t, func() error { _, err := s.Load(t.Context(), id); return err })
}

func TestAScriptThatWasFlushedIsSentAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, Options{URL: server.URL()}), server.Client()
	for i := range 3 {
		id := store.NewID(store.KindAlert, 0)
		if err := s.Commit(t.Context(), store.Tx{{ID: id, Data: fmt.Append(nil, i)}})[0]; err != nil {
			t.Fatal(err)
		}
		if err := c.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFullServerIsUnavailableAndStillDeletes(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "maxmemory 100mb")
	s, c := open(t, Options{URL: server.URL()}), server.Client()
	old, id := store.NewID(store.KindAlert, 0), store.NewID(store.KindAlert, 0)
	if err := s.Commit(t.Context(), store.Tx{{ID: old, Wake: noon}})[0]; err != nil {
		t.Fatal(err)
	}
	if err := c.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), store.Tx{{ID: id, Wake: noon}})[0]; !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("commit: %v, want unavailable", err)
	}
	if err := s.Commit(t.Context(), store.Tx{{ID: old, Expect: 1, Delete: true}})[0]; err != nil {
		t.Errorf("delete: %v", err)
	}
	due, err := s.Due(t.Context(), 0, time.Time{}, noon.Add(1), 10)
	if err != nil || len(due) != 0 {
		t.Errorf("due are %v (%v), want none", due, err)
	}
}

func TestACommitWhoseAnswerIsLostIsNotSentAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for name, url := range map[string]string{"standalone": server.URL(), "cluster": "redis+cluster://" + redistest.StartCluster(t, 1)[0].Addr} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, err := ParseURL(url)
			if err != nil {
				t.Fatal(err)
			}
			proxy := newProxy(t, target.addrs[0])
			s := open(t, Options{URL: url})
			if err := s.client.Close(); err != nil {
				t.Fatal(err)
			}
			s.client = proxy.client(target)
			id := store.NewID(store.KindAlert, 0)
			commit := func(expect uint64) error {
				return s.Commit(t.Context(), store.Tx{{ID: id, Expect: expect}})[0]
			}
			if err := commit(0); err != nil {
				t.Fatal(err)
			}
			proxy.dropAnswers()
			if err := commit(1); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("a commit without answer: %v, want unavailable, not a conflict", err)
			}
			got, err := s.Load(t.Context(), id)
			if err != nil || got[0].Version != 2 {
				t.Errorf("version %d (%v), want 2: it was applied, once", got[0].Version, err)
			}
		})
	}
}
