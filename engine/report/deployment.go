package report

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
)

// change is a deployment that went out, and the books that it is written into when all incidents are known.
type change struct {
	name  string
	at    time.Time
	books []*book
}

// Deployment counts a deployment. A service tells the team, where the filter asks for one; a deployment has no priority.
func (f *Fold) Deployment(s *deployment.State, team string) {
	if s.Status != deployment.Succeeded || !s.Live() || s.FinishedAt.IsZero() {
		return
	}
	if !f.in.Period.Holds(s.FinishedAt) && !f.in.Period.Before.Holds(s.FinishedAt) {
		return
	}
	f.shipped = append(f.shipped, change{s.Name(), s.FinishedAt, f.books(team, []string{s.Service}, noPriority)})
}

// ship counts the deployments, when it is known which of them failed.
func (f *Fold) ship() {
	for _, c := range f.shipped {
		for _, b := range c.books {
			b.each(func(t *tally) {
				if !t.Holds(c.at) {
					return
				}
				t.deployments++
				if f.caused[c.name] {
					t.failedChanges++
				}
			})
		}
	}
	f.shipped = nil
}

// perDay is how many there are a day, of the part of the span that is over, with three decimals; a day has 24 hours.
func (t *tally) perDay(n int) Value {
	to := t.To
	if to.After(t.now) {
		to = t.now
	}
	length := to.Sub(t.From).Milliseconds()
	if length <= 0 {
		return Value{}
	}
	const day = 24 * 60 * 60 * 1000
	v := float64((2*1000*day*int64(n)+length)/(2*length)) / 1000
	return Value{Of: n, Value: &v}
}
