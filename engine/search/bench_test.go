package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// records are incidents of 60 lines of 10 words each, as frequent as words are in a language.
func records(n int) (docs []search.Doc) {
	random := rand.New(rand.NewPCG(1, 2))
	often := rand.NewZipf(random, 1.1, 8, 19_999)
	text := func(words int) string {
		out := make([]string, words)
		for i := range out {
			out[i] = fmt.Sprintf("w%x", often.Uint64())
		}
		return strings.Join(out, " ")
	}
	for i := range n {
		s := &incident.State{ID: store.NewID(store.KindIncident, incident.Shard), Number: uint64(i + 1), Title: text(8), OpenedAt: monday,
			Service: fmt.Sprintf("service-%d", i%40), Tags: []string{text(1), text(1)}, Labels: []string{"alertname=" + text(1), "region=" + text(1)}}
		for k := range 60 {
			s.Timeline = append(s.Timeline, incident.Entry{At: monday.Add(time.Duration(k) * time.Minute), Text: text(10)})
		}
		docs = append(docs, search.OfIncident(s, 1))
	}
	return docs
}

// filled is an index of records.
func filled(b *testing.B, docs []search.Doc) *search.Index {
	b.Helper()
	index, err := search.Open()
	if err != nil {
		b.Fatal(err)
	}
	for part := range slices.Chunk(docs, 100) {
		if err := index.Put(part...); err != nil {
			b.Fatal(err)
		}
	}
	return index
}

func BenchmarkSearchRebuild5000(b *testing.B) {
	docs := records(5000)
	for b.Loop() {
		index := filled(b, docs)
		size, err := index.Size()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(size)/float64(len(docs)), "B/record")
		if err := index.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearchOf5000(b *testing.B) {
	docs := records(5000)
	index := filled(b, docs)
	defer func() { _ = index.Close() }()
	q, err := search.Parse(`w10 w400 -w3000`)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("find", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := index.Find(b.Context(), search.Wish{Query: q, Limit: 20}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("similar", func(b *testing.B) {
		for b.Loop() {
			if _, err := index.Similar(b.Context(), docs[17], 3); err != nil {
				b.Fatal(err)
			}
		}
	})
}
