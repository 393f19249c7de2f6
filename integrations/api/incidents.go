package api

import (
	"net/http"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

var incidentFilter = append([]param{
	{name: "status", list: true, of: []string{"open", "mitigated", "resolved", "closed"}, doc: "Only these; all by default."},
}, paging...)

func listIncidents(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.Engine.Incidents(c.ctx, choices[incident.Status](c.query, "status"), before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(list, next, c.showIncident), nil
}

func getIncident(c *call) (any, error) {
	return c.shownIncident(c.Engine.Incident(c.ctx, c.name("INC")))
}

func (c *call) shownIncident(s *incident.State, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return c.showIncident(s), nil
}

// name is INC-7 or PM-3 as the engine writes it; people also write inc-7, or 7.
func (c *call) name(prefix string) string { return nameOf(prefix, c.param("ref")) }

func nameOf(prefix, ref string) string {
	ref = strings.ToUpper(ref)
	if ref != "" && strings.Trim(ref, "0123456789") == "" {
		return prefix + "-" + ref
	}
	return ref
}

// NewIncident opens an incident.
type NewIncident struct {
	Actor
	Title    string   `json:"title" doc:"One line."`
	Priority string   `json:"priority,omitempty" jsonschema:"enum=P1,enum=P2,enum=P3,enum=P4,enum=P5" doc:"Default P3."`
	Service  string   `json:"service,omitempty" doc:"Alerts of the service that rules turn into incidents join it."`
	Team     string   `json:"team,omitempty" doc:"Likewise, where no service is given."`
	Tags     []string `json:"tags,omitempty"`

	Description string   `json:"description,omitempty" doc:"More about it."`
	Services    []string `json:"services,omitempty" doc:"What it impacts beside service."`
}

// openIncident answers 201 with a new incident, and 200 with the one that is open for the service or team already.
func openIncident(c *call) (any, error) {
	var body NewIncident
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(body.Title) == "" {
		return nil, invalid("title", "missing: say in one line what is wrong")
	}
	if err := (NewAlert{Title: body.Title, Priority: body.Priority, Tags: body.Tags}).check(); err != nil {
		return nil, err
	}
	o := incident.Opening{
		Title: strings.TrimSpace(body.Title), Priority: body.Priority, Service: body.Service, Team: body.Team, Tags: body.Tags,
		Description: body.Description, Services: body.Services, By: by, Via: via, Reason: body.Note,
	}
	if err := o.Check(c.env); err != nil {
		return nil, asInvalid(err)
	}
	s, opened, err := c.Engine.OpenIncident(c.ctx, o)
	if opened {
		c.status = http.StatusCreated
	}
	return c.shownIncident(s, err)
}
