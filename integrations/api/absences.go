package api

import (
	"cmp"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Absence is a time in which a user cannot be on call. It takes nobody off call by itself.
type Absence struct {
	ID           string          `json:"id" doc:"AWAY-7."`
	Status       override.Status `json:"status" jsonschema:"enum=active,enum=over,enum=cancelled" doc:"active: now, or still to begin."`
	User         string          `json:"user"`
	From         Time            `json:"from"`
	To           Time            `json:"to"`
	Reason       string          `json:"reason"`
	By           string          `json:"by" doc:"Who said so."`
	CreatedAt    Time            `json:"created_at"`
	CancelledAt  Time            `json:"cancelled_at"`
	CancelledBy  string          `json:"cancelled_by"`
	CancelledFor string          `json:"cancelled_for"`
	Asks         []Ask           `json:"asks" doc:"The shifts that others were asked to take when it was made."`
	Uncovered    []Uncovered     `json:"uncovered" doc:"The shifts, from now on, that somebody else has to take."`
}

// Uncovered is a shift, or a part of one, whose user is away.
type Uncovered struct {
	Schedule string   `json:"schedule"`
	Rotation string   `json:"rotation"`
	From     Time     `json:"from"`
	To       Time     `json:"to"`
	Cover    []string `json:"cover" doc:"Who could take it; first those who are least on call around it."`
}

// Ask is a shift that others were asked to take.
type Ask struct {
	N        int      `json:"n" doc:"From 1; the shift to be given with cover."`
	Schedule string   `json:"schedule"`
	Rotation string   `json:"rotation"`
	From     Time     `json:"from"`
	To       Time     `json:"to"`
	Asked    []string `json:"asked"`
	TakenBy  string   `json:"taken_by" doc:"Empty while nobody has."`
	TakenAt  Time     `json:"taken_at"`
	Override string   `json:"override" doc:"That carries it out, such as OVR-3."`
}

// Cover takes shifts of somebody who is away.
type Cover struct {
	Actor
	Shift int `json:"shift,omitempty" doc:"Which, by its n. Default: all that the user can take."`
}

// NewAbsence says that somebody is away.
type NewAbsence struct {
	Actor
	Who string `json:"who,omitempty" doc:"Who is away. Default: user."`
	Period
	Reason string `json:"reason,omitempty"`
}

func listAbsences(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.Engine.Absences(c.ctx, choices[override.Status](c.query, "status"), before, limit)
	if err != nil {
		return nil, err
	}
	away, err := c.Engine.Away(c.ctx)
	if err != nil {
		return nil, err
	}
	return listOf(list, next, func(s *override.Absence) Absence { return c.showAbsence(s, away) }), nil
}

func createAbsence(c *call) (any, error) {
	var body NewAbsence
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	w := override.Wish{User: cmp.Or(body.Who, body.User), By: by, Via: via}
	if w.User == "" {
		return nil, invalid("who", "missing: say who is away")
	}
	if w.From, w.To, err = body.times(c.env.Now, c.env.Dir.ZoneOf(w.User)); err != nil {
		return nil, err
	}
	if w.Reason, err = because(body.Reason, body.Actor); err != nil {
		return nil, err
	}
	s, err := c.Engine.AddAbsence(c.ctx, w)
	if err != nil {
		return nil, refusedHere(err)
	}
	return c.shownAbsence(s)
}

func cancelAbsence(c *call) (any, error) {
	by, reason, err := c.canceller()
	if err != nil {
		return nil, err
	}
	s, err := c.Engine.CancelAbsence(c.ctx, c.name("AWAY"), by, reason)
	if err != nil {
		return nil, err
	}
	return c.shownAbsence(s)
}

func coverAbsence(c *call) (any, error) {
	var body Cover
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if body.User == "" {
		return nil, invalid("user", "missing: say who takes the shift")
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	s, err := c.Engine.CoverAbsence(c.ctx, c.name("AWAY"), by, via, body.Shift)
	if err != nil {
		return nil, err
	}
	c.env = c.Engine.Env() // with the override
	return c.shownAbsence(s)
}

func (c *call) shownAbsence(s *override.Absence) (any, error) {
	away, err := c.Engine.Away(c.ctx)
	if err != nil {
		return nil, err
	}
	return c.showAbsence(s, away), nil
}

// showAbsence also says what wants cover; away is everybody's absences.
func (c *call) showAbsence(s *override.Absence, away []schedules.Away) Absence {
	v := Absence{
		ID: s.Name(), Status: s.Status, User: s.User, From: utc(s.From), To: utc(s.To), Reason: s.Reason, By: s.By,
		CreatedAt: utc(s.CreatedAt), CancelledAt: utc(s.CancelledAt), CancelledBy: s.CancelledBy, CancelledFor: s.CancelledFor,
		Asks: []Ask{}, Uncovered: []Uncovered{},
	}
	for _, a := range s.Asks {
		v.Asks = append(v.Asks, Ask{a.N, a.Schedule, a.Rotation, utc(a.From), utc(a.To), some(a.Asked), a.TakenBy, utc(a.TakenAt), a.Override})
	}
	from := latest(s.From, c.env.Now)
	if s.Status != override.Active || !from.Before(s.To) {
		return v
	}
	for _, name := range sortedKeys(c.env.Dir.Schedules) {
		plan := c.env.Dir.Schedules[name]
		for _, shift := range plan.Uncovered([]schedules.Away{s.Away()}, from, s.To) {
			v.Uncovered = append(v.Uncovered, Uncovered{
				Schedule: name, Rotation: shift.Rotation, From: utc(shift.From), To: utc(shift.Until), Cover: some(plan.Cover(shift, away)),
			})
		}
	}
	return v
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
