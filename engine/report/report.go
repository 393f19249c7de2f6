package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Report is what came out.
type Report struct {
	Period   Period     `json:"period"`
	Filter   Filter     `json:"filter"`
	By       By         `json:"by" doc:"What groups are made by: team, service or priority; empty for none."`
	Numbers  []Number   `json:"numbers"`
	Trend    []Point    `json:"trend" doc:"The period by days, weeks or months."`
	Steps    []Step     `json:"acknowledged_by_step" doc:"After which step alerts were acknowledged."`
	People   []Person   `json:"people" doc:"Who was paged, those with the most interrupted nights first."`
	Hours    [7][24]int `json:"hours" doc:"Pages by the hour of the week where the person lives, from Monday 00:00."`
	Frequent []Frequent `json:"most_frequent" doc:"The dedup keys with the most alerts."`
	Groups   []Group    `json:"groups"`
	Notes    []string   `json:"notes" doc:"What has to be known to read the numbers, such as what is deleted by now."`
}

// Number is one of Definitions, with the value of the period before.
type Number struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Unit     Unit      `json:"unit"`
	Better   Better    `json:"better" doc:"Whether lower or higher is good; empty for neither."`
	Now      Value     `json:"now"`
	Before   Value     `json:"before"`
	Outliers []Outlier `json:"outliers" doc:"What took far longer than the rest, above the upper quartile by one and a half times the distance of the quartiles; the longest 20."`
	Far      int       `json:"outliers_count" doc:"How many there are."`
}

// Point is a part of the trend.
type Point struct {
	Span
	Values map[string]Value `json:"values" doc:"By the name of the number."`
}

// Step says how many alerts were acknowledged after a step, of those that page somebody.
type Step struct {
	Step    string  `json:"step" doc:"1, 2, …; before: before any page was sent; again: in a repetition, or by the fallback policy; never."`
	Alerts  int     `json:"alerts"`
	Percent float64 `json:"percent"`
	Before  Value   `json:"before" doc:"The percentage in the period before."`
}

// Frequent is a dedup key that had many alerts.
type Frequent struct {
	Integration string `json:"integration"`
	DedupKey    string `json:"dedup_key"`
	Title       string `json:"title" doc:"Of the latest alert."`
	Latest      uint64 `json:"latest" doc:"The number of the latest alert."`
	Alerts      int    `json:"alerts"`
	Fired       int    `json:"fired" doc:"How often it began to fire, again as the same alert included."`
	Unseen      int    `json:"closed_unseen" doc:"How many of its alerts ended without anybody."`
	Flapping    bool   `json:"flapping"`
}

// Group is the same for a part of the records.
type Group struct {
	Name    string   `json:"name" doc:"Empty for those that have none."`
	Numbers []Number `json:"numbers"`
}

const (
	mostFrequent = 10
	mostGroups   = 200
)

// Report sums up. Nothing may be counted any more after it.
func (f *Fold) Report() *Report {
	f.ship()
	r := &Report{
		Period: f.in.Period, By: f.in.By, Numbers: f.whole.numbers(), Trend: f.points(), Steps: steps(f.whole.now, f.whole.before),
		People: persons(f.whole.now, f.whole.before), Frequent: f.whole.now.frequent(), Groups: []Group{}, Notes: f.notes(),
		Filter: Filter{some(f.in.Filter.Teams), some(f.in.Filter.Services), some(f.in.Filter.Priorities)},
	}
	for _, l := range f.whole.now.loads {
		for d := range l.hours {
			for h, n := range l.hours[d] {
				r.Hours[d][h] += n
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(f.groups), func(a, b string) int {
		size := func(name string) int { return f.groups[name].now.alerts }
		return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a, b))
	})
	if len(names) > mostGroups {
		r.Notes = append(r.Notes, fmt.Sprintf("Only the %d groups with the most alerts are listed, of %d.", mostGroups, len(names)))
		names = names[:mostGroups]
	}
	for _, name := range names {
		r.Groups = append(r.Groups, Group{name, f.groups[name].numbers()})
	}
	return r
}

// flush counts the messages about several alerts.
func (b *book) flush() {
	for _, p := range b.bundles {
		b.each(func(t *tally) { t.page(*p) })
	}
	b.bundles = nil
}

func (b *book) numbers() []Number {
	b.flush()
	var list []Number
	for _, d := range Definitions() {
		n := Number{Name: d.Name, Title: d.Title, Unit: d.Unit, Better: d.Better, Now: d.value(b.now), Before: d.value(b.before), Outliers: []Outlier{}}
		if d.took != nil {
			longest, far := d.took(b.now).outliers()
			n.Outliers, n.Far = some(longest), far
		}
		list = append(list, n)
	}
	return list
}

func (f *Fold) points() []Point {
	points := []Point{}
	for i, t := range f.whole.trend {
		p := Point{f.trend[i], map[string]Value{}}
		for _, d := range Definitions() {
			if !d.only {
				p.Values[d.Name] = d.value(t)
			}
		}
		points = append(points, p)
	}
	return points
}

// steps are in the order in which they come, without those that nothing was acknowledged after.
func steps(now, before *tally) []Step {
	rank := func(name string) int {
		switch name {
		case again:
			return 1 << 30
		case never:
			return 1<<30 + 1
		}
		n, _ := strconv.Atoi(name) // 0 before any page
		return n
	}
	all := map[string]bool{}
	for name := range now.steps {
		all[name] = true
	}
	for name := range before.steps {
		all[name] = true
	}
	list := []Step{}
	for _, name := range slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Compare(rank(a), rank(b)) }) {
		s := Step{Step: name, Alerts: now.steps[name], Before: share(before.steps[name], before.routed)}
		if v := share(s.Alerts, now.routed).Value; v != nil {
			s.Percent = *v
		}
		list = append(list, s)
	}
	return list
}

// frequent are the sources with the most alerts, of those with more than one.
func (t *tally) frequent() []Frequent {
	list := []Frequent{}
	for _, s := range t.sources {
		if s.alerts > 1 || len(s.began) > 1 {
			list = append(list, Frequent{s.integration, s.key, s.title, s.latest, s.alerts, len(s.began), s.unseen, s.flaps()})
		}
	}
	slices.SortFunc(list, func(a, b Frequent) int {
		return cmp.Or(cmp.Compare(b.Fired, a.Fired), cmp.Compare(b.Latest, a.Latest))
	})
	return list[:min(len(list), mostFrequent)]
}

// notes say what has to be known to read the numbers.
func (f *Fold) notes() []string {
	notes := []string{}
	const date = "2 January 2006"
	p := f.in.Period
	if p.To.After(f.in.Now) && p.From.Before(f.in.Now) {
		notes = append(notes, "The period is not over; the one before it is.")
	}
	gone := func(what string, kept time.Duration) {
		since := f.in.Now.Add(-kept)
		if kept <= 0 || !p.Before.From.Before(since) {
			return
		}
		which := "the period before is only partly covered"
		if p.From.Before(since) {
			which = "both periods are only partly covered"
		}
		notes = append(notes, fmt.Sprintf("%s are kept for %s after their end: of what ended before %s only what is not deleted yet counts, so %s.",
			what, inDays(kept), since.In(f.in.Zone).Format(date), which))
	}
	gone("Alerts", f.in.Kept.Alerts)
	gone("Incidents", f.in.Kept.Incidents)
	gone("Postmortems", f.in.Kept.Postmortems)
	gone("Deployments", f.in.Kept.Deployments)
	return notes
}

func inDays(d time.Duration) string {
	if days := d.Hours() / 24; days >= 1 {
		return strconv.FormatFloat(days, 'f', -1, 64) + " d"
	}
	return d.String()
}

func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
