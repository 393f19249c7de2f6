package replay

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

// fate is what became of an alert.
type fate struct {
	*rehearsal.Alert
	held, unreachable, fallback, exhausted, ruleError bool
	paged                                             []paged // by name
}

// paged is how often a person was paged about an alert.
type paged struct {
	user string
	n    int
}

// tally counts while a past is played.
type tally struct {
	out    *Outcome
	zones  map[string]*time.Location         // of users
	nights map[string]fairness.NightCalendar // of zones
	zone   *time.Location
}

func newTally(w *engine.World, from, until time.Time, out *Outcome) (*tally, error) {
	t := &tally{out: out, zones: map[string]*time.Location{}, nights: map[string]fairness.NightCalendar{}, zone: w.Dir.Zone}
	if t.zone == nil {
		t.zone = time.UTC
	}
	for name, u := range w.Dir.Users {
		zone := u.Zone
		if zone == nil {
			zone = t.zone
		}
		t.zones[name] = zone
		if _, known := t.nights[zone.String()]; !known {
			list, err := fairness.NightsIn(zone, w.Dir.Fairness.Night, from, until)
			if err != nil {
				return nil, err
			}
			t.nights[zone.String()] = list
		}
	}
	return t, nil
}

// see counts an entry of the story.
func (t *tally) see(e rehearsal.Entry) {
	switch e.Kind {
	case rehearsal.Paged:
		t.page(e)
	case "unreachable":
		t.out.Figures.EmptySteps++
		t.fate(e.Alert).unreachable = true
	case "held":
		t.fate(e.Alert).held = true
	case "fallback":
		t.fate(e.Alert).fallback = true
	case "exhausted":
		t.fate(e.Alert).exhausted = true
	case "rule_error":
		t.fate(e.Alert).ruleError = true
	}
}

func (t *tally) fate(number uint64) *fate {
	f := t.out.alerts[number]
	if f == nil {
		f = &fate{}
		t.out.alerts[number] = f
	}
	return f
}

// page counts a message that was sent.
func (t *tally) page(e rehearsal.Entry) {
	if !e.Page.Sent {
		return
	}
	if e.Page.User == "" {
		t.out.Figures.Channel++
		return
	}
	user := e.Page.User
	about := e.Page.Bundle
	if len(about) == 0 {
		about = []uint64{e.Alert}
	}
	for _, number := range about {
		f := t.fate(number)
		i, found := slices.BinarySearchFunc(f.paged, user, func(p paged, name string) int { return strings.Compare(p.user, name) })
		if !found {
			f.paged = slices.Insert(f.paged, i, paged{user: user})
		}
		f.paged[i].n++
	}
	l := t.out.People[user]
	if l == nil {
		l = &Load{}
		t.out.People[user] = l
	}
	zone := t.zones[user]
	if zone == nil {
		zone = t.zone
	}
	l.Pages++
	l.Hours[e.At.In(zone).Hour()]++
	if n, ok := t.nights[zone.String()].At(e.At); ok {
		l.NightPages++
		if !n.Equal(l.night) {
			l.Nights, l.night = l.Nights+1, n
		}
	}
}

// finish sums up.
func (t *tally) finish(story *rehearsal.Story) {
	f := &t.out.Figures
	var waits []time.Duration
	for _, a := range story.Alerts {
		is := t.fate(a.Number)
		is.Alert = a
		f.Alerts++
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&f.Unreached, is.unreached())
		count(&f.Fallback, is.fallback)
		count(&f.Exhausted, is.exhausted)
		count(&f.Unmatched, a.Rule == rules.Fallback)
		count(&f.Nobody, a.Policy == "")
		count(&f.Held, is.held)
		count(&f.RuleErrors, is.ruleError)
		if !a.PagedAt.IsZero() {
			waits = append(waits, a.PagedAt.Sub(a.CreatedAt))
		}
	}
	f.waits(waits)
	f.Incidents = len(story.Incidents)
	for _, l := range t.out.People {
		f.Pages += l.Pages
		f.NightPages += l.NightPages
		f.Nights += l.Nights
		f.MostPages, f.MostNights = max(f.MostPages, l.Pages), max(f.MostNights, l.Nights)
	}
	t.out.took = story.Took
}

// unreached reports whether an alert that should have reached somebody reached nobody.
func (f *fate) unreached() bool {
	return f.Pages == 0 && (f.unreachable || f.exhausted)
}
