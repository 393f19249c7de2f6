package rehearsal

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/virtual"
)

// world is the world of a script: with its overrides and maintenances, with the heartbeats that it names alone, and without what is only
// for operation.
func world(w *engine.World, s *Script) *engine.World {
	dir := *w.Dir.With(s.Overrides)
	dir.Maintenance = slices.Concat(dir.Maintenance, s.Maintenance)
	dir.Retention = directory.Retention{Alerts: s.Forget}
	dir.Canary, dir.Handoffs = directory.Canary{}, nil
	if s.CloseIncidents {
		dir.Retention.Incidents, dir.Postmortem = s.Forget, directory.Postmortem{}
	}
	dir.Heartbeats = map[string]directory.Heartbeat{}
	for _, p := range s.Pings {
		dir.Heartbeats[p.Heartbeat] = w.Dir.Heartbeats[p.Heartbeat]
	}
	staged := *w
	staged.Dir = &dir
	return &staged
}

// many is a limit that no rehearsal reaches.
const many = 1 << 30

// stage makes the engine.
func (p *play) stage() {
	p.log = &complaints{}
	p.store = &shelf{Store: mem.New(func() time.Time { return p.now })}
	dice := rand.New(rand.NewPCG(p.script.Seed, 0))
	o := engine.Options{
		Store: p.store, Replica: "rehearsal", World: p.world, Pick: dice.IntN,
		Run:   func(f func()) { p.sends = append(p.sends, f) },
		Watch: virtual.Silent{}, Log: slog.New(p.log), Committed: p.committed,
	}
	if p.memory != nil {
		o.Decode = p.memory.decode
	}
	p.engine = engine.New(o)
	setup := &deliver.Setup{Senders: map[string]deliver.Sender{}, Limits: map[string]deliver.Limit{}}
	for via := range ways(p.world.Dir) {
		setup.Senders[via] = provider{p, via}
		setup.Limits[via] = deliver.Limit{Concurrency: many}
	}
	p.engine.Delivery.Configure(setup)
}

// plan puts the script into the queue.
func (p *play) plan() {
	add := func(after time.Duration, do func()) {
		p.queue.Add(p.script.Start.Add(after).Truncate(time.Millisecond), do)
	}
	for _, o := range p.script.Outages {
		add(o.From, func() { p.note(Entry{Kind: ProviderDown, Text: o.Via + " is down"}) })
		if o.Until <= p.script.Until {
			add(o.Until, func() { p.note(Entry{Kind: ProviderUp, Text: o.Via + " works again"}) })
		}
	}
	for _, ping := range p.script.Pings {
		add(ping.At, func() { p.ping(ping) })
	}
	for i, n := 0, 0; i < len(p.script.Arrivals); i = n {
		first := p.script.Arrivals[i]
		for n = i + 1; n < len(p.script.Arrivals); n++ {
			if a := p.script.Arrivals[n]; a.At != first.At || a.Integration != first.Integration {
				break
			}
		}
		add(first.At, func() { p.arrive(i, n) })
	}
	for _, a := range p.script.Acts {
		add(a.At, func() { p.act(a) })
	}
}

// complaints keeps the first error that the engine logs: one that would be an operator's to mend.
type complaints struct{ first string }

// Enabled implements slog.Handler.
func (*complaints) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle implements slog.Handler.
func (c *complaints) Handle(_ context.Context, r slog.Record) error {
	if c.first == "" {
		c.first = r.Message
		r.Attrs(func(a slog.Attr) bool {
			c.first += " " + a.String()
			return true
		})
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (c *complaints) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup implements slog.Handler.
func (c *complaints) WithGroup(string) slog.Handler { return c }
