package directory

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Resolution is whom some targets mean at an instant.
type Resolution struct {
	Users    []string // in the order of the targets, each once; all of them are in the directory
	Channels []string // likewise
	Missing  []string // the targets that gave nobody, and why, for people
}

// Resolve finds whom targets mean at now. A target that gives nobody, or names what a newer configuration does not have,
// is missing, never an error. For random: targets, pick returns a number from 0 to n-1; n is at least 1.
func (d *Directory) Resolve(targets []policy.Target, now time.Time, pick func(n int) int) Resolution {
	r := resolver{dir: d, now: now, pick: pick}
	for _, t := range targets {
		if t.Kind == policy.Channel {
			r.channel(t)
			continue
		}
		users, why := r.users(t)
		if why == "" && !r.add(users) {
			why = "the people it means are not in the configuration any more"
		}
		if why != "" {
			r.miss(t, why)
		}
	}
	return r.found
}

type resolver struct {
	dir   *Directory
	now   time.Time
	pick  func(n int) int
	found Resolution
}

func (r *resolver) miss(t policy.Target, why string) {
	r.found.Missing = append(r.found.Missing, fmt.Sprintf("%s gives nobody: %s", t, why))
}

// add takes those users who are in the directory, and says whether there was any.
func (r *resolver) add(users []string) bool {
	any := false
	for _, u := range users {
		if _, ok := r.dir.Users[u]; !ok {
			continue
		}
		any = true
		if !slices.Contains(r.found.Users, u) {
			r.found.Users = append(r.found.Users, u)
		}
	}
	return any
}

func (r *resolver) channel(t policy.Target) {
	if _, ok := r.dir.Channels[t.Name]; !ok {
		r.miss(t, "there is no such channel")
		return
	}
	if !slices.Contains(r.found.Channels, t.Name) {
		r.found.Channels = append(r.found.Channels, t.Name)
	}
}

// users returns whom a target means, or why nobody.
func (r *resolver) users(t policy.Target) (users []string, why string) {
	switch t.Kind {
	case policy.User:
		if _, ok := r.dir.Users[t.Name]; !ok {
			return nil, "there is no such user"
		}
		return []string{t.Name}, ""
	case policy.Team, policy.Random, policy.Admins:
		return r.team(t)
	case policy.Schedule, policy.Next, policy.Previous, policy.Rotation:
		return r.schedule(t)
	}
	return nil, "it is not a kind of target"
}

func (r *resolver) team(t policy.Target) (users []string, why string) {
	team, ok := r.dir.Teams[t.Name]
	if !ok {
		return nil, "there is no such team"
	}
	for _, m := range team.Members {
		if _, ok := r.dir.Users[m.User]; ok && (t.Kind != policy.Admins || m.Admin) {
			users = append(users, m.User)
		}
	}
	switch {
	case len(users) == 0 && t.Kind == policy.Admins:
		return nil, "the team has no admins"
	case len(users) == 0:
		return nil, "the team has no members"
	case t.Kind == policy.Random:
		i := r.pick(len(users))
		return users[i : i+1], ""
	}
	return users, ""
}

func (r *resolver) schedule(t policy.Target) (users []string, why string) {
	s, ok := r.dir.Schedules[t.Name]
	if !ok || s == nil {
		return nil, "there is no such schedule"
	}
	switch t.Kind {
	case policy.Schedule:
		users, why = s.OnCall(r.now), "nobody is on call"
	case policy.Next:
		users, why = s.Next(r.now), "nobody comes next"
	case policy.Previous:
		users, why = s.Previous(r.now), "nobody came before"
	case policy.Rotation:
		users, why = members(s, r.now), "nobody is in its rotations"
	}
	if len(users) > 0 {
		why = ""
	}
	return users, why
}

// members returns everybody in the rotations of a schedule at an instant, rotation by rotation, without those who have left
// or not yet joined; overrides are not among them.
func members(s *schedules.Schedule, at time.Time) []string {
	var users []string
	for _, name := range s.Rotations() {
		users = append(users, s.RotationMembers(name, at)...)
	}
	return users
}

// Everyone returns all users whom targets can ever mean, in no particular order, each once, and whether they include a
// channel.
func (d *Directory) Everyone(targets []policy.Target) (users []string, channel bool) {
	for _, t := range targets {
		switch t.Kind {
		case policy.User:
			users = append(users, t.Name)
		case policy.Team, policy.Random, policy.Admins:
			for _, m := range d.Teams[t.Name].Members {
				if t.Kind != policy.Admins || m.Admin {
					users = append(users, m.User)
				}
			}
		case policy.Schedule, policy.Next, policy.Previous, policy.Rotation:
			if s := d.Schedules[t.Name]; s != nil {
				users = append(users, s.Participants()...)
			}
		case policy.Channel:
			_, ok := d.Channels[t.Name]
			channel = channel || ok
		}
	}
	slices.Sort(users)
	return slices.Compact(users), channel
}
