package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Maintenance is a time in which alerts that match are held.
type Maintenance struct {
	ID          string             `json:"id" doc:"MNT-7; of one in the configuration, its name."`
	Configured  bool               `json:"configured" doc:"It is in the configuration, and changes only there."`
	Status      maintenance.Status `json:"status" jsonschema:"enum=active,enum=over,enum=cancelled" doc:"active: in force, still to begin, or to come again."`
	InForce     bool               `json:"in_force" doc:"It holds alerts at this moment."`
	Condition   string             `json:"condition" doc:"Which alerts, in the language of rules."`
	When        string             `json:"when"`
	Service     string             `json:"service"`
	Team        string             `json:"team"`
	Integration string             `json:"integration"`
	Labels      map[string]string  `json:"labels"`
	From        Time               `json:"from" doc:"Of one that comes again, the first time."`
	Until       Time               `json:"until"`
	Timezone    string             `json:"timezone" doc:"In which it comes again."`
	RRule       string             `json:"rrule" doc:"How it comes again, RFC 5545; empty for once."`
	Ends        Time               `json:"ends" doc:"From when on it does not begin again."`
	Next        *Span              `json:"next,omitempty" doc:"When it takes place: now, or the next time; left out when that is over."`
	Broken      string             `json:"broken" doc:"Why it holds nothing with the configuration in force; empty where it does."`
	Reason      string             `json:"reason"`
	Public      string             `json:"public" doc:"What customers are told of it on the status page; empty: nothing."`
	By          string             `json:"by" doc:"Who made it."`
	CreatedAt   Time               `json:"created_at"`
	EndedAt     Time               `json:"ended_at" doc:"When it was over, or cancelled."`

	CancelledBy  string `json:"cancelled_by"`
	CancelledFor string `json:"cancelled_for"`
}

// Span is a time, until excluded.
type Span struct {
	From  Time `json:"from"`
	Until Time `json:"until"`
}

// NewMaintenance asks for a maintenance.
type NewMaintenance struct {
	Actor
	When        string            `json:"when,omitempty" doc:"Which alerts: a condition, as in rules; it sees what rules have set. Of this and the next four at least one is needed, and all that are given must be true."`
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`
	Integration string            `json:"integration,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	From        string            `json:"from,omitempty" doc:"Wall clock in timezone, such as 2026-11-22T02:00, or RFC 3339. Default: now."`
	Until       string            `json:"until,omitempty" doc:"Likewise; at most 90 days later."`
	For         string            `json:"for,omitempty" doc:"Instead of until: how long, such as 1h or 2d."`
	Timezone    string            `json:"timezone,omitempty" doc:"IANA zone. Default: that of the configuration."`
	RRule       string            `json:"rrule,omitempty" doc:"How it comes again, RFC 5545, such as FREQ=WEEKLY;BYDAY=SU. Default: once."`
	Ends        string            `json:"ends,omitempty" doc:"With rrule: from when on it does not begin again; at most two years ahead. Needed unless the rule has COUNT or UNTIL."`
	Reason      string            `json:"reason" doc:"Why; note will do, too."`
	Public      string            `json:"public,omitempty" doc:"What customers are told of it on the status page. Default: it is not shown to them."`
}

// maintenanceRoutes are those of maintenances and silences.
func maintenanceRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	return []route{
		{method: get, path: "/maintenance", id: "listMaintenance", role: Viewer, params: overrideFilter, answer: List[Maintenance]{}, handle: listMaintenance,
			doc: "Maintenances and silences: those of the configuration first, then those that were made at run time, newest first."},
		{method: post, path: "/maintenance", id: "createMaintenance", role: Responder, acts: true, body: NewMaintenance{}, answer: Maintenance{}, statuses: []int{http.StatusCreated}, handle: createMaintenance,
			doc: "Hold the alerts that match for a time. It counts on every replica within a second. What still fires at its end pages then."},
		{method: get, path: "/maintenance/{ref}", id: "getMaintenance", doc: "One maintenance: MNT-7, or the name of one in the configuration.", role: Viewer, answer: Maintenance{}, handle: getMaintenance},
		{method: del, path: "/maintenance/{ref}", id: "cancelMaintenance", role: Responder, acts: true, params: cancelParams, answer: Maintenance{}, handle: cancelMaintenance,
			doc: "Take a maintenance back. What it alone held, and still fires, pages at once."},
	}
}

func listMaintenance(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	statuses := choices[maintenance.Status](c.query, "status")
	list, next, err := c.Engine.Maintenances(c.ctx, statuses, before, limit)
	if err != nil {
		return nil, err
	}
	out := listOf(list, next, c.showMaintenance)
	if before == (store.Cursor{}) {
		var configured []Maintenance
		for _, m := range c.Engine.World().Dir.Maintenance {
			if v := c.showConfigured(m); len(statuses) == 0 || slices.Contains(statuses, v.Status) {
				configured = append(configured, v)
			}
		}
		out.Items = append(configured, out.Items...)
	}
	return out, nil
}

func getMaintenance(c *call) (any, error) {
	for _, m := range c.Engine.World().Dir.Maintenance {
		if m.Name == c.param("ref") {
			return c.showConfigured(m), nil
		}
	}
	s, err := c.Engine.Maintenance(c.ctx, c.name("MNT"))
	if err != nil {
		return nil, err
	}
	return c.showMaintenance(s), nil
}

func createMaintenance(c *call) (any, error) {
	var body NewMaintenance
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	w := maintenance.Wish{
		Match: maintenance.Match{When: body.When, Service: body.Service, Team: body.Team, Integration: body.Integration, Labels: body.Labels},
		From:  body.From, Until: body.Until, Zone: body.Timezone, RRule: body.RRule, Ends: body.Ends, Public: body.Public, By: by, Via: via,
	}
	if w.Reason, err = because(body.Reason, body.Actor); err != nil {
		return nil, err
	}
	if body.For != "" {
		if w.For, err = parseDuration(body.For); err != nil || w.For <= 0 || w.For > maxDuration {
			return nil, invalid("for", "%q is not a duration such as 30m, 1h30m or 2d", clip(body.For))
		}
	}
	s, err := c.Engine.AddMaintenance(c.ctx, w)
	var refused *maintenance.Refused
	if errors.As(err, &refused) {
		p := &problem{http.StatusBadRequest, "invalid", refused.Reason, refused.Hint}
		if refused.Field != "" {
			p.message = refused.Field + ": " + refused.Reason
		}
		return nil, p
	}
	if err != nil {
		return nil, err
	}
	return c.showMaintenance(s), nil
}

func cancelMaintenance(c *call) (any, error) {
	for _, m := range c.Engine.World().Dir.Maintenance {
		if m.Name == c.param("ref") {
			return nil, &problem{http.StatusConflict, "refused", fmt.Sprintf("%s is in the configuration.", m.Name), "remove it there, and reload"}
		}
	}
	by, reason, err := c.canceller()
	if err != nil {
		return nil, err
	}
	s, err := c.Engine.CancelMaintenance(c.ctx, c.name("MNT"), by, reason)
	if err != nil {
		return nil, err
	}
	return c.showMaintenance(s), nil
}

func (c *call) showMaintenance(s *maintenance.State) Maintenance {
	v := Maintenance{
		ID: s.Name(), Status: s.Status, Condition: s.Condition(),
		When: s.When, Service: s.Service, Team: s.Team, Integration: s.Integration, Labels: filled(s.Labels),
		From: utc(s.From), Until: utc(s.Until), Timezone: s.Zone, RRule: s.RRule, Ends: utc(s.Ends),
		Reason: s.Reason, Public: s.Public, By: s.By, CreatedAt: utc(s.CreatedAt), EndedAt: utc(s.EndedAt),
		CancelledBy: s.CancelledBy, CancelledFor: s.CancelledFor, Broken: s.Broken(c.env.Dir),
	}
	if o, ok := s.Next(c.env.Now); ok {
		v.Next = &Span{utc(o.From), utc(o.Until)}
		v.InForce = v.Broken == "" && !o.From.After(c.env.Now)
	}
	return v
}

// showConfigured shows one of the configuration.
func (c *call) showConfigured(m directory.Maintenance) Maintenance {
	v := Maintenance{ID: m.Name, Configured: true, Status: maintenance.Over, Condition: m.Condition, Labels: map[string]string{}, Reason: m.Reason, Public: m.Public}
	if o, ok := m.Times.Next(c.env.Now); ok {
		v.Status, v.Next = maintenance.Active, &Span{utc(o.From), utc(o.Until)}
		v.From, v.Until, v.InForce = v.Next.From, v.Next.Until, !o.From.After(c.env.Now)
	}
	return v
}
