package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

var incidentFilter = append([]param{
	{name: "status", list: true, of: []string{"open", "resolved", "closed"}, doc: "Only these; all by default."},
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
	return listOf(list, next, showIncident), nil
}

func getIncident(c *call) (any, error) {
	return shownIncident(c.Engine.Incident(c.ctx, c.name("INC")))
}

func shownIncident(s *incident.State, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return showIncident(s), nil
}

// name is INC-7 or PM-3 as the engine writes it; people also write inc-7, or 7.
func (c *call) name(prefix string) string {
	ref := strings.ToUpper(c.param("ref"))
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
		By: by, Reason: body.Note,
	}
	if err := o.Check(c.env); err != nil {
		return nil, asInvalid(err)
	}
	s, opened, err := c.Engine.OpenIncident(c.ctx, o)
	if opened {
		c.status = http.StatusCreated
	}
	return shownIncident(s, err)
}

// asInvalid is what a check refuses before there is anything to conflict with.
func asInvalid(err error) error {
	var refused *incident.Refused
	if errors.As(err, &refused) {
		return &problem{http.StatusBadRequest, "invalid", refused.Reason, ""}
	}
	return err
}

// IncidentAction is the body of every action on an incident. Which fields beside user and note it may have depends on the action.
type IncidentAction struct {
	Actor
	Priority  string `json:"priority,omitempty" doc:"priority: P1 to P5."`
	Title     string `json:"title,omitempty" doc:"title: the new one."`
	Role      string `json:"role,omitempty" doc:"role: which, such as commander."`
	Responder string `json:"responder,omitempty" doc:"role: the user who takes it, empty for nobody. responder: the user who joins."`
	Alert     string `json:"alert,omitempty" doc:"alerts: the id or number of the alert that joins."`
}

// joinAlert is the action that the engine has a method of its own for.
const joinAlert incident.Do = "alerts"

// incidentActions are what can be done to an incident, and which fields it takes.
var incidentActions = [...]struct {
	do    incident.Do
	takes []string
	doc   string
}{
	{incident.Resolve, nil, "The harm is over; a new alert opens it again."},
	{incident.Close, nil, "Close an incident. The postmortem that it owes is made."},
	{incident.Reopen, nil, "Take up an incident that was over."},
	{incident.Note, nil, "Write a note into the timeline."},
	{incident.SetPriority, []string{"priority"}, "Set the priority."},
	{incident.SetTitle, []string{"title"}, "Set the title."},
	{incident.SetRole, []string{"role", "responder"}, "Give a role to a user, or to nobody."},
	{incident.AddResponder, []string{"responder"}, "Add a user to those who work on it."},
	{joinAlert, []string{"alert"}, "Join an alert to an incident."},
}

func actOnIncident(do incident.Do, takes []string) handler {
	return func(c *call) (any, error) {
		var body IncidentAction
		if err := c.read(&body); err != nil {
			return nil, err
		}
		by, err := c.by(body.Actor)
		if err != nil {
			return nil, err
		}
		if err := body.check(c, do, takes); err != nil {
			return nil, err
		}
		if do == joinAlert {
			return c.joinAlert(body, by)
		}
		return shownIncident(c.Engine.ActOnIncident(c.ctx, c.name("INC"), incident.Action{
			Do: do, By: by, Via: via, Note: body.Note,
			Priority: body.Priority, Title: body.Title, Role: body.Role, User: body.Responder,
		}))
	}
}

// joinAlert joins an alert, and writes down who did it and why.
func (c *call) joinAlert(body IncidentAction, by string) (any, error) {
	s, err := c.Engine.AddToIncident(c.ctx, c.name("INC"), body.Alert)
	if err != nil {
		return nil, err
	}
	note := "joined alert " + body.Alert
	if body.Note != "" {
		note += ": " + body.Note
	}
	return shownIncident(c.Engine.ActOnIncident(c.ctx, s.Name(), incident.Action{Do: incident.Note, By: by, Via: via, Note: note}))
}

// check refuses a field that the action does not take, and one that it misses.
func (b IncidentAction) check(c *call, do incident.Do, takes []string) error {
	for _, f := range [...]struct{ name, value string }{
		{"priority", b.Priority}, {"title", b.Title}, {"role", b.Role}, {"responder", b.Responder}, {"alert", b.Alert},
	} {
		switch wanted := slices.Contains(takes, f.name); {
		case !wanted && f.value != "":
			return invalid(f.name, "%s does not take it", do)
		case wanted && f.value == "" && !(do == incident.SetRole && f.name == "responder"):
			return invalid(f.name, "missing")
		}
	}
	switch {
	case b.Priority != "" && !event.ValidPriority(b.Priority):
		return invalid("priority", "%q is not P1 to P5", clip(b.Priority))
	case b.Responder != "":
		return c.knownUser("responder", b.Responder)
	case do == incident.Note && strings.TrimSpace(b.Note) == "":
		return invalid("note", "a note needs a text")
	}
	return nil
}
