package directory

import (
	"slices"
	"time"
)

// ZoneOf is the zone that a user lives in: their own, or else that of the configuration, or UTC.
func (d *Directory) ZoneOf(user string) *time.Location {
	switch u := d.Users[user]; {
	case u.Zone != nil:
		return u.Zone
	case d.Zone != nil:
		return d.Zone
	}
	return time.UTC
}

// Reach returns the ways of a user's plan for a priority that have an address, in the order of the plan.
func (d *Directory) Reach(user, priority string) []Method {
	return d.reachable(user, d.Plan(user, priority))
}

// Reachable says whether a user can be reached at all, for any priority.
func (d *Directory) Reachable(user string) bool {
	plans := d.DefaultNotify
	if u, ok := d.Users[user]; ok && u.Notify != nil {
		plans = *u.Notify
	}
	return len(d.reachable(user, plans.High)) > 0 || len(d.reachable(user, plans.Low)) > 0
}

func (d *Directory) reachable(user string, plan []Method) []Method {
	var ways []Method
	for _, m := range plan {
		if d.Address(user, m.Via) != "" {
			ways = append(ways, m)
		}
	}
	return ways
}

// Owner returns who answers for a team: its first admin, or else its first member, "" if there is none.
func (d *Directory) Owner(team string) string {
	members := slices.DeleteFunc(slices.Clone(d.Teams[team].Members), func(m Member) bool {
		_, ok := d.Users[m.User]
		return !ok
	})
	if i := slices.IndexFunc(members, func(m Member) bool { return m.Admin }); i >= 0 {
		return members[i].User
	}
	if len(members) > 0 {
		return members[0].User
	}
	return ""
}
