package webhook

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// Incident is an incident as other systems see it; who was called over what is left out.
type Incident struct {
	ID          string                        `json:"id"`
	Number      uint64                        `json:"number"`
	Status      string                        `json:"status"`
	Priority    string                        `json:"priority"`
	Severity    string                        `json:"severity"`
	Title       string                        `json:"title"`
	Description string                        `json:"description,omitempty"`
	Team        string                        `json:"team,omitempty"`
	Services    []string                      `json:"services"` // impacted
	Tags        []string                      `json:"tags"`
	Properties  map[string]string             `json:"properties"`
	Links       []incident.Link               `json:"links"`
	Conference  string                        `json:"conference,omitempty"`
	Slack       string                        `json:"slack,omitempty"` // its channel there
	Roles       map[string]string             `json:"roles"`
	Responders  []string                      `json:"responders"`
	Alerts      int                           `json:"alerts"` // how many joined
	OpenedAt    time.Time                     `json:"opened_at"`
	OpenedBy    string                        `json:"opened_by,omitempty"`
	Times       map[incident.Moment]time.Time `json:"times"` // those that matter, as far as they have come
	ClosedAt    time.Time                     `json:"closed_at,omitzero"`
	ClosedBy    string                        `json:"closed_by,omitempty"`
	Postmortem  string                        `json:"postmortem,omitempty"`
	Revision    int                           `json:"revision"` // counts its changes: the greater one is the newer
}

func viewIncident(s *incident.State) *Incident {
	v := &Incident{
		ID: s.Name(), Number: s.Number, Status: string(s.Status), Priority: s.Priority, Severity: s.Severity(),
		Title: s.Title, Description: s.Description, Team: s.Team, Services: s.Impacted(), Tags: s.Tags,
		Properties: s.Properties, Links: s.Links, Conference: s.Conference, Slack: s.Chat.URL, Roles: s.Roles, Responders: s.Responders, Alerts: s.Count - s.Left,
		OpenedAt: s.OpenedAt, OpenedBy: s.OpenedBy, ClosedAt: s.ClosedAt, ClosedBy: s.ClosedBy, Postmortem: s.Postmortem,
		Revision: s.Noted, Times: map[incident.Moment]time.Time{},
	}
	for _, m := range incident.Moments {
		if t := s.Time(m); !t.At.IsZero() {
			v.Times[m] = t.At.UTC()
		}
	}
	for _, list := range []*[]string{&v.Services, &v.Tags, &v.Responders} {
		if *list == nil {
			*list = []string{}
		}
	}
	for _, m := range []*map[string]string{&v.Properties, &v.Roles} {
		if *m == nil {
			*m = map[string]string{}
		}
	}
	if v.Links == nil {
		v.Links = []incident.Link{}
	}
	return v
}
