package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

// load is what pages cost one person.
type load struct {
	pages, nightPages int
	nights            map[time.Time]bool // by their beginnings
	hours             [7][24]int         // pages by the hour of the week, from Monday
}

// people knows where people live, and when it is night there.
type people struct {
	zones  map[string]*time.Location // of those who have one
	zone   *time.Location            // of the others
	nights map[string]fairness.NightCalendar
}

func newPeople(zones map[string]*time.Location, zone *time.Location, night schedules.RestrictionSpec, s Span) (*people, error) {
	p := &people{zones: zones, zone: zone, nights: map[string]fairness.NightCalendar{}}
	all := []*time.Location{zone}
	for _, z := range zones {
		all = append(all, z)
	}
	for _, z := range all {
		if _, known := p.nights[z.String()]; known {
			continue
		}
		nights, err := fairness.NightsIn(z, night, s.From, s.To)
		if err != nil {
			return nil, err
		}
		p.nights[z.String()] = nights
	}
	return p, nil
}

func (p *people) zoneOf(user string) *time.Location { return cmp.Or(p.zones[user], p.zone) }

// page counts a message to a person, if it was sent in the span.
func (t *tally) page(c call) {
	if !t.Holds(c.at) || c.about.Before(t.since) {
		return
	}
	zone := t.people.zoneOf(c.user)
	l := t.loads[c.user]
	if l == nil {
		l = &load{nights: map[time.Time]bool{}}
		t.loads[c.user] = l
	}
	at := c.at.In(zone)
	t.pages++
	l.pages++
	l.hours[weekday(at)][at.Hour()]++
	if began, dark := t.people.nights[zone.String()].At(at); dark {
		t.nightPages++
		l.nightPages++
		l.nights[began.UTC()] = true
	}
}

// weekday counts from Monday, which is 0.
func weekday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

func (t *tally) nights() (n int) {
	for _, l := range t.loads {
		n += len(l.nights)
	}
	return n
}

// Person is what pages cost one person in the period.
type Person struct {
	User   string `json:"user"`
	Pages  int    `json:"pages"`
	Night  int    `json:"night_pages"`
	Nights int    `json:"interrupted_nights"`
	Before Load   `json:"before" doc:"The same in the period before."`
}

// Load is how many pages somebody had.
type Load struct {
	Pages  int `json:"pages"`
	Night  int `json:"night_pages"`
	Nights int `json:"interrupted_nights"`
}

func (l *load) sum() Load {
	if l == nil {
		return Load{}
	}
	return Load{l.pages, l.nightPages, len(l.nights)}
}

// persons are those who had pages in one of both periods, those with the most interrupted nights first.
func persons(now, before *tally) []Person {
	list := []Person{}
	add := func(user string) {
		n := now.loads[user].sum()
		list = append(list, Person{user, n.Pages, n.Night, n.Nights, before.loads[user].sum()})
	}
	for user := range now.loads {
		add(user)
	}
	for user := range before.loads {
		if now.loads[user] == nil {
			add(user)
		}
	}
	slices.SortFunc(list, func(a, b Person) int {
		return cmp.Or(cmp.Compare(b.Nights, a.Nights), cmp.Compare(b.Pages, a.Pages), cmp.Compare(a.User, b.User))
	})
	return list
}
