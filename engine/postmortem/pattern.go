package postmortem

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Case is a postmortem and what is known of its incident.
type Case struct {
	State    *State
	At       time.Time     // when the incident was opened
	Impact   time.Duration // for how long it did harm; 0 when the incident is deleted
	Services []string      // what it impacted
	Deployed string        // the service whose deployment was marked as its cause; empty for none
}

// Aspect is what postmortems are put together by.
type Aspect string

// The aspects of postmortems.
const (
	ByCause      Aspect = "cause"      // the categories of their root causes: where the whys end, or above; and marked deployments
	ByDependency Aspect = "dependency" // what they say of how dependencies performed
	ByTag        Aspect = "tag"
	ByService    Aspect = "service"
)

// Aspects are all of them, in the order in which they are shown.
var Aspects = [...]Aspect{ByCause, ByDependency, ByTag, ByService}

// Pattern is what several postmortems, or one, have in common.
type Pattern struct {
	By        Aspect
	Value     string
	Incidents int
	Impact    time.Duration // of all of them together
	Open      int           // actions that are not done
	Before    int           // incidents of the period before
	Names     []string      // of the postmortems: PM-3, the latest first

	seen map[string]bool // the incidents that are counted: a wide one has several postmortems
}

// Repeated reports whether a cause came back.
func (p Pattern) Repeated() bool { return p.Incidents > 1 && (p.By == ByCause || p.By == ByDependency) }

// Patterns puts cases of a period together by what they have in common, and counts those of the period before, which is
// as long. Waived postmortems do not count. Those with the most incidents come first, then those with the longest
// impact. whole has all cases of the period.
func Patterns(cases []Case, from, to time.Time) (list []Pattern, whole Pattern) {
	before := from.Add(from.Sub(to))
	cases = slices.Clone(cases)
	slices.SortFunc(cases, func(a, b Case) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.State.Number, a.State.Number)) })
	by := map[Aspect]map[string]*Pattern{}
	for _, c := range cases {
		if c.State.Status == Waived || c.At.Before(before) || !c.At.Before(to) {
			continue
		}
		earlier := c.At.Before(from)
		whole.count(c, earlier)
		for _, aspect := range Aspects {
			for _, value := range c.values(aspect) {
				if by[aspect] == nil {
					by[aspect] = map[string]*Pattern{}
				}
				if by[aspect][value] == nil {
					by[aspect][value] = &Pattern{By: aspect, Value: value}
				}
				by[aspect][value].count(c, earlier)
			}
		}
	}
	for _, aspect := range Aspects {
		var of []Pattern
		for _, p := range by[aspect] {
			of = append(of, *p)
		}
		slices.SortFunc(of, func(a, b Pattern) int {
			return cmp.Or(b.Incidents-a.Incidents, cmp.Compare(b.Impact, a.Impact), b.Before-a.Before, strings.Compare(a.Value, b.Value))
		})
		list = append(list, of...)
	}
	return list, whole
}

func (p *Pattern) count(c Case, earlier bool) {
	again := p.seen[c.State.Incident]
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[c.State.Incident] = true
	switch {
	case earlier && !again:
		p.Before++
	case !earlier && !again:
		p.Incidents++
		p.Impact += c.Impact
	}
	if earlier {
		return
	}
	p.Names = append(p.Names, c.State.Name())
	for i := range c.State.Actions {
		if !c.State.Actions[i].Done {
			p.Open++
		}
	}
}

// values are those of a case by an aspect, each once.
func (c Case) values(by Aspect) (values []string) {
	switch by {
	case ByCause:
		for _, k := range c.State.Causes {
			if k.Category != "" {
				values = append(values, k.Category)
			}
		}
		if c.Deployed != "" {
			values = append(values, "deployment of "+c.Deployed)
		}
	case ByDependency:
		values = judged(c.State.Sections[Performed])
	case ByTag:
		values = slices.Clone(c.State.Tags)
	case ByService:
		values = slices.Clone(c.Services)
		if len(values) == 0 && c.State.Service != "" {
			values = []string{c.State.Service}
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// judged are the dependencies of which a section says something: it begins with a line "- NAME:" for each.
func judged(section string) (names []string) {
	for line := range strings.Lines(section) {
		name, said, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- "), ":")
		if ok && strings.HasPrefix(strings.TrimSpace(line), "- ") && strings.TrimSpace(said) != "" && !strings.ContainsAny(name, " \t") {
			names = append(names, name)
		}
	}
	return names
}
