package fairness

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Count adds up what each user had, sorted by user. It fails only for a Night or a Weekend that makes no sense.
func Count(in Input) ([]Person, error) {
	c := &counter{in: in, zones: map[string]calendar{}, users: map[string]calendar{}}
	people := map[string]*Person{}
	person := func(user string) *Person {
		if people[user] == nil {
			people[user] = &Person{User: user}
		}
		return people[user]
	}
	for _, user := range in.Users {
		person(user)
	}
	for user, times := range onCall(in) {
		own, err := c.calendar(user)
		if err != nil {
			return nil, err
		}
		p := person(user)
		p.Shifts = len(times)
		for _, t := range times {
			p.OnCall += t.to.Sub(t.from)
			p.Night += common(t, own.nights)
			p.Weekend += common(t, own.weekends)
			p.Holiday += common(t, own.holidays)
		}
	}
	for _, page := range in.Pages {
		if page.At.Before(in.From) || !page.At.Before(in.To) {
			continue
		}
		own, err := c.calendar(page.User)
		if err != nil {
			return nil, err
		}
		p := person(page.User)
		p.Pages++
		if common(span{page.At, page.At.Add(1)}, own.nights) > 0 {
			p.NightPages++
		}
	}
	out := make([]Person, 0, len(people))
	for _, p := range people {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Person) int { return cmp.Compare(a.User, b.User) })
	return out, nil
}

// span is a time; spans in a list are ascending and apart.
type span struct{ from, to time.Time }

// onCall returns when each user is on call in any of the schedules.
func onCall(in Input) map[string][]span {
	all := map[string][]span{}
	for _, s := range in.Schedules {
		for _, shift := range s.Shifts(in.From, in.To) {
			all[shift.User] = append(all[shift.User], span{shift.From, shift.Until})
		}
	}
	for user, times := range all {
		all[user] = union(times)
	}
	return all
}

func union(times []span) []span {
	slices.SortFunc(times, func(a, b span) int { return a.from.Compare(b.from) })
	var out []span
	for _, t := range times {
		if n := len(out); n > 0 && !t.from.After(out[n-1].to) {
			if t.to.After(out[n-1].to) {
				out[n-1].to = t.to
			}
			continue
		}
		out = append(out, t)
	}
	return out
}

// common is how much of t is in spans.
func common(t span, spans []span) (total time.Duration) {
	first := sort.Search(len(spans), func(i int) bool { return spans[i].to.After(t.from) })
	for _, s := range spans[first:] {
		if !s.from.Before(t.to) {
			break
		}
		from, to := t.from, t.to
		if s.from.After(from) {
			from = s.from
		}
		if s.to.Before(to) {
			to = s.to
		}
		total += to.Sub(from)
	}
	return total
}

// calendar is the hard times of one user.
type calendar struct{ nights, weekends, holidays []span }

type counter struct {
	in    Input
	zones map[string]calendar // nights and weekends
	users map[string]calendar
}

func (c *counter) calendar(user string) (calendar, error) {
	if own, known := c.users[user]; known {
		return own, nil
	}
	zone := c.in.Zones[user]
	if zone == nil && len(c.in.Schedules) > 0 {
		zone = c.in.Schedules[0].Location()
	}
	if zone == nil {
		zone = time.UTC
	}
	own, err := c.zone(zone)
	if err != nil {
		return own, err
	}
	for _, d := range c.in.Holidays[user] {
		year, month, day := d.Date()
		midnight := func(day int) time.Time {
			return schedules.Instant(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), zone)
		}
		if off := (span{midnight(day), midnight(day + 1)}); off.to.After(c.in.From) && off.from.Before(c.in.To) {
			own.holidays = append(own.holidays, off)
		}
	}
	own.holidays = union(own.holidays)
	c.users[user] = own
	return own, nil
}

// zone returns the nights and weekends of a zone.
func (c *counter) zone(zone *time.Location) (calendar, error) {
	if own, known := c.zones[zone.String()]; known {
		return own, nil
	}
	weekend := c.in.Weekend
	if weekend.From == "" && weekend.To == "" && len(weekend.Days) == 0 {
		weekend.Days = []string{"sat", "sun"}
	}
	var own calendar
	var err error
	if own.nights, err = hours("night", orNight(c.in.Night), zone, c.in.From, c.in.To); err != nil {
		return own, err
	}
	if own.weekends, err = hours("weekend", weekend, zone, c.in.From, c.in.To); err != nil {
		return own, err
	}
	c.zones[zone.String()] = own
	return own, nil
}
