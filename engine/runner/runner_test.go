package runner_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/runner"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/rules"
)

// mailbox is a provider that takes its time.
type mailbox struct {
	takes time.Duration
	mu    sync.Mutex
	at    []time.Time
}

func (m *mailbox) Send(context.Context, deliver.Message) (deliver.Receipt, error) {
	time.Sleep(m.takes) // the bubble's time
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = append(m.at, time.Now())
	return deliver.Receipt{}, nil
}

type silent struct{}

func (silent) Delivered(string, string, time.Duration) {}
func (silent) Bundled(int)                             {}
func (silent) Woken(time.Duration)                     {}
func (silent) Unreachable(int)                         {}
func (silent) RuleErrors(string, int)                  {}
func (silent) Acked(string, time.Duration)             {}
func (silent) HandedOff(string)                        {}

// flaky is a store that can be away.
type flaky struct {
	*mem.Store
	mu   sync.Mutex
	away bool
}

func (f *flaky) set(away bool) { f.mu.Lock(); f.away = away; f.mu.Unlock() }

func (f *flaky) Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away {
		return nil, store.ErrUnavailable
	}
	return f.Store.Due(ctx, shard, from, to, limit)
}

// house is one running replica with a policy that mails amir at once and after ten minutes.
type house struct {
	store  *flaky
	engine *engine.Engine
	runner runner.Runner
	sends  runner.Sends
	mail   *mailbox
}

func newHouse(t *testing.T, takes time.Duration) *house {
	t.Helper()
	router, problems := rules.Compile(rules.Spec{Fallback: "p"})
	if router == nil {
		t.Fatal(problems)
	}
	amir := []policy.Target{{Kind: policy.User, Name: "amir"}}
	dir := &directory.Directory{
		Users:         map[string]directory.User{"amir": {Name: "amir", Email: "amir@example.com"}},
		DefaultNotify: directory.Plans{Low: []directory.Method{{Via: "email"}}},
		Policies:      map[string]policy.Policy{"p": {Name: "p", Steps: []policy.Step{{Notify: amir}, {After: 10 * time.Minute, Notify: amir}}}},
		Fallback:      "p", Vias: map[string]bool{"email": true}, Zone: time.UTC,
	}
	h := &house{store: &flaky{Store: mem.New(time.Now)}, mail: &mailbox{takes: takes}}
	log := slog.New(slog.DiscardHandler)
	h.engine = engine.New(engine.Options{
		Store: h.store, Replica: "r1", World: &engine.World{Dir: dir, Router: router},
		Run: h.sends.Go, Pick: func(int) int { return 0 }, Watch: silent{}, Log: log,
	})
	h.engine.Delivery.Configure(&deliver.Setup{Senders: map[string]deliver.Sender{"email": h.mail}})
	h.runner = runner.Runner{Engine: h.engine, Store: h.store, Replica: "r1", Log: log, Repaired: func(int) {}}
	return h
}

// run runs the replica while f does; then it stops.
func (h *house) run(t *testing.T, f func()) {
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { h.runner.Run(ctx); close(ended) }()
	f()
	stop()
	<-ended
}

func (h *house) fire(t *testing.T) {
	t.Helper()
	ev := event.Event{Status: event.Firing, DedupKey: "x", Title: "x", Priority: "P3"}
	if _, err := h.engine.Ingest(t.Context(), "prom", []event.Event{ev}); err != nil {
		t.Fatal(err)
	}
}

func TestStepsAreTakenWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 0)
		began := time.Now()
		h.run(t, func() {
			time.Sleep(5 * time.Second)
			h.fire(t)
			time.Sleep(11 * time.Minute)
		})
		if len(h.mail.at) != 2 || h.mail.at[0].Sub(began) != 5*time.Second || h.mail.at[1].Sub(began) != 10*time.Minute+5*time.Second {
			t.Errorf("mails at %v", h.mail.at)
		}
	})
}

func TestAReplicaIsListedWhileItRunsAndLeavesAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 0)
		alive := func() int {
			list, err := h.store.Alive(t.Context(), "observer", time.Nanosecond)
			if err != nil {
				t.Fatal(err)
			}
			return len(list) - 1
		}
		h.run(t, func() {
			time.Sleep(time.Minute)
			if alive() != 1 {
				t.Error("it is not listed after a minute")
			}
		})
		if alive() != 0 {
			t.Error("it is still listed though it left")
		}
	})
}

func TestADrainWaitsForTheSendsUnderWayAndTheirOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 4*time.Second)
		h.run(t, func() {
			h.fire(t)
			time.Sleep(time.Second)
		})
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.sends.Wait(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that the drain gives up with its context", err)
		}
		if err := h.sends.Wait(t.Context()); err != nil || len(h.mail.at) != 1 {
			t.Errorf("%d mails, error %v", len(h.mail.at), err)
		}
		a, err := h.engine.Alert(t.Context(), "1")
		if err != nil || a.Pages[0].Status != "sent" {
			t.Errorf("page %+v, error %v; want its outcome committed", a.Pages, err)
		}
	})
}

func TestAStoreThatComesBackFindsTheReplicaWaitingForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 0)
		began := time.Now()
		h.run(t, func() {
			h.fire(t)
			time.Sleep(9*time.Minute + 50*time.Second)
			h.store.set(true)
			time.Sleep(30 * time.Second)
			h.store.set(false)
			time.Sleep(time.Second)
		})
		if len(h.mail.at) != 2 || h.mail.at[1].Sub(began) > 10*time.Minute+21*time.Second {
			t.Errorf("mails at %v, want the second within a second of the store's return", h.mail.at)
		}
	})
}
