package bench

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/runner"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/rules"
)

// minute is the lateness of the wake-ups of one minute.
type minute struct {
	lateness
	mu   sync.Mutex
	late []time.Duration
}

func (m *minute) Woken(late time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.late = append(m.late, late)
}

// TestSoak has ten thousand wake-ups in each second for SOAK_MINUTES: every alert is closed when it expires and
// deleted a second later, while new ones are armed. `make soak` runs it, and it prints the lateness of each
// minute: what drifts shows in the later ones.
func TestSoak(t *testing.T) {
	minutes, err := strconv.Atoi(os.Getenv("SOAK_MINUTES"))
	if err != nil || minutes < 1 {
		t.Skip("a long run: make soak")
	}
	server := redistest.Start(t, "appendfsync everysec")
	log := slog.New(slog.DiscardHandler)
	s, err := open.Open(t.Context(), "redis://"+server.Addr, "soak", log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	router, problems := rules.Compile(rules.Spec{})
	if router == nil {
		t.Fatal(problems)
	}
	watch := &minute{}
	var sends runner.Sends
	dir := &directory.Directory{Retention: directory.Retention{Alerts: time.Second}}
	e := engine.New(engine.Options{
		Store: s, Replica: "soak", World: &engine.World{Dir: dir, Router: router},
		Run: sends.Go, Pick: func(int) int { return 0 }, Watch: watch, Log: log,
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := runner.Runner{Engine: e, Store: s, Replica: "soak", Log: log, Repaired: func(int) {}}
	var wg sync.WaitGroup
	wg.Go(func() { r.Run(ctx) })
	wg.Go(func() { feed(t, ctx, s) })
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for m := range minutes {
		<-ticker.C
		watch.mu.Lock()
		late := watch.late
		watch.late = nil
		watch.mu.Unlock()
		if len(late) == 0 {
			t.Fatalf("minute %d: nothing was woken", m+1)
		}
		fmt.Printf("minute %2d: %7d wake-ups, p50 %6.1f ms, p99 %6.1f ms, max %6.1f ms\n", m+1, len(late),
			milliseconds(quantile(late, 0.5)), milliseconds(quantile(late, 0.99)), milliseconds(quantile(late, 1)))
	}
	cancel()
	wg.Wait()
}

// feed arms half of the wake-ups of each second; the other half is the deletion of what was closed.
func feed(t *testing.T, ctx context.Context, s store.Store) {
	const each, parts = dueEach / 2, 20
	tick := time.NewTicker(time.Second / parts)
	defer tick.Stop()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := s.Now()
		var txs []store.Tx
		for i := range each / parts {
			at := now.Add(2*time.Second + time.Duration(i)*time.Second/each)
			txs = append(txs, store.Tx{expiring(n, now, at)})
			n++
		}
		for _, err := range s.Commit(ctx, txs...) {
			if err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	}
}
