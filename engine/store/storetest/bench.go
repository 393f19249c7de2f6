package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Benchmark measures what an alert costs its store, in operations a second.
func Benchmark(b *testing.B, open func(b *testing.B) store.Store) {
	for _, callers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("commit of a new record of 1 KB by %d", callers), func(b *testing.B) {
			s, data := open(b), kilobyte(1)
			concurrently(b, callers, func(i int) error {
				return s.Commit(b.Context(), store.Tx{newAlert(i, data)})[0]
			})
		})
	}
	b.Run("commit of the next version of a record by 32", func(b *testing.B) {
		s, data := open(b), kilobyte(1)
		const each = 32
		alerts := make([]store.Change, each)
		for i := range alerts {
			alerts[i] = newAlert(i, data)
			commit(b, s, alerts[i])
		}
		var free sync.Map
		for i := range each {
			free.Store(i, true)
		}
		concurrently(b, each, func(int) error {
			for i := range each {
				if _, mine := free.LoadAndDelete(i); mine {
					c := &alerts[i]
					c.Expect, c.Keys, c.Wake = c.Expect+1, nil, c.Wake.Add(time.Second)
					err := s.Commit(b.Context(), store.Tx{*c})[0]
					free.Store(i, true)
					return err
				}
			}
			return nil
		})
	})
	b.Run("commit of 64 new records at once by 8", func(b *testing.B) {
		s, data := open(b), kilobyte(1)
		concurrently(b, 8, func(i int) error {
			txs := make([]store.Tx, 64)
			for j := range txs {
				txs[j] = store.Tx{newAlert(i*64+j, data)}
			}
			for _, err := range s.Commit(b.Context(), txs...) {
				if err != nil {
					return err
				}
			}
			return nil
		})
		b.ReportMetric(float64(b.N)*64/b.Elapsed().Seconds(), "records/s")
	})
	b.Run("find by key by 32", func(b *testing.B) {
		s, data := open(b), kilobyte(1)
		const records = 2000
		fill(b, s, records, data)
		concurrently(b, 32, func(i int) error {
			i %= records
			got, err := s.Find(b.Context(), store.Key{Shard: i % store.Shards, Name: keyName(i)})
			if err == nil && !got[0].Exists() {
				err = fmt.Errorf("%s is not there", keyName(i))
			}
			return err
		})
	})
	b.Run("due and drained, 500 at a time", func(b *testing.B) {
		s := open(b)
		fill(b, s, b.N, []byte("short"))
		b.ResetTimer()
		drain(b, s)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "wakeups/s")
	})
	b.Run("first page of 100 out of 20,000", func(b *testing.B) {
		s := open(b)
		fill(b, s, 20_000, kilobyte(1))
		b.ResetTimer()
		for b.Loop() {
			page, _, err := s.List(b.Context(), store.Query{Lists: []string{"open"}, Limit: 100})
			must(b, err)
			if len(page) != 100 {
				b.Fatalf("a page of %d", len(page))
			}
		}
	})
}

func keyName(i int) string { return fmt.Sprintf("dedup-%016x", i) }

// newAlert is a record with one key, one list and a wake-up.
func newAlert(i int, data []byte) store.Change {
	id := store.NewID(store.KindAlert, i%store.Shards)
	return store.Change{
		ID: id, Data: data, Wake: noon.Add(time.Duration(i%1000) * time.Millisecond),
		Join: []string{"open"}, Order: noon.UnixMilli() + int64(i),
		Keys: []store.KeyChange{{Name: keyName(i), To: id}},
	}
}

// Fill puts so many records of 1 KB into an empty store, each with one key, one list and a wake-up, evenly
// over the shards.
func Fill(b *testing.B, s store.Store, records int) { fill(b, s, records, kilobyte(1)) }

func fill(b *testing.B, s store.Store, records int, data []byte) {
	b.Helper()
	for i := 0; i < records; i += 500 {
		var txs []store.Tx
		for j := i; j < min(i+500, records); j++ {
			txs = append(txs, store.Tx{newAlert(j, data)})
		}
		for _, err := range s.Commit(b.Context(), txs...) {
			must(b, err)
		}
	}
}

// drain disarms everything that is due, as the wheel does.
func drain(b *testing.B, s store.Store) {
	b.Helper()
	for shard := range store.Shards {
		for {
			due, err := s.Due(b.Context(), shard, time.Time{}, noon.Add(time.Hour), 500)
			must(b, err)
			if len(due) == 0 {
				break
			}
			ids := make([]store.ID, len(due))
			for i, w := range due {
				ids[i] = w.ID
			}
			records, err := s.Load(b.Context(), ids...)
			must(b, err)
			var txs []store.Tx
			for _, r := range records {
				txs = append(txs, store.Tx{{ID: r.ID, Expect: r.Version, Data: r.Data}})
			}
			for _, err := range s.Commit(b.Context(), txs...) {
				must(b, err)
			}
		}
	}
}

// concurrently runs do b.N times from so many goroutines.
func concurrently(b *testing.B, callers int, do func(i int) error) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				if err := do(int(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}
