package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// OfIncident is an incident as it is searched.
func OfIncident(s *incident.State, version uint64) Doc {
	d := Doc{ID: s.ID, Version: version, Kind: Incident, Number: s.Number, Born: s.OpenedAt}
	d.facets(status, string(s.Status))
	d.facets(service, s.Impacted()...)
	d.facets(tag, s.Tags...)
	d.facets(team, s.Team)
	d.facets(priority, s.Priority)
	d.facets(user, s.Responders...)
	d.facets(label, s.Labels...)
	for _, role := range slices.Sorted(maps.Keys(s.Roles)) {
		d.facets(user, s.Roles[role])
	}
	d.text(Title, "name", s.Name())
	d.text(Title, "title", s.Title)
	d.text(About, "description", s.Description)
	for _, a := range s.Alerts {
		if a.Title != s.Title {
			d.text(About, fmt.Sprintf("alert #%d", a.Number), a.Title)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		d.text(About, "property "+name, s.Properties[name])
		d.facets(label, name+"="+s.Properties[name])
	}
	for _, l := range s.Links {
		d.text(About, "link", l.Text)
	}
	for _, u := range s.Updates {
		d.line(Timeline, "status update to "+u.Audience, u.At, strings.TrimSpace(u.Title+"\n"+u.Text))
	}
	for _, f := range s.Files {
		d.text(Timeline, "file", f.Name)
	}
	d.timeline(s.Timeline)
	return d
}

// OfPostmortem is a postmortem as it is searched.
func OfPostmortem(s *postmortem.State, version uint64) Doc {
	d := Doc{ID: s.ID, Version: version, Kind: Postmortem, Number: s.Number, Born: s.CreatedAt}
	d.facets(status, string(s.Status), string(s.Stage()))
	d.facets(service, s.Service)
	d.facets(tag, s.Tags...)
	d.facets(team, s.Team)
	d.facets(priority, s.Priority)
	d.facets(user, s.Owner)
	for _, r := range s.Reviews {
		d.facets(user, r.User)
	}
	d.text(Title, "name", s.Name())
	d.text(Title, "title", s.Title)
	for _, name := range slices.Sorted(maps.Keys(s.Sections)) {
		switch name {
		case postmortem.Summary:
			d.text(Summary, "section "+name, s.Sections[name])
		case postmortem.Course: // it repeats the incident's timeline
		default:
			d.text(Section, "section "+name, s.Sections[name])
		}
	}
	for _, c := range s.Causes {
		d.facets(tag, c.Category)
		d.text(Cause, fmt.Sprintf("cause %d", c.N), c.Text)
		d.text(Cause, fmt.Sprintf("evidence of cause %d", c.N), c.Evidence)
	}
	for _, l := range s.Lessons {
		d.text(Lesson, fmt.Sprintf("lesson %d", l.N), l.Text)
	}
	for _, i := range s.Actions {
		d.text(Task, fmt.Sprintf("action %d", i.N), i.Text)
		d.text(Task, fmt.Sprintf("evidence of action %d", i.N), i.Evidence)
	}
	d.timeline(s.Timeline)
	return d
}

func (d *Doc) timeline(entries []incident.Entry) {
	for _, e := range entries {
		d.line(Timeline, "timeline", e.At, e.Text)
	}
}
