package metrics_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/integrations/metrics"
)

// slow is an engine whose store answers when it wants to.
type slow struct {
	looks  atomic.Int32
	answer func(ctx context.Context) error
}

func (s *slow) Health(ctx context.Context) ([]string, error) {
	s.looks.Add(1)
	return nil, s.answer(ctx)
}
func (s *slow) Counts(context.Context) (map[alert.Status]map[string]int, int, error) {
	return map[alert.Status]map[string]int{alert.Open: {"P1": 3}}, 0, nil
}
func (s *slow) HeldCounts(context.Context) (map[alert.HoldReason]int, error) { return nil, nil }
func (s *slow) IncidentCounts(context.Context) (engine.IncidentCounts, error) {
	return engine.IncidentCounts{}, nil
}
func (s *slow) PostmortemCounts(context.Context) (map[postmortem.Status]int, int, error) {
	return map[postmortem.Status]int{}, 0, nil
}
func (s *slow) Heartbeats(context.Context) ([]*heartbeat.State, error) { return nil, nil }
func (s *slow) Canary(context.Context) (*canary.State, error)          { return nil, nil }
func (s *slow) Directory() *directory.Directory                        { return &directory.Directory{} }
func (s *slow) Sources() []engine.Source                               { return nil }
func (s *slow) Now() time.Time                                         { return noon }

func at(e *slow) *prometheus.Registry {
	reg := prometheus.NewPedanticRegistry()
	metrics.Watch(reg, e, quiet)
	return reg
}

func TestAHangingStoreHangsNoScrape(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(gone chan struct{}) func(context.Context) error{
		"until its context ends": func(chan struct{}) func(context.Context) error {
			return func(ctx context.Context) error { <-ctx.Done(); return store.ErrUnavailable }
		},
		"whatever its context": func(gone chan struct{}) func(context.Context) error {
			return func(context.Context) error { <-gone; return nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gone := make(chan struct{})
				e := &slow{answer: answer(gone)}
				reg := at(e)
				began := time.Now()
				for range 3 {
					if text := scrape(t, reg); !strings.Contains(text, "tocsin_store_up 0") {
						t.Errorf("the store is told to be up:\n%s", text)
					}
				}
				if took := time.Since(began); took > 9*time.Second {
					t.Errorf("three scrapes took %s", took)
				}
				if n := e.looks.Load(); n > 2 {
					t.Errorf("%d looks at a store that hangs", n)
				}
				close(gone)
			})
		})
	}
}

func TestAStoreThatIsBackIsSeenWithinSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var err error = store.ErrUnavailable
		e := &slow{answer: func(context.Context) error { return err }}
		reg := at(e)
		if !strings.Contains(scrape(t, reg), "tocsin_store_up 0") {
			t.Error("the store is told to be up")
		}
		err = nil
		time.Sleep(6 * time.Second)
		if text := scrape(t, reg); !strings.Contains(text, "tocsin_store_up 1") || !strings.Contains(text, `tocsin_alerts{priority="P1",state="open"} 3`) {
			t.Errorf("after the store is back:\n%s", text)
		}
	})
}

func TestManyScrapesLookOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &slow{answer: func(context.Context) error { time.Sleep(time.Second); return nil }}
		reg := at(e)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { scrape(t, reg) })
		}
		all.Wait()
		time.Sleep(3 * time.Second)
		scrape(t, reg)
		if n := e.looks.Load(); n != 1 {
			t.Errorf("%d looks within five seconds", n)
		}
		time.Sleep(3 * time.Second)
		scrape(t, reg)
		if n := e.looks.Load(); n != 2 {
			t.Errorf("%d looks after them", n)
		}
	})
}
