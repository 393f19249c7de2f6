package bolt

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/storetest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func openNew(t testing.TB) store.Store {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "data", "tocsin.db"))
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return openNew(t) },
		storetest.Reopens(func(t *testing.T, s store.Store) store.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, s.(*Store).path)
		}),
		storetest.Damages(
			func(t *testing.T, s store.Store, id store.ID) { setWake(t, s, id, time.Time{}, false) },
			func(t *testing.T, s store.Store, id store.ID, at time.Time) { setWake(t, s, id, at, true) },
		))
}

// setWake arms a wake-up behind the back of its record, or takes away the one that its record asks for.
func setWake(t *testing.T, s store.Store, id store.ID, at time.Time, armed bool) {
	t.Helper()
	err := s.(*Store).write(t.Context(), 0, func(b *batch) error {
		ms := store.Millis(at)
		if !armed {
			_, ms = header(b.tx.Bucket(records).Get(recordKey(id)))
		}
		return put(b, wakes, wakeKey(id.Shard(), ms, id), nil, armed)
	})
	if err != nil {
		t.Fatal(err)
	}
}
