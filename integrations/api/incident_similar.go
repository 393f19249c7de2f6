package api

import (
	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/search"
)

const (
	defaultAlike = 5
	maxAlike     = 20
)

var similarParams = []param{{name: "limit", kind: "integer", doc: "How many at most: 1 to 20, 5 by default."}}

// Alike is what is like an incident.
type Alike struct {
	Items []AlikeIncident `json:"items" doc:"The most alike first."`
}

// AlikeIncident is an incident that is like another one, why, and how it ended.
type AlikeIncident struct {
	ID         string          `json:"id" doc:"INC-3."`
	Title      string          `json:"title"`
	Status     incident.Status `json:"status" jsonschema:"enum=open,enum=mitigated,enum=resolved,enum=closed"`
	Priority   string          `json:"priority"`
	OpenedAt   Time            `json:"opened_at"`
	Score      float64         `json:"score" doc:"How much of what is known of the incident this one has, too: 0 to 1."`
	Why        []Likeness      `json:"why"`
	Resolution string          `json:"resolution" doc:"What was said when it was resolved, or mitigated."`
	Cause      *MarkedCause    `json:"cause,omitempty" doc:"The deployment that was marked as its cause; left out where none is."`
	Postmortem string          `json:"postmortem" doc:"PM-3; empty when there is none."`
	Summary    string          `json:"summary" doc:"Of the postmortem."`
	Causes     []string        `json:"causes" doc:"Where the whys of the postmortem end."`
	Lessons    []string        `json:"lessons"`
}

// Likeness is what two incidents have in common.
type Likeness struct {
	What   string   `json:"what" jsonschema:"enum=service,enum=label,enum=tag,enum=words"`
	Shared []string `json:"shared" doc:"The rarest first."`
	Score  float64  `json:"score" doc:"How much of the score it makes."`
}

func getSimilar(c *call) (any, error) {
	limit, err := c.query.number("limit", defaultAlike, maxAlike)
	if err != nil {
		return nil, err
	}
	list, err := c.Engine.SimilarIncidents(c.ctx, c.name("INC"), limit)
	if err != nil {
		return nil, err
	}
	return Alike{each(list, showSimilar)}, nil
}

func showSimilar(s engine.Similar) AlikeIncident {
	i := s.Incident
	v := AlikeIncident{
		ID: i.Name(), Title: i.Title, Status: i.Status, Priority: i.Priority, OpenedAt: utc(i.OpenedAt), Score: rounded(s.Score),
		Why:        each(s.Why, func(r search.Reason) Likeness { return Likeness{r.What, r.Shared, rounded(r.Score)} }),
		Resolution: i.Settlement(), Cause: showCause(i.Cause), Postmortem: i.Postmortem, Causes: []string{}, Lessons: []string{},
	}
	if pm := s.Postmortem; pm != nil {
		v.Summary = pm.Sections["summary"]
		for _, k := range pm.Roots() {
			v.Causes = append(v.Causes, k.Text)
		}
		for _, l := range pm.Lessons {
			v.Lessons = append(v.Lessons, l.Text)
		}
	}
	return v
}
