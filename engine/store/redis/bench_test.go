package redis

import (
	"fmt"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/engine/store/storetest"
)

func Benchmark(b *testing.B) {
	for _, fsync := range []string{"everysec", "always"} {
		b.Run("appendfsync "+fsync, func(b *testing.B) {
			storetest.Benchmark(b, func(b *testing.B) store.Store {
				return open(b, Options{URL: redistest.Start(b, "appendfsync "+fsync).URL()})
			})
		})
	}
}

// What an open alert costs in Redis: 1,000 records with 1 KB, a key of 22 bytes, one list and a wake-up, for each shard.
func BenchmarkMemory(b *testing.B) {
	server := redistest.Start(b)
	s, c := open(b, Options{URL: server.URL()}), server.Client()
	const records = 16_000
	storetest.Fill(b, s, records)
	of, total := s.keys.shards[0], 0.0
	for name, key := range map[string]string{"record": of.records, "key": of.keys, "list": of.list("open"), "wake-up": of.wakes} {
		n, err := c.MemoryUsage(b.Context(), key, 0).Result()
		if err != nil {
			b.Fatal(err)
		}
		each := float64(n) / (records / store.Shards)
		total += each
		b.ReportMetric(each, fmt.Sprintf("B/%s", name))
	}
	b.ReportMetric(total, "B/alert")
}
