package sim

import (
	"slices"
	"strings"
	"time"
)

// instant is when clocks in a zone show a wall-clock time (given as if in UTC): where they show it twice, the
// first time, and where they skip it, as they went before (RFC 5545, 3.3.5).
func instant(wall time.Time, zone string) time.Time {
	loc := zoneOf(zone)
	before, after := offsetAt(loc, wall.Add(-24*time.Hour)), offsetAt(loc, wall.Add(24*time.Hour))
	early, late := wall.Add(-before), wall.Add(-after)
	if offsetAt(loc, early) == before || offsetAt(loc, late) != after {
		return early
	}
	return late
}

func zoneOf(zone string) *time.Location {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err) // the zones are a constant table
	}
	return loc
}

func offsetAt(loc *time.Location, t time.Time) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// onCall is who is on call at an instant: whoever stands in, else whose turn it is; "" for nobody.
func (r rota) onCall(at time.Time) string {
	for _, o := range slices.Backward(r.overrides) {
		if !at.Before(instant(o.from, r.zone)) && at.Before(instant(o.to, r.zone)) {
			if o.user == "nobody" {
				return ""
			}
			return o.user
		}
	}
	turn := func(k int) time.Time { return instant(r.starts.AddDate(0, 0, k*r.days), r.zone) }
	k := int(at.Sub(r.starts).Hours()/24)/r.days - 2
	k = max(k, -1)
	for !turn(k + 1).After(at) {
		k++
	}
	if k < 0 {
		return ""
	}
	return r.people[k%len(r.people)]
}

func (t *town) schedule(name string) rota {
	for _, s := range t.schedules {
		if s.name == name {
			return s
		}
	}
	return rota{}
}

// named are the people whom targets name at an instant, sorted, and the places.
func (t *town) named(targets []string, at time.Time) (people, places []string) {
	for _, target := range targets {
		kind, name, _ := strings.Cut(target, ":")
		switch kind {
		case "user":
			people = append(people, name)
		case "channel":
			places = append(places, name)
		case "schedule":
			if who := t.schedule(name).onCall(at); who != "" {
				people = append(people, who)
			}
		case "rotation":
			people = append(people, t.schedule(name).people...)
		default:
			for _, m := range t.teams {
				if m.name == name && kind == "admins" {
					people = append(people, m.members[0])
				} else if m.name == name {
					people = append(people, m.members...)
				}
			}
		}
	}
	slices.Sort(people)
	slices.Sort(places)
	return slices.Compact(people), slices.Compact(places)
}

// waysTo are the ways in which somebody wants to be reached for a priority, and can be.
func (t *town) waysTo(name, priority string) (vias []string) {
	for _, u := range t.users {
		if u.name != name {
			continue
		}
		plan := u.low
		if priority == "P1" || priority == "P2" {
			plan = u.high
		}
		for _, w := range plan {
			if !u.phoneless || w.via != "sms" && w.via != "voice" {
				vias = append(vias, w.via)
			}
		}
	}
	return vias
}

func (t *town) policy(name string) (ladder, bool) {
	for _, p := range t.policies {
		if p.name == name {
			return p, true
		}
	}
	return ladder{}, false
}
