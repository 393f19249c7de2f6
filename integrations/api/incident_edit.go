package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// IncidentEdit changes what an incident says: what is left out stays as it is.
type IncidentEdit struct {
	Actor
	Title          string            `json:"title,omitempty"`
	Description    *string           `json:"description,omitempty"`
	Conference     *string           `json:"conference,omitempty" doc:"The link under which people meet; empty for none."`
	DetectedBy     incident.Detector `json:"detected_by,omitempty" jsonschema:"enum=monitoring,enum=customer,enum=staff" doc:"Who noticed it first."`
	AddServices    []string          `json:"add_services,omitempty" doc:"What it impacts, too."`
	RemoveServices []string          `json:"remove_services,omitempty"`
	AddTags        []string          `json:"add_tags,omitempty"`
	RemoveTags     []string          `json:"remove_tags,omitempty"`
	Properties     map[string]string `json:"properties,omitempty" doc:"By name; an empty value removes one."`
	AddLinks       []IncidentLink    `json:"add_links,omitempty" doc:"A link that is there takes the new text."`
	RemoveLinks    []string          `json:"remove_links,omitempty" doc:"By href."`
}

// IncidentLink leads somewhere: a dashboard, a conference, a ticket.
type IncidentLink struct {
	Text string `json:"text"`
	Href string `json:"href" doc:"An absolute http or https URL."`
}

func editIncident(c *call) (any, error) {
	var body IncidentEdit
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	e := incident.Edit{
		Title: body.Title, Description: body.Description, Conference: body.Conference, DetectedBy: body.DetectedBy, AddServices: body.AddServices, RemoveServices: body.RemoveServices,
		AddTags: body.AddTags, RemoveTags: body.RemoveTags, Properties: body.Properties, RemoveLinks: body.RemoveLinks,
	}
	for _, l := range body.AddLinks {
		e.AddLinks = append(e.AddLinks, incident.Link{Text: l.Text, Href: l.Href})
	}
	if e.Empty() {
		return nil, invalid("body", "nothing is to be changed")
	}
	s, err := c.Engine.ActOnIncident(c.ctx, c.name("INC"), incident.Action{Do: incident.Update, By: by, Via: via, Note: body.Note, Edit: e})
	return c.shownIncident(s, asInvalid(err))
}

// AlertIncident opens an incident from an alert, or joins the alert to one.
type AlertIncident struct {
	Actor
	Incident string `json:"incident,omitempty" doc:"INC-7: the one that the alert joins."`
	Title    string `json:"title,omitempty" doc:"Of a new one. Default: the alert's."`
	Priority string `json:"priority,omitempty" jsonschema:"enum=P1,enum=P2,enum=P3,enum=P4,enum=P5" doc:"Of a new one. Default: the alert's."`
}

func incidentOfAlert(c *call) (any, error) {
	var body AlertIncident
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	ref := c.param("ref")
	switch {
	case body.Incident != "" && (body.Title != "" || body.Priority != ""):
		return nil, invalid("incident", "title and priority are those of a new one")
	case body.Priority != "" && !event.ValidPriority(body.Priority):
		return nil, invalid("priority", "%q is not P1 to P5", clip(body.Priority))
	case body.Incident != "":
		act := incident.Action{By: by, Via: via, Note: body.Note}
		return c.shownIncident(c.Engine.AddToIncident(c.ctx, nameOf("INC", body.Incident), ref, act))
	}
	o := incident.Opening{Title: strings.TrimSpace(body.Title), Priority: body.Priority, By: by, Via: via, Reason: body.Note}
	if len(o.Title) > maxTitle {
		return nil, invalid("title", "it has %d bytes, %d are possible", len(o.Title), maxTitle)
	}
	return c.shownIncident(c.Engine.IncidentOf(c.ctx, ref, o))
}

// asInvalid is what a check refuses before there is anything to conflict with.
func asInvalid(err error) error {
	var refused *incident.Refused
	if errors.As(err, &refused) {
		return &problem{http.StatusBadRequest, "invalid", refused.Reason, ""}
	}
	return err
}
