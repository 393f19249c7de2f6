package api

import (
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// StatusUpdate is what an audience was told of an incident.
type StatusUpdate struct {
	N        int            `json:"n" doc:"1, 2, … in its incident."`
	At       Time           `json:"at"`
	By       string         `json:"by" doc:"Empty for what is sent by itself."`
	Via      string         `json:"via"`
	Audience string         `json:"audience"`
	Phase    incident.Phase `json:"phase" jsonschema:"enum=investigating,enum=identified,enum=monitoring,enum=resolved"`
	Title    string         `json:"title"`
	Text     string         `json:"text"`
	NextBy   Time           `json:"next_by" doc:"When the next one was promised."`
}

// NewStatusUpdate tells an audience how an incident goes.
type NewStatusUpdate struct {
	Actor
	Audience string         `json:"audience" doc:"One of incident.audiences."`
	Phase    incident.Phase `json:"phase,omitempty" jsonschema:"enum=investigating,enum=identified,enum=monitoring,enum=resolved" doc:"Default: that of the update before, or investigating."`
	Title    string         `json:"title,omitempty" doc:"Default: that of the update before, or as the configuration says."`
	Text     string         `json:"text,omitempty" doc:"Default: the template of the phase, filled in."`
	NextIn   string         `json:"next_in,omitempty" doc:"Promise the next one after this duration, such as 30m. Default: as the configuration says."`
	Request  string         `json:"request,omitempty" doc:"A name for this request: one that is repeated with the same name tells nobody twice."`
}

// IncidentAudience is how much an audience knows.
type IncidentAudience struct {
	Name     string         `json:"name"`
	Public   bool           `json:"public" doc:"What it is told is for everybody."`
	Updates  int            `json:"updates" doc:"How many it got."`
	Phase    incident.Phase `json:"phase" doc:"As it was told last; empty for nothing."`
	ToldAt   Time           `json:"told_at" doc:"The latest update."`
	NextDue  Time           `json:"next_update_due" doc:"When the next one is due; null when none is."`
	Why      string         `json:"why" doc:"What it waits for: first, next, again (it was told that it is resolved, and it is not), resolved."`
	Reminded int            `json:"reminded" doc:"How often somebody was reminded of it."`
}

// updateRoutes are about what audiences are told.
func updateRoutes() []route {
	const path = "/incidents/{ref}/updates"
	return []route{
		{method: http.MethodGet, path: path, id: "listStatusUpdates", doc: "The status updates of an incident, oldest first.", role: Viewer,
			params: []param{{name: "audience", doc: "Only those to this one."}}, answer: List[StatusUpdate]{}, handle: listUpdates},
		{method: http.MethodPost, path: path, id: "sendStatusUpdate", role: Responder, acts: true, body: NewStatusUpdate{}, answer: StatusUpdate{}, handle: sendUpdate,
			params: []param{{name: "dry_run", of: []string{"true", "false"}, doc: "true: show what would be sent, and send nothing."}},
			doc:    "Tell an audience how an incident goes. The answer follows its durable commit; it is sent then."},
	}
}

func listUpdates(c *call) (any, error) {
	s, err := c.Engine.Incident(c.ctx, c.name("INC"))
	if err != nil {
		return nil, err
	}
	return List[StatusUpdate]{Items: each(s.UpdatesTo(c.query.text("audience")), showUpdate)}, nil
}

func showUpdate(u incident.StatusUpdate) StatusUpdate {
	return StatusUpdate{u.N, utc(u.At), u.By, u.Via, u.Audience, u.Phase, u.Title, u.Text, utc(u.NextBy)}
}

func sendUpdate(c *call) (any, error) {
	var body NewStatusUpdate
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	if body.Audience == "" {
		return nil, invalid("audience", "missing: say who is told")
	}
	if body.Note != "" {
		return nil, invalid("note", "a status update has a text")
	}
	d := incident.Draft{Audience: body.Audience, Phase: body.Phase, Title: body.Title, Text: body.Text, Request: body.Request}
	if d.NextIn, err = nextIn(body.NextIn); err != nil {
		return nil, err
	}
	name := c.name("INC")
	if c.query.yes("dry_run") {
		u, err := c.Engine.Draft(c.ctx, name, d, by)
		return showUpdate(u), asInvalid(err)
	}
	u, err := c.Engine.TellAudience(c.ctx, name, incident.Action{Do: incident.Tell, By: by, Via: via, Draft: d})
	if err != nil {
		return nil, asInvalid(err)
	}
	return showUpdate(u), nil
}

func nextIn(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := parseDuration(text)
	if err != nil || d <= 0 {
		return 0, invalid("next_in", "%q is not a duration such as 30m or 1h30m", clip(text))
	}
	return d, nil
}

// audiencesOf is how much each audience knows.
func audiencesOf(s *incident.State, env directory.Env) []IncidentAudience {
	out := []IncidentAudience{}
	for _, a := range env.Dir.Incident.Audiences {
		v := IncidentAudience{Name: a.Name, Public: a.Public, Updates: len(s.UpdatesTo(a.Name))}
		if u := s.LatestUpdate(a.Name); u != nil {
			v.Phase, v.ToldAt = u.Phase, utc(u.At)
		}
		if w := s.WatchOf(a.Name); w != nil {
			v.NextDue, v.Why, v.Reminded = utc(w.Due), string(w.Why), w.Asked
		}
		out = append(out, v)
	}
	return out
}
