package rehearsal

import (
	"context"
	"errors"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/virtual"
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
		burning: map[string]map[store.ID]bool{}, closed: map[string]bool{},
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

// play is one rehearsal.
type play struct {
	ctx    context.Context
	script *Script
	tell   func(Entry)
	world  *engine.World
	now    time.Time
	end    time.Time
	steps  int

	store   *shelf
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
	burning   map[string]map[store.ID]bool // the open alerts of incidents
	closed    map[string]bool              // incidents; see Script.CloseIncidents
	silent    map[string]bool
	err       error // what a thing of the script came to
}
