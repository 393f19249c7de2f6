package replay

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Options say how a past is played.
type Options struct {
	// Recorded has people acknowledge when they did. Otherwise everybody does After their first page; After that is
	// negative is never. People close alerts as they did in either case.
	Recorded bool
	After    time.Duration
	Seed     uint64 // decides what is random: random: targets
	// Tell, unless nil, is told of everything as it happens.
	Tell func(rehearsal.Entry)
}

// Outcome is what a configuration made of a past.
type Outcome struct {
	Figures Figures
	People  map[string]*Load
	Notes   []string // what of the past the configuration does not know

	took   []uint64 // for each arrival, the number of its alert
	alerts map[uint64]*fate
}

// Play plays a past with a configuration. Two outcomes of one Past may be played at the same time, once Sort has been
// called.
func (p *Past) Play(ctx context.Context, w *engine.World, o Options) (*Outcome, error) {
	if err := p.sort(); err != nil {
		return nil, err
	}
	arrivals, _ := p.arrivals()
	script := rehearsal.Script{
		Start: p.start(), Until: p.end().Sub(p.start()) + Tail, Arrivals: arrivals, Acts: p.acts(o.Recorded),
		Seed: o.Seed, Steps: 1_000_000 + 1000*len(arrivals), Forget: forget(w), CloseIncidents: true,
	}
	if !o.Recorded && o.After >= 0 {
		script.Answers = map[string]time.Duration{rehearsal.Anybody: o.After}
	}
	out := &Outcome{People: map[string]*Load{}, alerts: map[uint64]*fate{}}
	p.duty(w, &script, out)
	tally, err := newTally(w, script.Start, script.Start.Add(script.Until), out)
	if err != nil {
		return nil, err
	}
	see := tally.see
	if o.Tell != nil {
		see = func(e rehearsal.Entry) {
			o.Tell(e)
			tally.see(e)
		}
	}
	story, err := rehearsal.Stream(ctx, w, script, see)
	if err != nil {
		return nil, err
	}
	tally.finish(story)
	return out, nil
}

// Sort puts what was added in order, and says why it cannot be played.
func (p *Past) Sort() error { return p.sort() }

// forget is how long a closed alert may still matter: to a re-fire, and to a throttle.
func forget(w *engine.World) time.Duration {
	longest := time.Duration(0)
	for _, s := range w.Dir.Sources {
		longest = max(longest, s.ReopenWithin)
	}
	return longest + 25*time.Hour
}

// duty puts the overrides, absences and maintenances into a script that its configuration knows.
func (p *Past) duty(w *engine.World, s *rehearsal.Script, out *Outcome) {
	end := s.Start.Add(s.Until)
	unknown := map[string]bool{}
	s.Overrides = map[string][]schedules.OverrideSpec{}
	for _, l := range p.overrides {
		o := l.Stead
		schedule := w.Dir.Schedules[o.Schedule]
		if !o.To.After(s.Start) || !o.From.Before(end) {
			continue
		}
		spec := schedules.OverrideSpec{
			ID: o.Name, User: o.User, Replace: o.Replace, Rotation: o.Rotation, By: l.By,
			From: o.From.UTC().Format(time.RFC3339), To: o.To.UTC().Format(time.RFC3339),
		}
		_, user := w.Dir.Users[o.User]
		if schedule == nil || !user && o.User != schedules.Nobody {
			unknown[fmt.Sprintf("override %s of %s for %s", o.Name, o.Schedule, o.User)] = true
			continue
		}
		if _, problems := schedule.With([]schedules.OverrideSpec{spec}); len(problems) > 0 {
			unknown[fmt.Sprintf("override %s of %s for %s", o.Name, o.Schedule, o.User)] = true
			continue
		}
		s.Overrides[o.Schedule] = append(s.Overrides[o.Schedule], spec)
	}
	for _, l := range p.away {
		a := l.Away
		if _, ok := w.Dir.Users[a.User]; !ok {
			unknown[fmt.Sprintf("absence %s of %s", a.Name, a.User)] = true
			continue
		}
		s.Away = append(s.Away, schedules.Away{ID: a.Name, User: a.User, From: a.From, Until: a.To})
	}
	for _, l := range p.upkeep {
		m, err := upkeep(l, w.Dir)
		if err != nil {
			unknown["maintenance "+l.Maintenance.Name] = true
			continue
		}
		s.Maintenance = append(s.Maintenance, m)
	}
	for _, what := range slices.Sorted(maps.Keys(unknown)) {
		out.Notes = append(out.Notes, what+" is left out: the configuration does not know whom or what it names")
	}
	for _, name := range slices.Sorted(maps.Keys(w.Dir.Imported)) {
		out.Notes = append(out.Notes, fmt.Sprintf("schedule %s has rotations of calendars, of which only those in files beside the configuration are known here", name))
	}
}
