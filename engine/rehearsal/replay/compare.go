package replay

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// Report is what two configurations make of the same past.
type Report struct {
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"` // when the last event came
	Events      int       `json:"events"`
	Approximate int       `json:"approximate"` // events of which the time is not known exactly
	Old         Figures   `json:"old"`
	New         Figures   `json:"new"`
	// Changed are alerts that are routed otherwise; Repaged are those that are routed the same, and page others, more,
	// less or later.
	Changed  int       `json:"changed"`
	Repaged  int       `json:"repaged"`
	Patterns []Pattern `json:"patterns"` // the worst first
	Changes  []Change  `json:"changes"`  // the worst first
	People   []Person  `json:"people"`   // whose pages differ most first
	Notes    []string  `json:"notes,omitempty"`
}

// Unchanged says in a sentence that no alert of the past goes or pages otherwise; empty where some do. The figures may
// differ all the same, by alerts that Tocsin itself opens.
func (r *Report) Unchanged() string {
	switch {
	case len(r.Changes) > 0:
		return ""
	case r.Old != r.New:
		return "No alert is routed otherwise; the figures differ by alerts that Tocsin itself opens, such as those of aggregates."
	}
	return "No alert is routed otherwise, and nobody is paged otherwise."
}

// Change is an alert of which something else becomes.
type Change struct {
	At          time.Time `json:"at"`
	Alert       uint64    `json:"alert"` // its number in what was recorded
	Integration string    `json:"integration"`
	Title       string    `json:"title"`
	What        []string  `json:"what"` // what differs: see the constants
	Old         Fate      `json:"old"`
	New         Fate      `json:"new"`
}

// What can differ. Those up to Grouping are of the route.
const (
	Priority  = "priority"
	Team      = "team"
	Policy    = "policy"
	Incident  = "incident"
	Holding   = "held"
	Grouping  = "grouping" // other events are one alert with it
	Reach     = "reach"    // whether anybody is reached
	WhoPaged  = "paged"    // who is paged, or how often
	FirstPage = "first_page"
)

// route says which of them are of the route.
var route = map[string]bool{Priority: true, Team: true, Policy: true, Incident: true, Holding: true, Grouping: true}

// Routed reports whether it is routed otherwise.
func (c Change) Routed() bool {
	return slices.ContainsFunc(c.What, func(w string) bool { return route[w] })
}

// Fate is what becomes of an alert.
type Fate struct {
	Priority  string         `json:"priority"`
	Team      string         `json:"team,omitempty"`
	Policy    string         `json:"policy,omitempty"` // empty: nobody is paged
	Rule      string         `json:"rule"`             // what decided
	Incident  bool           `json:"incident,omitempty"`
	Held      bool           `json:"held,omitempty"`
	Fallback  bool           `json:"fallback,omitempty"`
	Exhausted bool           `json:"exhausted,omitempty"`
	Unreached bool           `json:"unreached,omitempty"`
	Paged     map[string]int `json:"paged,omitempty"` // pages by person
	// FirstPage is how many seconds after its beginning the first page was sent to a person; -1 for never.
	FirstPage float64 `json:"first_page"`
}

func (f *fate) show() Fate {
	s := Fate{
		Priority: f.Priority, Team: f.Team, Policy: f.Policy, Rule: f.Rule, Incident: f.Incident != "", Held: f.held,
		Fallback: f.fallback, Exhausted: f.exhausted, Unreached: f.unreached(), FirstPage: -1,
	}
	if !f.PagedAt.IsZero() {
		s.FirstPage = f.PagedAt.Sub(f.CreatedAt).Seconds()
	}
	for _, p := range f.paged {
		if s.Paged == nil {
			s.Paged = map[string]int{}
		}
		s.Paged[p.user] = p.n
	}
	return s
}

// differ names what differs between two fates.
func differ(a, b *fate) (what []string) {
	add := func(name string, differs bool) {
		if differs {
			what = append(what, name)
		}
	}
	add(Priority, a.Priority != b.Priority)
	add(Team, a.Team != b.Team)
	add(Policy, a.Policy != b.Policy)
	add(Incident, (a.Incident != "") != (b.Incident != ""))
	add(Holding, a.held != b.held)
	add(Reach, a.unreached() != b.unreached() || a.fallback != b.fallback || a.exhausted != b.exhausted)
	add(WhoPaged, !slices.Equal(a.paged, b.paged))
	wait := func(f *fate) time.Duration {
		if f.PagedAt.IsZero() {
			return -1
		}
		return f.PagedAt.Sub(f.CreatedAt)
	}
	add(FirstPage, wait(a) != wait(b))
	return what
}

// pair is an alert of the old configuration and the one that the new makes of the same event.
type pair struct{ old, new uint64 }

// Compare compares what two configurations made of a past.
func (p *Past) Compare(before, after *Outcome) *Report {
	r := &Report{
		From: p.lines[0].At.UTC(), Until: p.end(), Old: before.Figures, New: after.Figures,
		Patterns: []Pattern{}, Changes: []Change{}, People: people(before, after), Notes: notes(before, after),
	}
	arrivals, of := p.arrivals()
	first := map[pair]int{} // the arrival that made it
	var pairs []pair
	olds, news := map[uint64]int{}, map[uint64]int{} // how many others an alert shares its events with
	for i, a := range arrivals {
		r.Events++
		if p.lines[of[i]].Approximate {
			r.Approximate++
		}
		k := pair{before.took[i], after.took[i]}
		if a.Event.Status != event.Firing {
			continue
		}
		if _, known := first[k]; !known {
			first[k] = i
			pairs = append(pairs, k)
			olds[k.old]++
			news[k.new]++
		}
	}
	for _, k := range pairs {
		a, b := before.alerts[k.old], after.alerts[k.new]
		what := differ(a, b)
		if olds[k.old] > 1 || news[k.new] > 1 {
			what = append(what, Grouping)
		}
		if len(what) == 0 {
			continue
		}
		l := p.lines[of[first[k]]]
		c := Change{At: l.At, Alert: l.Alert, Integration: l.Integration, Title: l.Event.Title, What: what, Old: a.show(), New: b.show()}
		if c.Routed() {
			r.Changed++
		} else {
			r.Repaged++
		}
		r.Changes = append(r.Changes, c)
	}
	slices.SortStableFunc(r.Changes, func(a, b Change) int { return cmp.Compare(b.harm(), a.harm()) })
	r.Patterns = patterns(r.Changes)
	return r
}

// harm orders changes: what reaches nobody any more, what pages nobody any more, what is less urgent, what pages later,
// what pages more, and the rest.
func (c Change) harm() int {
	pages := func(f Fate) (n int) {
		for _, k := range f.Paged {
			n += k
		}
		return n
	}
	switch {
	case c.New.Unreached && !c.Old.Unreached:
		return 6
	case c.New.Fallback && !c.Old.Fallback || c.New.Exhausted && !c.Old.Exhausted:
		return 5
	case pages(c.New) == 0 && pages(c.Old) > 0:
		return 4
	case c.New.Priority > c.Old.Priority || c.Old.FirstPage >= 0 && c.New.FirstPage > c.Old.FirstPage:
		return 3
	case pages(c.New) > pages(c.Old):
		return 2
	case c.Routed():
		return 1
	}
	return 0
}

// Person is what one person has of both.
type Person struct {
	Name string `json:"name"`
	Old  Load   `json:"old"`
	New  Load   `json:"new"`
}

func people(before, after *Outcome) []Person {
	list := []Person{}
	names := maps.Clone(before.People)
	maps.Copy(names, after.People)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		one := Person{Name: name}
		if l := before.People[name]; l != nil {
			one.Old = *l
		}
		if l := after.People[name]; l != nil {
			one.New = *l
		}
		list = append(list, one)
	}
	away := func(n int) int { return max(n, -n) }
	slices.SortStableFunc(list, func(a, b Person) int {
		return cmp.Or(cmp.Compare(away(b.New.Pages-b.Old.Pages), away(a.New.Pages-a.Old.Pages)), cmp.Compare(b.New.Pages, a.New.Pages))
	})
	return list
}

// notes are what has to be said of both, or of one.
func notes(before, after *Outcome) (list []string) {
	for _, n := range before.Notes {
		if slices.Contains(after.Notes, n) {
			list = append(list, n)
		} else {
			list = append(list, "old configuration: "+n)
		}
	}
	for _, n := range after.Notes {
		if !slices.Contains(before.Notes, n) {
			list = append(list, "new configuration: "+n)
		}
	}
	return list
}
