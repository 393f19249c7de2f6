package statuspage

import (
	"math"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// harm is what an incident does to its services: it puts them in a state from when the harm began until it was stopped.
// The state is that of the incident's priority as it is now.
type harm struct {
	state    State
	from, to time.Time // to is zero while it goes on
}

// harmOf is the harm of an incident that the public knows. It ends when the incident is mitigated, resolved, or when the
// public was told that it is resolved, whatever comes first.
func harmOf(s *incident.State, in Incident, dir *directory.Directory) harm {
	h := harm{state: Operational, from: in.Began, to: s.Time(incident.Mitigation).At}
	if state := State(dir.StatusPage.States[s.Priority]); state != "" {
		h.state = state
	}
	if !in.Over.IsZero() && (h.to.IsZero() || in.Over.Before(h.to)) {
		h.to = in.Over
	}
	return h
}

// count works out the days of a service, and its uptime: the share of the time that is counted in which no incident had
// it in a partial or major outage. Incidents that overlap count once. What is degraded, or under maintenance, is up.
// Counted are the last Days days up to p.AsOf, from the day since on, where there is one.
func (s *Service) count(harms []harm, p Page, since time.Time) {
	year, month, today := p.AsOf.In(p.Zone).Date()
	midnight := func(ago int) time.Time { return midnightOf(year, month, today-ago, p.Zone) }
	var counted, down time.Duration
	for ago := Days - 1; ago >= 0; ago-- {
		d := Day{Date: midnight(ago)}
		from, to := d.Date, midnight(ago-1)
		if p.AsOf.Before(to) {
			to = p.AsOf
		}
		if y, m, day := since.Date(); since.IsZero() || !midnightOf(y, m, day, p.Zone).After(d.Date) {
			d.State, d.Down = within(harms, from, to)
			s.Counted++
			counted += to.Sub(from)
			down += d.Down
		}
		s.Days = append(s.Days, d)
	}
	if last := &s.Days[Days-1]; s.Counted > 0 {
		last.State = last.State.Worse(s.State) // what began after AsOf
	}
	s.Uptime = 100
	if counted > 0 {
		s.Uptime = math.Floor(float64(counted-down)/float64(counted)*10_000) / 100
	}
}

// midnightOf is when a day begins in a zone: where the clock skips midnight, as in Santiago each September, at the first
// time that it shows.
func midnightOf(year int, month time.Month, day int, zone *time.Location) time.Time {
	return schedules.Instant(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), zone)
}

// within is the worst state in a time, and how long of it an outage lasted.
func within(harms []harm, from, to time.Time) (worst State, down time.Duration) {
	worst = Operational
	var outages []harm
	for _, h := range harms {
		if h.from.Before(from) {
			h.from = from
		}
		if h.to.IsZero() || h.to.After(to) {
			h.to = to
		}
		if !h.from.Before(h.to) {
			continue
		}
		worst = worst.Worse(h.state)
		if h.state.Down() {
			outages = append(outages, h)
		}
	}
	slices.SortFunc(outages, func(a, b harm) int { return a.from.Compare(b.from) })
	for _, h := range outages {
		if h.from.Before(from) {
			h.from = from // the outage before has counted it
		}
		if h.to.After(h.from) {
			down += h.to.Sub(h.from)
			from = h.to
		}
	}
	return worst, down
}
