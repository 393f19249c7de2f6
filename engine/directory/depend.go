package directory

import (
	"slices"
	"time"
)

// Inhibit is how alerts of a service wait for those of the services that it depends on.
type Inhibit struct {
	For   time.Duration // at most so long, all in all
	Delay time.Duration // a new alert waits so long for the others to come
}

// Blocker is a service with an open alert that pages, for which alerts of the services that depend on it wait.
type Blocker struct {
	Service string
	High    bool   // it is of high urgency
	Number  uint64 // of the latest such alert; 0 where it is not known
}

// Depends works out which services those with Inhibit wait for, over all that they depend on. Call it once the services
// are there.
func (d *Directory) Depends() {
	d.Upstream, d.Depended = map[string][]string{}, nil
	for name, s := range d.Services {
		if s.Inhibit == nil {
			continue
		}
		seen := map[string]bool{name: true}
		var way []string // the nearest first
		next := []string{name}
		for len(next) > 0 {
			var further []string
			for _, at := range next {
				for _, on := range d.Services[at].DependsOn {
					if !seen[on] {
						seen[on] = true
						further = append(further, on)
					}
				}
			}
			way = append(way, further...)
			next = further
		}
		d.Upstream[name] = way
		for _, on := range way {
			if !slices.Contains(d.Depended, on) {
				d.Depended = append(d.Depended, on)
			}
		}
	}
	slices.Sort(d.Depended)
}

// Blocks reports whether alerts of other services may wait for one of this service.
func (d *Directory) Blocks(service string) bool {
	_, found := slices.BinarySearch(d.Depended, service)
	return found
}

// Blocked returns those for which an alert of a service and priority waits: of the services that it depends on, the
// nearest first, those with an alert of at least its urgency.
func (d *Directory) Blocked(service, priority string) (by []Blocker) {
	if len(d.Blockers) == 0 {
		return nil
	}
	high := d.High(priority)
	for _, on := range d.Upstream[service] {
		for _, b := range d.Blockers {
			if b.Service == on && (b.High || !high) {
				by = append(by, b)
				break
			}
		}
	}
	return by
}
