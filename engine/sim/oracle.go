package sim

import (
	"sync"
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

// zones are where schedules and towns are.
var zones = []string{"America/New_York", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "UTC"}

var locations = sync.OnceValue(func() map[string]*time.Location {
	all := map[string]*time.Location{}
	for _, zone := range zones {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			panic(err) // the zones are a constant table
		}
		all[zone] = loc
	}
	return all
})

func zoneOf(zone string) *time.Location { return locations()[zone] }

func offsetAt(loc *time.Location, t time.Time) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
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
