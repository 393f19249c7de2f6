package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/runner"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
	"github.com/tocsin-oncall/tocsin/rules"
)

const (
	armed    = 1_000_000 // wake-ups that are far away
	dueEach  = 10_000    // wake-ups that are due in each second,
	dueFor   = 10        // for so many seconds
	headroom = 3 * time.Second
)

// lateness is how late wake-ups were handled.
type lateness struct {
	mu    sync.Mutex
	late  []time.Duration
	early int
	done  chan struct{}
}

func (l *lateness) Woken(late time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = append(l.late, late)
	if late < 0 {
		l.early++
	}
	if len(l.late) == dueEach*dueFor {
		close(l.done)
	}
}
func (*lateness) Delivered(string, string, time.Duration) {}
func (*lateness) Bundled(int)                             {}
func (*lateness) Unreachable(int)                         {}
func (*lateness) RuleErrors(string, int)                  {}
func (*lateness) Acked(string, time.Duration)             {}
func (*lateness) HandedOff(string)                        {}

// BenchmarkLateness arms a million wake-ups and has ten thousand due in each second: alerts that expire, each
// of which is loaded, closed and committed.
func BenchmarkLateness(b *testing.B) {
	for _, st := range stores {
		b.Run(st.name, func(b *testing.B) {
			for range b.N {
				url, _ := st.open(b)
				measureLateness(b, url)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func measureLateness(b *testing.B, url string) {
	log := slog.New(slog.DiscardHandler)
	s, err := open.Open(b.Context(), url, "bench", log)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	router, problems := rules.Compile(rules.Spec{})
	if router == nil {
		b.Fatal(problems)
	}
	arm(b, s, armed, func(int) time.Time { return s.Now().Add(24 * time.Hour) })
	first := s.Now().Add(headroom + 4*time.Second) // time for the next line
	arm(b, s, dueEach*dueFor, func(i int) time.Time { return first.Add(time.Duration(i) * time.Second / dueEach) })
	if late := s.Now().Sub(first); late > 0 {
		b.Fatalf("arming took too long by %v", late)
	}
	watch := &lateness{done: make(chan struct{})}
	var sends runner.Sends
	e := engine.New(engine.Options{
		Store: s, Replica: "bench", World: &engine.World{Dir: &directory.Directory{}, Router: router},
		Run: sends.Go, Pick: func(int) int { return 0 }, Watch: watch, Log: log,
	})
	ctx, cancel := context.WithTimeout(b.Context(), 2*time.Minute)
	defer cancel()
	r := runner.Runner{Engine: e, Store: s, Replica: "bench", Log: log, Repaired: func(int) {}}
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	select {
	case <-watch.done:
	case <-ctx.Done():
		b.Errorf("only %d of %d wake-ups were handled in two minutes", len(watch.late), dueEach*dueFor)
	}
	cancel()
	<-ended
	watch.mu.Lock()
	defer watch.mu.Unlock()
	b.ReportMetric(milliseconds(quantile(watch.late, 0.5)), "p50-ms")
	b.ReportMetric(milliseconds(quantile(watch.late, 0.99)), "p99-ms")
	b.ReportMetric(milliseconds(quantile(watch.late, 1)), "max-ms")
	b.ReportMetric(float64(watch.early), "early")
}

// arm commits alerts that expire at the given times.
func arm(b *testing.B, s store.Store, n int, at func(i int) time.Time) {
	b.Helper()
	const each = 500
	var wg sync.WaitGroup
	next := make(chan int)
	for range 8 {
		wg.Go(func() {
			for from := range next {
				var txs []store.Tx
				for i := from; i < min(n, from+each); i++ {
					txs = append(txs, store.Tx{expiring(i, s.Now(), at(i))})
				}
				for _, err := range s.Commit(b.Context(), txs...) {
					if err != nil {
						b.Error(err)
					}
				}
			}
		})
	}
	for from := 0; from < n; from += each {
		next <- from
	}
	close(next)
	wg.Wait()
}

func expiring(i int, now, at time.Time) store.Change {
	at = at.Truncate(time.Millisecond)
	id := store.NewID(store.KindAlert, i%store.Shards)
	a := alert.State{
		Format: alert.Format, ID: id, Number: uint64(i), Status: alert.Open, Integration: "bench", DedupKey: string(id),
		Title: fmt.Sprintf("Alert %d", i), Priority: "P3", Count: 1, CreatedAt: now, LastEventAt: now, ExpiresAt: at,
		Labels: map[string]string{"alertname": "HighErrorRate", "cluster": "west-1", "instance": fmt.Sprintf("host-%d", i)},
	}
	data, err := json.Marshal(a)
	if err != nil {
		data = nil
	}
	return store.Change{ID: id, Data: data, Wake: at, Join: a.Lists(), Order: now.UnixMilli()}
}
