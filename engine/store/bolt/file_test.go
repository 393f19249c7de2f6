package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// crash copies the file as a killed process leaves it, which never closed it.
func crash(t *testing.T, s *Store) (path string) {
	t.Helper()
	b, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "after-crash.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantRefused(t *testing.T, path string, parts ...string) {
	t.Helper()
	s, err := Open(path)
	if err == nil {
		_ = s.Close()
		t.Fatalf("%s was opened", path)
	}
	for _, part := range append(parts, path) {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q in it", err, part)
		}
	}
}

// filled returns the path of a closed file with some thousand pages.
func filled(t *testing.T) string {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "tocsin.db"))
	for range 20 {
		var txs []store.Tx
		for i := range 100 {
			txs = append(txs, store.Tx{{ID: store.NewID(store.KindAlert, i%store.Shards), Data: make([]byte, 2000), Join: []string{"open"}, Order: int64(i)}})
		}
		for _, err := range s.Commit(t.Context(), txs...) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.path
}

func TestAFileInUseIsRefused(t *testing.T) {
	t.Parallel()
	s := openNew(t).(*Store)
	wantRefused(t, s.path, "locked, probably by another tocsin")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, s.path)
}

func TestAFileThatIsNotOursIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	wantRefused(t, dir, "is a folder")
	wantRefused(t, write("short", []byte("hello")), "damaged or not Tocsin's")
	wantRefused(t, write("long", bytes.Repeat([]byte("hello "), 10_000)), "damaged or not Tocsin's")
	wantRefused(t, filepath.Join(write("file", nil), "tocsin.db"), "cannot be made")

	other := filepath.Join(dir, "other.db")
	db, err := bbolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("members")); return err })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, other, "another program", "members")

	newer := open(t, filepath.Join(dir, "newer.db"))
	err = newer.write(t.Context(), 0, func(b *batch) error { return put(b, formats, version, []byte("tocsin 2"), true) })
	if err := errors.Join(err, newer.Close()); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, newer.path, `"tocsin 2"`)
}

func TestATruncatedFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filled(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, keep := range []int{100, 4096, 8192, 12_288, 100_000, 1_000_000} {
		cut := filepath.Join(t.TempDir(), fmt.Sprintf("%d.db", keep))
		if err := os.WriteFile(cut, whole[:keep], 0o600); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, cut, "damaged or not Tocsin's", "backup")
	}
}

func TestADamagedPageIsAnErrorAndNotTheEnd(t *testing.T) {
	t.Parallel()
	path := filled(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Everything but the two pages with the roots of the tree is overwritten, from one place on.
	for _, from := range []int{8192, 16_384, 65_536, 524_288} {
		for _, filler := range []byte{0x00, 0xff} {
			b := bytes.Clone(whole)
			copy(b[from:], bytes.Repeat([]byte{filler}, len(b)-from))
			damaged := filepath.Join(t.TempDir(), "damaged.db")
			if err := os.WriteFile(damaged, b, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(damaged)
			if err == nil {
				_, _, err = s.List(t.Context(), store.Query{Lists: []string{"open"}, Limit: 1000})
				for shard := range store.Shards {
					if err == nil {
						_, err = s.Repair(t.Context(), shard)
					}
				}
				_ = s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "damaged or not Tocsin's") || !strings.Contains(err.Error(), damaged) {
				t.Errorf("%#x from %d on: %v, want an error that names the file", filler, from, err)
			}
		}
	}
}

func TestACrashKeepsWhatWasCommittedAndRepeatsNoNumber(t *testing.T) {
	t.Parallel()
	s := openNew(t).(*Store)
	const callers, each = 16, 20
	ids := make([][]store.ID, callers)
	given := map[uint64]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n := range callers {
		wg.Go(func() {
			for range each {
				number, err := s.Reserve(t.Context(), "alerts", 1+n%3)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for i := range uint64(1 + n%3) {
					given[number+i] = true
				}
				mu.Unlock()
				id := store.NewID(store.KindAlert, n)
				if err := s.Commit(t.Context(), store.Tx{{ID: id, Data: fmt.Append(nil, number), Wake: noon}})[0]; err != nil {
					t.Error(err)
					return
				}
				ids[n] = append(ids[n], id)
			}
		})
	}
	wg.Wait()
	// These are given after the last commit: nothing but the ceiling tells the next process of them.
	for range 200 {
		number, err := s.Reserve(t.Context(), "alerts", 1)
		if err != nil {
			t.Fatal(err)
		}
		given[number] = true
	}

	after := open(t, crash(t, s))
	for n := range ids {
		got, err := after.Load(t.Context(), ids[n]...)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got {
			if !r.Exists() {
				t.Errorf("%s was committed and is lost", r.ID)
			}
		}
	}
	number, err := after.Reserve(t.Context(), "alerts", 1)
	if err != nil || given[number] {
		t.Errorf("after the crash %d (%v) is given again", number, err)
	}
	if most := uint64(len(given)) + mostAhead; number > most {
		t.Errorf("after the crash %d is given, want at most %d: too many were skipped", number, most)
	}
}

func TestConcurrentCommitsShareAnFsync(t *testing.T) {
	t.Parallel()
	s := openNew(t).(*Store)
	// While this batch is held, callers gather.
	held, hold := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.write(t.Context(), 0, func(*batch) error { close(held); <-hold; return nil })
	})
	<-held
	txid := func() (id int) {
		_ = s.db.View(func(tx *bbolt.Tx) error { id = tx.ID(); return nil })
		return id
	}
	first := txid()
	a := store.NewID(store.KindAlert, 0)
	const callers = 20
	won := make(chan bool, callers)
	var submitted sync.WaitGroup
	submitted.Add(callers)
	for range callers {
		wg.Go(func() {
			submitted.Done()
			err := s.Commit(t.Context(), store.Tx{{ID: a}}, store.Tx{{ID: store.NewID(store.KindAlert, 1)}})
			if err[1] != nil {
				t.Error(err[1])
			}
			won <- err[0] == nil
		})
	}
	submitted.Wait()
	close(hold)
	wg.Wait()
	close(won)
	winners := 0
	for w := range won {
		if w {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("%d of %d callers created the same record, want 1: each is checked against those before it", winners, callers)
	}
	if n := txid() - first; n >= callers {
		t.Errorf("%d transactions for %d callers, want fewer", n, callers)
	}
}

func TestADiskThatRefusesFailsTheWholeBatchAndRecovers(t *testing.T) {
	t.Parallel()
	s := openNew(t).(*Store)
	s.db.MaxSize = 1 << 20 // stands for a full disk
	big := store.Change{ID: store.NewID(store.KindAlert, 0), Data: make([]byte, 40<<20/3)}
	var last error
	for range 30 {
		big.ID = store.NewID(store.KindAlert, 0)
		if last = s.Commit(t.Context(), store.Tx{big})[0]; last != nil {
			break
		}
	}
	if !errors.Is(last, store.ErrUnavailable) || !strings.Contains(last.Error(), s.path) {
		t.Fatalf("commit: %v, want unavailable and the file", last)
	}
	got, err := s.Load(t.Context(), big.ID)
	if err != nil || got[0].Exists() {
		t.Errorf("got %v (%v), want nothing of the failed commit", got[0].Version, err)
	}
	s.db.MaxSize = 0
	if err := s.Commit(t.Context(), store.Tx{big})[0]; err != nil {
		t.Errorf("with room again: %v", err)
	}
}
