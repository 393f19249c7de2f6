package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/virtual"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// ErrEndless says that a rehearsal took more steps than it may.
var ErrEndless = errors.New("the rehearsal does not come to an end")

// Play rehearses a script and returns the whole story. The error says what is wrong with the script, wraps ErrEndless or
// the context's error; there is no story then.
func Play(ctx context.Context, w *engine.World, s Script) (*Story, error) {
	var entries []Entry
	story, err := Stream(ctx, w, s, func(e Entry) { entries = append(entries, e) })
	if err != nil {
		return nil, err
	}
	story.Entries = entries
	return story, nil
}

// Stream is Play for long scripts: entries are told as they happen, and are not in the story.
func Stream(ctx context.Context, w *engine.World, s Script, tell func(Entry)) (*Story, error) {
	m := &memory{kept: map[store.ID]kept{}, out: map[store.ID]uint64{}}
	return stream(ctx, w, s, tell, m)
}

// stream is Stream with a memory; without one, every record is decoded.
func stream(ctx context.Context, w *engine.World, s Script, tell func(Entry), m *memory) (*Story, error) {
	if err := s.check(w); err != nil {
		return nil, err
	}
	if s.Steps == 0 {
		s.Steps = DefaultSteps
	}
	s.Start = s.Start.UTC().Truncate(time.Millisecond)
	p := &play{
		ctx: ctx, script: &s, tell: tell, now: s.Start, end: s.Start.Add(s.Until),
		story:  &Story{Start: s.Start, Alerts: []*Alert{}, Incidents: []*Incident{}, Took: make([]uint64, len(s.Arrivals))},
		ids:    make([]store.ID, len(s.Arrivals)),
		alerts: map[store.ID]*Alert{}, incidents: map[store.ID]*Incident{},
		silent: map[string]bool{}, memory: m,
	}
	for _, name := range s.Silent {
		p.silent[name] = true
	}
	p.world = world(w, &s)
	p.stage()
	p.announce()
	p.plan()
	if err := p.run(); err != nil {
		return nil, err
	}
	p.story.End, p.story.Steps = p.now, p.steps
	return p.story, nil
}

// world is the world of a script: with its overrides, with the heartbeats that it names alone, and without what is only
// for operation.
func world(w *engine.World, s *Script) *engine.World {
	dir := *w.Dir.With(s.Overrides)
	dir.Retention = directory.Retention{Alerts: s.Forget}
	dir.Canary = directory.Canary{}
	dir.Heartbeats = map[string]directory.Heartbeat{}
	for _, p := range s.Pings {
		dir.Heartbeats[p.Heartbeat] = w.Dir.Heartbeats[p.Heartbeat]
	}
	staged := *w
	staged.Dir = &dir
	return &staged
}

// play is one rehearsal.
type play struct {
	ctx    context.Context
	script *Script
	tell   func(Entry)
	world  *engine.World
	now    time.Time
	end    time.Time
	steps  int

	store   *mem.Store
	engine  *engine.Engine
	memory  *memory // nil for none
	log     *complaints
	queue   virtual.Queue
	sends   []func()  // messages that were begun at this instant
	bundles time.Time // when delivery wants to be called; zero for not before it is nudged
	look    time.Time // when the wheel wants to be asked again

	story     *Story
	ids       []store.ID // of Script.Arrivals
	alerts    map[store.ID]*Alert
	incidents map[store.ID]*Incident
	silent    map[string]bool
	err       error // what a thing of the script came to
}

// many is a limit that no rehearsal reaches.
const many = 1 << 30

// stage makes the engine.
func (p *play) stage() {
	p.log = &complaints{}
	p.store = mem.New(func() time.Time { return p.now })
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

// run lets time pass from one thing to the next.
func (p *play) run() error {
	if _, err := p.engine.Keep(p.ctx, p.now); err != nil {
		return err
	}
	for {
		for p.happen() {
			if err := p.count(); err != nil {
				return err
			}
		}
		if err := p.work(); err != nil {
			return err
		}
		next, ok := p.next()
		if p.err != nil {
			return p.err
		}
		if !ok {
			p.story.Quiet = true
			return nil
		}
		if next.After(p.end) {
			p.now = p.end
			return nil
		}
		p.now = next
	}
}

// count counts a step, and says when there is a reason to stop.
func (p *play) count() error {
	p.steps++
	switch {
	case p.err != nil:
		return p.err
	case p.log.first != "":
		return fmt.Errorf("the engine reports, at %s: %s", p.at(), p.log.first)
	case p.ctx.Err() != nil:
		return fmt.Errorf("the rehearsal was stopped at %s: %w", p.at(), p.ctx.Err())
	case p.steps > p.script.Steps:
		return fmt.Errorf("%w: it has taken %d steps by %s, with %d alerts; rehearse a shorter time, or look for what pages again and again",
			ErrEndless, p.script.Steps, p.at(), len(p.story.Alerts))
	}
	return nil
}

// at is the present instant for people.
func (p *play) at() string { return "+" + p.now.Sub(p.script.Start).String() }

// happen does the next thing of the script that is due now, and sends what comes of it.
func (p *play) happen() bool {
	at, ok := p.queue.At()
	if !ok || at.After(p.now) {
		return false
	}
	_, do, _ := p.queue.Next()
	do()
	p.send()
	return true
}

// send gives providers the messages that were begun.
func (p *play) send() {
	for len(p.sends) > 0 {
		begun := p.sends
		p.sends = nil
		for _, f := range begun {
			p.steps++
			f()
		}
	}
}

// work lets the engine do what is due now, until nothing is.
func (p *play) work() error {
	for first := true; ; first = false {
		again := false
		if nudged(p.engine.Delivery.Nudged()) || !p.bundles.IsZero() && !p.bundles.After(p.now) {
			next, err := p.engine.Delivery.Step(p.ctx, p.now)
			if err != nil {
				return err
			}
			p.bundles, again = next, true
		}
		if nudged(p.engine.Wheel.Nudged()) || first || !p.look.After(p.now) {
			next, err := p.engine.Step(p.ctx, p.now)
			if err != nil {
				return err
			}
			p.look, again = next, true
		}
		if nudged(p.engine.KeepNudged()) {
			if _, err := p.engine.Keep(p.ctx, p.now); err != nil {
				return err
			}
		}
		p.send()
		if !again {
			return nil
		}
		if err := p.count(); err != nil {
			return err
		}
	}
}

func nudged(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// next is when something happens next. A record that the store has as overdue waits in the wheel, which knows when to
// look again; otherwise looking before the earliest wake-up would find nothing.
func (p *play) next() (at time.Time, ok bool) {
	sooner := func(t time.Time) {
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	if t, waiting := p.queue.At(); waiting {
		sooner(t)
	}
	if !p.bundles.IsZero() {
		sooner(p.bundles)
	}
	if wake := p.earliest(); !wake.IsZero() {
		if !wake.After(p.now) {
			wake = p.look
		}
		sooner(wake)
	}
	return at, ok
}

// always is later than any wake-up.
var always = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// earliest is the earliest wake-up of all records, zero when there is none.
func (p *play) earliest() (at time.Time) {
	for shard := range store.Shards {
		due, err := p.store.Due(p.ctx, shard, time.Time{}, always, 1)
		if err != nil {
			p.err = err // the context's
			return at
		}
		if len(due) > 0 && (at.IsZero() || due[0].At.Before(at)) {
			at = due[0].At
		}
	}
	return at
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

// away reports whether a person is away now.
func (p *play) away(user string) bool {
	return slices.ContainsFunc(p.script.Away, func(a schedules.Away) bool {
		return a.User == user && !a.From.After(p.now) && p.now.Before(a.Until)
	})
}
