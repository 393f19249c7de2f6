package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func (c *suite) races(t *testing.T) {
	const workers, rounds = 8, 25
	s := c.open(t)
	together := func(t *testing.T, work func(n int) error) {
		t.Helper()
		errs := make(chan error, workers)
		for n := range workers {
			go func() { errs <- work(n) }()
		}
		for range workers {
			must(t, <-errs)
		}
	}
	t.Run("compare-and-set loses no update", func(t *testing.T) {
		a := store.NewID(store.KindAlert, 12)
		together(t, func(int) error {
			for done := 0; done < rounds; {
				got, err := s.Load(t.Context(), a)
				if err != nil {
					return err
				}
				n := 0
				if got[0].Exists() {
					if _, err := fmt.Sscan(string(got[0].Data), &n); err != nil {
						return err
					}
				}
				err = s.Commit(t.Context(), store.Tx{{ID: a, Expect: got[0].Version, Data: fmt.Append(nil, n+1)}})[0]
				if err == nil {
					done++
				} else if !errors.Is(err, store.ErrConflict) {
					return err
				}
			}
			return nil
		})
		wantRecord(t, s, store.Record{ID: a, Version: workers * rounds, Data: fmt.Append(nil, workers*rounds)})
	})
	t.Run("one of many takes a key", func(t *testing.T) {
		for round := range rounds {
			name, won := fmt.Sprint("key ", round), make(chan store.ID, workers)
			together(t, func(int) error {
				a := store.NewID(store.KindAlert, 12)
				err := s.Commit(t.Context(), store.Tx{{ID: a, Keys: []store.KeyChange{{Name: name, To: a}}}})[0]
				if err == nil {
					won <- a
				} else if !errors.Is(err, store.ErrConflict) {
					return err
				}
				return nil
			})
			if len(won) != 1 {
				t.Fatalf("%d took the key, want 1", len(won))
			}
			same(t, "holder", find(t, s, 12, name).ID, <-won)
		}
	})
	t.Run("numbers are given once", func(t *testing.T) {
		given := make(chan uint64, workers*rounds*2)
		together(t, func(n int) error {
			for range rounds {
				first, err := s.Reserve(t.Context(), "shared", 1+n%2)
				if err != nil {
					return err
				}
				for i := range 1 + n%2 {
					given <- first + uint64(i)
				}
			}
			return nil
		})
		close(given)
		seen := map[uint64]bool{}
		for n := range given {
			if seen[n] {
				t.Fatalf("%d was given twice", n)
			}
			seen[n] = true
		}
	})
	t.Run("all see the setting of the first", func(t *testing.T) {
		values := make(chan string, workers)
		together(t, func(n int) error {
			got, err := s.Setting(t.Context(), "raced", fmt.Append(nil, n))
			values <- string(got)
			return err
		})
		first := <-values
		for range workers - 1 {
			if got := <-values; got != first {
				t.Errorf("some saw %q, some %q", first, got)
			}
		}
	})
}
