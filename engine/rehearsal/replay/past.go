// Package replay asks what another configuration would have made of the past: it plays the same events, in virtual time,
// with two configurations, and compares whom they page. It works on the lines of package history and plays with package
// rehearsal, so it sends nothing, reads no clock, stores nothing and starts nothing. It opens no files.
//
// What it cannot know it says in Report.Notes. Two things hold always. People answer as they did (or as the options
// say), whichever configuration paged them and when. And providers work: what a page that failed made of the night is
// not part of a comparison of configurations.
package replay

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// Past is what happened, ready to be played. Add lines in any order, then Play as often as wanted.
type Past struct {
	lines     []history.Line
	overrides []history.Line
	away      []history.Line
	upkeep    []history.Line // maintenances
	sorted    bool
}

// Add adds a line.
func (p *Past) Add(l history.Line) {
	p.sorted = false
	switch l.Kind {
	case history.Override:
		p.overrides = append(p.overrides, l)
	case history.Away:
		p.away = append(p.away, l)
	case history.Maintenance:
		p.upkeep = append(p.upkeep, l)
	default:
		p.lines = append(p.lines, l)
	}
}

// ErrNothing says that there is nothing to play.
var ErrNothing = errors.New("there are no events in that time")

// Longest is how much time a Past may span; a rehearsal may be as long, and goes on for Tail.
const Longest = rehearsal.Longest - 2*Tail

// Tail is how long the play goes on after the last event, for what is open then.
const Tail = 24 * time.Hour

// sort puts everything in order, and says why it cannot be played.
func (p *Past) sort() error {
	if p.sorted {
		return nil
	}
	if !slices.ContainsFunc(p.lines, func(l history.Line) bool { return l.Kind == history.Event }) {
		return ErrNothing
	}
	// Of one instant, alerts come in the order of their numbers; what became of one is in order already.
	slices.SortStableFunc(p.lines, func(a, b history.Line) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Alert, b.Alert))
	})
	made := func(a, b history.Line) int { return a.At.Compare(b.At) }
	slices.SortStableFunc(p.overrides, made)
	slices.SortStableFunc(p.away, made)
	slices.SortStableFunc(p.upkeep, made)
	if span := p.end().Sub(p.start()); span > Longest {
		return fmt.Errorf("the events are of %d days; at most %d can be replayed at once", span/(24*time.Hour), Longest/(24*time.Hour))
	}
	p.sorted = true
	return nil
}

func (p *Past) start() time.Time { return p.lines[0].At.UTC().Truncate(time.Minute) }
func (p *Past) end() time.Time   { return p.lines[len(p.lines)-1].At.UTC() }

// arrivals are the events as a script has them, and the line that each was made of.
func (p *Past) arrivals() (list []rehearsal.Arrival, of []int) {
	start := p.start()
	for i, l := range p.lines {
		if l.Kind != history.Event {
			continue
		}
		list = append(list, rehearsal.Arrival{At: l.At.Sub(start), Integration: l.Integration, Event: *l.Event})
		of = append(of, i)
	}
	return list, of
}

// acts are what people did. What was done to an alert is done to whatever alerts have the events by then that it had.
func (p *Past) acts(recorded bool) (acts []rehearsal.Act) {
	type source struct {
		number uint64
		key    string
	}
	start := p.start()
	latest := map[source]int{}    // the firing arrival
	keys := map[uint64][]string{} // of an alert, in order
	arrival := 0
	for _, l := range p.lines {
		if l.Kind == history.Event {
			if s := (source{l.Alert, l.Event.DedupKey}); l.Event.Status == event.Firing {
				if _, known := latest[s]; !known {
					keys[l.Alert] = append(keys[l.Alert], s.key)
				}
				latest[s] = arrival
			}
			arrival++
			continue
		}
		do, ok := deeds[l.Kind]
		if !ok || !recorded && l.Kind != history.Close {
			continue
		}
		for _, key := range keys[l.Alert] {
			acts = append(acts, rehearsal.Act{
				At: l.At.Sub(start), On: latest[source{l.Alert, key}], Wanted: true, Action: alert.Action{Do: do, By: l.By},
			})
		}
	}
	return acts
}

var deeds = map[string]alert.Do{history.Ack: alert.Ack, history.Unack: alert.Unack, history.Close: alert.Close}
