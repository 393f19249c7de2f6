package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// By is what records are put into groups by.
type By string

// What a report can be split by.
const (
	ByNothing  By = ""
	ByTeam     By = "team"
	ByService  By = "service"
	ByPriority By = "priority"
)

// Filter chooses what is in a report: everything, where a list is empty. An incident is of each service that it impacts.
type Filter struct {
	Teams      []string `json:"teams"`
	Services   []string `json:"services"`
	Priorities []string `json:"priorities"`
}

// keeps reports whether a record of a team, of services and of a priority is in the report.
func (f Filter) keeps(team string, services []string, priority string) bool {
	one := func(of []string, has ...string) bool {
		return len(of) == 0 || slices.ContainsFunc(has, func(h string) bool { return slices.Contains(of, h) })
	}
	return one(f.Teams, team) && one(f.Services, services...) && one(f.Priorities, priority)
}

// Input is what to report, and what has to be known beside the records.
type Input struct {
	Period Period
	Filter Filter
	By     By
	Now    time.Time // nothing that is due later is judged

	Zones map[string]*time.Location // where people live
	Home  *time.Location            // where the others do; nil: in Zone
	Zone  *time.Location            // in which days begin; that of Period
	Night schedules.RestrictionSpec // zero: every day from 22:00 to 06:00
	Kept  Kept
}

// Kept is how long records are kept after they are closed; 0 is for ever.
type Kept struct{ Alerts, Incidents, Postmortems, Deployments time.Duration }

// Since is from when on alerts are to be given to a Fold; later ones may have pages in the period before.
func (in Input) Since() time.Time { return in.Period.Before.From.Add(-Lookback) }

// Fold makes a report of records, which it is given one at a time, in any order, each once.
type Fold struct {
	in      Input
	people  *people
	trend   []Span
	whole   *book
	groups  map[string]*book
	caused  map[string]bool // deployments that are the cause of an incident
	shipped []change
}

// New begins a report. It fails only for a Night that makes no sense.
func New(in Input) (*Fold, error) {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	p, err := newPeople(in.Zones, cmp.Or(in.Home, in.Zone), in.Night, Span{in.Period.Before.From, in.Period.To})
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	f := &Fold{in: in, people: p, groups: map[string]*book{}, caused: map[string]bool{}}
	f.trend = step(in.Period.Span).parts(in.Period.Span, in.Zone)
	f.whole = f.open(f.trend)
	return f, nil
}

// book counts for both periods, and for the points of a trend.
type book struct {
	now, before *tally
	trend       []*tally
	bundles     map[string]*call // messages about several alerts
}

func (f *Fold) open(trend []Span) *book {
	p := f.in.Period
	b := &book{
		now: newTally(p.Span, p.From, f.in.Now, f.people, true), before: newTally(p.Before, p.Before.From, f.in.Now, f.people, true),
		bundles: map[string]*call{},
	}
	for _, s := range trend {
		b.trend = append(b.trend, newTally(s, p.From, f.in.Now, f.people, false))
	}
	return b
}

// each lets every part of the book count something.
func (b *book) each(count func(*tally)) {
	count(b.now)
	count(b.before)
	for _, t := range b.trend {
		count(t)
	}
}

// noPriority is that of records that cannot have one.
const noPriority = "none"

// books are those that something is written into: the whole and its groups.
func (f *Fold) books(team string, services []string, priority string) []*book {
	if !f.in.Filter.keeps(team, services, priority) {
		return nil
	}
	list := []*book{f.whole}
	var names []string
	switch f.in.By {
	case ByTeam:
		names = []string{team}
	case ByService:
		if names = services; len(names) == 0 {
			names = []string{""}
		}
	case ByPriority:
		if priority != noPriority {
			names = []string{priority}
		}
	}
	for _, name := range names {
		if f.groups[name] == nil {
			f.groups[name] = f.open(nil)
		}
		list = append(list, f.groups[name])
	}
	return list
}

// Alert counts an alert.
func (f *Fold) Alert(s *alert.State) {
	books := f.books(s.Team, []string{s.Service}, s.Priority)
	if len(books) == 0 {
		return
	}
	c := courseOf(s)
	if c == nil {
		return
	}
	for _, b := range books {
		b.each(func(t *tally) { t.alert(c) })
		for _, p := range c.pages {
			b.bundle(p)
		}
	}
}

// bundle keeps a message about several alerts until all are known: it was sent when the first of its alerts knew it.
func (b *book) bundle(p call) {
	if p.bundle == "" {
		return
	}
	known := b.bundles[p.bundle]
	if known == nil {
		b.bundles[p.bundle] = &p
		return
	}
	if p.at.Before(known.at) {
		known.at = p.at
	}
	if p.about.After(known.about) {
		known.about = p.about
	}
}

// Incident counts an incident. Those that were opened after the period are to be given, too: a change may fail later.
func (f *Fold) Incident(s *incident.State) {
	if !s.Cause.IsZero() {
		f.caused[s.Cause.Deployment] = true
	}
	for _, b := range f.books(s.Team, s.Impacted(), s.Priority) {
		b.each(func(t *tally) { t.incident(s) })
	}
}

// Postmortem counts a postmortem and its actions.
func (f *Fold) Postmortem(s *postmortem.State) {
	for _, b := range f.books(s.Team, []string{s.Service}, s.Priority) {
		b.each(func(t *tally) { t.postmortem(s, f.in.Now) })
	}
}
