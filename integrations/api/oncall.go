package api

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// OnCall is who is on call together, by one rotation of a schedule or by an override.
type OnCall struct {
	Schedule string   `json:"schedule"`
	Users    []string `json:"users" doc:"Empty when nobody is on call."`
	Rotation string   `json:"rotation" doc:"Empty for an override of the whole schedule, and for nobody."`
	From     Time     `json:"from" doc:"Since when just they are; null when it has no beginning in the last two years."`
	Until    Time     `json:"until" doc:"Until when; null when it has no end in the next two years."`
	Override bool     `json:"override"`
	Next     []string `json:"next" doc:"Who is on call by the schedule from until on; empty for nobody, and when until is null."`
}

func getOnCall(c *call) (any, error) {
	at, err := c.query.time("at")
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		at = c.env.Now
	}
	names := sortedKeys(c.env.Dir.Schedules)
	if only := c.query.text("schedule"); only != "" {
		if !slices.Contains(names, only) {
			return nil, noSuch("schedule", only)
		}
		names = []string{only}
	}
	out := []OnCall{}
	for _, name := range names {
		out = append(out, onCall(c.env.Dir.Schedules[name], at)...)
	}
	return out, nil
}

// onCall gives at least one entry for every schedule.
func onCall(s *schedules.Schedule, at time.Time) (out []OnCall) {
	for _, shift := range s.At(at) {
		same := func(o OnCall) bool { return o.Rotation == shift.Rotation && o.Override == shift.Override }
		i := slices.IndexFunc(out, same)
		if i < 0 {
			out = append(out, OnCall{
				Schedule: s.Name(), Users: []string{shift.User}, Rotation: shift.Rotation, Override: shift.Override,
				From: utc(shift.From), Until: utc(shift.Until),
			})
			continue
		}
		o := &out[i]
		o.Users = append(o.Users, shift.User)
		if shift.From.After(o.From.Time) {
			o.From = utc(shift.From)
		}
		if o.Until.IsZero() || !shift.Until.IsZero() && shift.Until.Before(o.Until.Time) {
			o.Until = utc(shift.Until)
		}
	}
	if len(out) == 0 {
		out = []OnCall{{Schedule: s.Name(), Users: []string{}}}
		if h, ok := s.NextHandoff(at); ok {
			out[0].Until = utc(h.At)
		}
	}
	for i := range out {
		o := &out[i]
		o.Next = []string{}
		if !o.Until.IsZero() {
			o.Next = append(o.Next, s.OnCall(o.Until.Time)...)
		}
	}
	return out
}

// Schedule is a schedule and who takes part.
type Schedule struct {
	Name      string     `json:"name"`
	Timezone  string     `json:"timezone"`
	Rotations []Rotation `json:"rotations"`
	OnCall    []string   `json:"on_call" doc:"Who is on call now."`
}

// Rotation is people who take turns.
type Rotation struct {
	Name         string   `json:"name"`
	Participants []string `json:"participants" doc:"By name, not in the order of their turns."`
	Calendar     *Source  `json:"calendar,omitempty" doc:"Where its turns come from, if they are in a calendar that others keep."`
}

func listSchedules(c *call) (any, error) {
	names := sortedKeys(c.env.Dir.Schedules)
	return listOf(names, store.Cursor{}, c.schedule), nil
}

func (c *call) schedule(name string) Schedule {
	s, sources := c.env.Dir.Schedules[name], c.sourcesOf(name)
	out := Schedule{Name: name, Timezone: s.Location().String(), Rotations: []Rotation{}, OnCall: some(s.OnCall(c.env.Now))}
	for _, r := range s.Rotations() {
		out.Rotations = append(out.Rotations, Rotation{r, some(s.RotationParticipants(r)), sources[r]})
	}
	return out
}

// User is a person who can be paged.
type User struct {
	Name      string   `json:"name"`
	FullName  string   `json:"full_name"`
	Timezone  string   `json:"timezone"`
	Teams     []string `json:"teams"`
	Reachable bool     `json:"reachable" doc:"Whether any way to them works, as far as the configuration tells."`
	Email     string   `json:"email,omitempty" doc:"For responders and admins."`
	Phone     string   `json:"phone,omitempty" doc:"For responders and admins."`
	Slack     string   `json:"slack,omitempty" doc:"For responders and admins."`
}

func listUsers(c *call) (any, error) {
	dir := c.env.Dir
	return listOf(sortedKeys(dir.Users), store.Cursor{}, func(name string) User {
		u := dir.Users[name]
		out := User{Name: name, FullName: u.FullName, Teams: teamsOf(dir, name), Reachable: dir.Reachable(name)}
		if zone := u.Zone; zone != nil {
			out.Timezone = zone.String()
		} else if dir.Zone != nil {
			out.Timezone = dir.Zone.String()
		}
		if c.key.Role.includes(Responder) {
			out.Email, out.Phone, out.Slack = u.Email, u.Phone, u.Slack
		}
		return out
	}), nil
}

func teamsOf(dir *directory.Directory, user string) []string {
	teams := []string{}
	for _, name := range sortedKeys(dir.Teams) {
		if slices.ContainsFunc(dir.Teams[name].Members, func(m directory.Member) bool { return m.User == user }) {
			teams = append(teams, name)
		}
	}
	return teams
}

// noSuch is a name that the configuration does not have.
func noSuch(kind, name string) *problem {
	return &problem{http.StatusNotFound, "not_found", "there is no " + kind + " called " + clip(name), ""}
}

// sortedKeys are the names in a map.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
