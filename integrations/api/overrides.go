package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/override"
)

// Override puts somebody on call instead of others, for a while.
type Override struct {
	ID           string          `json:"id" doc:"OVR-7."`
	Status       override.Status `json:"status" jsonschema:"enum=active,enum=over,enum=cancelled" doc:"active: in force, or still to begin."`
	Schedule     string          `json:"schedule"`
	Rotation     string          `json:"rotation" doc:"Empty for all."`
	User         string          `json:"user" doc:"Who is on call; nobody for no substitute."`
	Replace      string          `json:"replace" doc:"Instead of whom; empty for everybody."`
	From         Time            `json:"from"`
	To           Time            `json:"to" doc:"Its end; of one that was cancelled after it had begun, when that was."`
	Reason       string          `json:"reason"`
	By           string          `json:"by" doc:"Who made it."`
	Swap         string          `json:"swap" doc:"The swap that it carries out, such as SWAP-3; empty for none."`
	CreatedAt    Time            `json:"created_at"`
	CancelledAt  Time            `json:"cancelled_at"`
	CancelledBy  string          `json:"cancelled_by"`
	CancelledFor string          `json:"cancelled_for"`
}

// NewOverride asks for an override.
type NewOverride struct {
	Actor
	Schedule string `json:"schedule"`
	Rotation string `json:"rotation,omitempty" doc:"Only in this one. Default: in all."`
	Who      string `json:"who" doc:"Who is on call: a user, or nobody for no substitute."`
	Replace  string `json:"replace,omitempty" doc:"Only this user is replaced, and only while on call. Default: everybody."`
	Period
	Reason string `json:"reason" doc:"Why; note will do, too."`
}

// Period is a time from now on.
type Period struct {
	From string `json:"from,omitempty" doc:"RFC 3339, or without an offset: wall clock of the schedule's zone, or the person's for an absence. Default: now."`
	To   string `json:"to,omitempty" doc:"Until then, written likewise; at most 90 days."`
	For  string `json:"for,omitempty" doc:"Instead of to: how long, such as 1h or 2d."`
}

// times reads a period. No beginning is a zero time.
func (p Period) times(now time.Time, zone *time.Location) (from, to time.Time, err error) {
	if p.From != "" {
		if from, err = wallTime("from", p.From, zone); err != nil {
			return from, to, err
		}
	}
	switch {
	case p.To != "" && p.For != "":
		return from, to, invalid("for", "give to or for, not both")
	case p.To != "":
		to, err = wallTime("to", p.To, zone)
		return from, to, err
	case p.For == "":
		return from, to, invalid("to", "missing: say until when, or for how long with for")
	}
	d, err := parseDuration(p.For)
	if err != nil || d <= 0 || d > maxDuration {
		return from, to, invalid("for", "%q is not a duration such as 30m, 1h30m or 2d", clip(p.For))
	}
	begin := from
	if begin.IsZero() {
		begin = now
	}
	return from, begin.Add(d), nil
}

// zoneOf is the zone of a schedule's wall clock; UTC where there is no such schedule, which is refused later.
func (c *call) zoneOf(schedule string) *time.Location {
	if s := c.env.Dir.Schedules[schedule]; s != nil {
		return s.Location()
	}
	return time.UTC
}

// because is the reason that is given with an action: reason or, without one, the note.
func because(reason string, a Actor) (string, error) {
	if reason != "" && a.Note != "" {
		return "", invalid("reason", "give reason or note, not both")
	}
	return reason + a.Note, nil
}

// refusedHere is what is refused before there is anything to conflict with.
func refusedHere(err error) error {
	var refused *override.Refused
	if errors.As(err, &refused) {
		return &problem{http.StatusBadRequest, "invalid", refused.Reason, ""}
	}
	return err
}

var overrideFilter = append([]param{
	{name: "status", list: true, of: []string{"active", "over", "cancelled"}, doc: "Only these; all by default."},
}, paging...)

func listOverrides(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.Engine.Overrides(c.ctx, choices[override.Status](c.query, "status"), before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(list, next, showOverride), nil
}

func createOverride(c *call) (any, error) {
	var body NewOverride
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	w := override.Wish{Schedule: body.Schedule, Rotation: body.Rotation, User: body.Who, Replace: body.Replace, By: by, Via: via}
	if w.From, w.To, err = body.times(c.env.Now, c.zoneOf(body.Schedule)); err != nil {
		return nil, err
	}
	if w.Reason, err = because(body.Reason, body.Actor); err != nil {
		return nil, err
	}
	s, err := c.Engine.AddOverride(c.ctx, w)
	if err != nil {
		return nil, refusedHere(err)
	}
	return showOverride(s), nil
}

// cancelParams say who takes something back, and why: a DELETE has no body.
var cancelParams = []param{
	{name: "user", doc: "The user for whom this is done; by default it is done by the key."},
	{name: "reason", doc: "Why."},
}

// canceller is who takes something back, and why.
func (c *call) canceller() (by, reason string, err error) {
	by, err = c.by(Actor{User: c.query.text("user")})
	return by, c.query.text("reason"), err
}

func cancelOverride(c *call) (any, error) {
	by, reason, err := c.canceller()
	if err != nil {
		return nil, err
	}
	s, err := c.Engine.CancelOverride(c.ctx, c.name("OVR"), by, reason)
	if err != nil {
		return nil, err
	}
	return showOverride(s), nil
}

func showOverride(s *override.State) Override {
	return Override{
		ID: s.Name(), Status: s.Status, Schedule: s.Schedule, Rotation: s.Rotation, User: s.User, Replace: s.Replace,
		From: utc(s.From), To: utc(s.To), Reason: s.Reason, By: s.By, Swap: s.Swap, CreatedAt: utc(s.CreatedAt),
		CancelledAt: utc(s.CancelledAt), CancelledBy: s.CancelledBy, CancelledFor: s.CancelledFor,
	}
}
