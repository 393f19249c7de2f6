package publicpage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/statuspage"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const (
	look = 5 * time.Second // how often it looks for what is new
	anew = 5 * time.Minute // how often it reads closed incidents again, which are still written about
)

// Settings are what the configuration in force says.
type Settings struct {
	Directory string // where files are written; empty for nowhere
	Serve     string // the path at which the page is served; empty for not at all
}

// Publisher keeps the page up to date: in memory, to be served, and in a directory. Its Step is called by one goroutine.
type Publisher struct {
	source   Source
	renderer *Renderer
	settings func() Settings
	log      *slog.Logger

	due     time.Time
	known   []*incident.State // those that are closed
	readAt  time.Time
	listed  map[store.ID]bool // those that were not closed at the last look
	where   string            // the files were written last,
	written Rendering         // and what is in them
	failing string

	served atomic.Pointer[served]
}

// served is what is served.
type served struct {
	Rendering
	tags map[string]string // the entity tag of each
}

// NewPublisher makes a Publisher. Nothing happens before Step.
func NewPublisher(source Source, r *Renderer, settings func() Settings, log *slog.Logger) *Publisher {
	return &Publisher{source: source, renderer: r, settings: settings, log: log}
}

// Step brings the page up to date when it is time, and says when to be called again. What fails is logged, and tried
// again; what was made before stays.
func (p *Publisher) Step(ctx context.Context, now time.Time) (next time.Time, err error) {
	if now.Before(p.due) {
		return p.due, nil
	}
	p.due = now.Add(look)
	set := p.settings()
	if set == (Settings{}) {
		p.served.Store(nil)
		return p.due, nil
	}
	ctx, cancel := context.WithTimeout(ctx, look)
	defer cancel()
	p.report(p.update(ctx, now, set))
	return p.due, nil
}

// report logs a failure once, and that it is over.
func (p *Publisher) report(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	switch {
	case text == p.failing:
	case text == "":
		p.log.Info("the status page is up to date again")
	default:
		p.log.Error("the status page is not up to date; it is tried again", "error", err)
	}
	p.failing = text
}

func (p *Publisher) update(ctx context.Context, now time.Time, set Settings) error {
	incidents, err := p.incidents(ctx, now)
	if err != nil {
		return err
	}
	out, err := p.renderer.Render(statuspage.Build(p.source.Directory(), incidents, now))
	if err != nil {
		return err
	}
	if was := p.served.Load(); was == nil || !same(was.Rendering, out) {
		p.served.Store(tagged(out))
	}
	if set.Directory == "" || set.Directory == p.where && same(p.written, out) {
		return nil // it says when its figures are of, so that it changes every few minutes at the latest
	}
	if err := Write(set.Directory, out); err != nil {
		return err
	}
	p.where, p.written = set.Directory, out
	return nil
}

// incidents reads those that are not closed at every look, and the closed ones when one was closed, or now and then.
func (p *Publisher) incidents(ctx context.Context, now time.Time) ([]*incident.State, error) {
	active, err := p.source.active(ctx)
	if err != nil {
		return nil, err
	}
	listed := map[store.ID]bool{}
	for _, in := range active {
		listed[in.ID] = true
	}
	stale := now.Sub(p.readAt) >= anew
	for id := range p.listed {
		stale = stale || !listed[id]
	}
	if stale {
		if p.known, err = p.source.closed(ctx, now); err != nil {
			return nil, err
		}
		p.readAt = now
	}
	p.listed = listed
	all := active
	for _, in := range p.known {
		if !listed[in.ID] { // it was opened again
			all = append(all, in)
		}
	}
	return all, nil
}

func same(a, b Rendering) bool {
	for _, name := range Names {
		if !bytes.Equal(a[name], b[name]) {
			return false
		}
	}
	return true
}

func tagged(r Rendering) *served {
	s := &served{r, map[string]string{}}
	for name, text := range r {
		sum := sha256.Sum256(text)
		s.tags[name] = `"` + hex.EncodeToString(sum[:16]) + `"`
	}
	return s
}
