package sim

import (
	"math/rand/v2"
	"strings"
	"time"
)

// probes is how many moments of each schedule are looked at in each configuration, beside those that steps fall on.
const probes = 24

// probe holds the engine's schedules against what was meant: at hand-offs, at the ends of overrides and at any
// time, a second before and after.
func (s *Sim) probe(rng *rand.Rand, t *town) {
	for _, r := range t.schedules {
		have := t.world.Dir.Schedules[r.name]
		for n := range probes {
			at := s.plan.start.Add(time.Duration(rng.IntN(40*86400)) * time.Second)
			switch {
			case n%3 == 0 && len(r.overrides) > 0:
				o := r.overrides[rng.IntN(len(r.overrides))]
				at = instant([]time.Time{o.from, o.to}[n%2], r.zone)
			case n%3 == 1:
				at = instant(r.starts.AddDate(0, 0, rng.IntN(40)), r.zone)
			}
			for _, off := range []time.Duration{-time.Second, 0, time.Second} {
				got, want := strings.Join(have.OnCall(at.Add(off)), " "), r.onCall(at.Add(off), nil)
				if got != want {
					s.broke("on-call", 0, "at %s (%s) schedule %s says %q, want %q; %+v", clock(at.Add(off)), r.zone, r.name, got, want, r)
					return
				}
				next, before := strings.Join(have.Next(at.Add(off)), " "), strings.Join(have.Previous(at.Add(off)), " ")
				if n, b := r.neighbour(at.Add(off), 1, nil), r.neighbour(at.Add(off), -1, nil); n != next || b != before {
					s.broke("on-call", 0, "at %s (%s) schedule %s has %q next and had %q before, want %q and %q; %+v", clock(at.Add(off)), r.zone, r.name, next, before, n, b, r)
					return
				}
			}
		}
	}
}
