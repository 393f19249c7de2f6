package api

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// MarkedCause is the deployment that was marked as the cause of an incident, as it was then.
type MarkedCause struct {
	Deployment  string         `json:"deployment" doc:"DEP-5. It may be deleted by now."`
	Title       string         `json:"title"`
	Service     string         `json:"service"`
	Environment string         `json:"environment"`
	Version     string         `json:"version"`
	Revision    string         `json:"revision"`
	By          string         `json:"by" doc:"Who deployed."`
	State       string         `json:"state"`
	StartedAt   Time           `json:"started_at"`
	FinishedAt  Time           `json:"finished_at"`
	Commits     []Commit       `json:"commits" doc:"The first 20."`
	Changes     int            `json:"changes" doc:"How many commits there were."`
	Links       []IncidentLink `json:"links"`
	Path        []string       `json:"path" doc:"From an impacted service to that of the deployment; empty where none leads there."`
	Note        string         `json:"note"`
	MarkedBy    string         `json:"marked_by"`
	MarkedAt    Time           `json:"marked_at"`
}

// IncidentCauses is what may have caused an incident.
type IncidentCauses struct {
	Since      Time           `json:"since" doc:"From when on the deployments began,"`
	Until      Time           `json:"until" doc:"and until when."`
	Harm       Time           `json:"harm" doc:"When the harm began."`
	Cause      *MarkedCause   `json:"cause,omitempty" doc:"What was marked as the cause; left out where nothing is."`
	Candidates []Candidate    `json:"candidates" doc:"Deployments, the latest first; 50 at most."`
	Left       int            `json:"left" doc:"How many are left out: the latest of those that began during the harm, and then the earliest."`
	Alerts     []RelatedAlert `json:"alerts" doc:"Open alerts of these services that are not the incident's, of those furthest down first; 50 at most."`
}

// Candidate is a deployment that may be the cause of an incident.
type Candidate struct {
	Deployment    Deployment  `json:"deployment"`
	Path          []string    `json:"path" doc:"From an impacted service to that of the deployment."`
	Distance      int         `json:"distance" doc:"Over how many dependencies; 0 for an impacted service."`
	When          engine.When `json:"when" jsonschema:"enum=before,enum=running,enum=during" doc:"before: over before the harm began. running: still going on then. during: begun after that."`
	SecondsBefore int64       `json:"seconds_before" doc:"From its beginning to the harm; negative for one that began after it."`
	Cause         bool        `json:"cause" doc:"It was marked as the cause."`
}

// RelatedAlert is an open alert of a service that the impacted ones depend on.
type RelatedAlert struct {
	Number    uint64   `json:"number"`
	Title     string   `json:"title"`
	Status    string   `json:"status"`
	Priority  string   `json:"priority"`
	Service   string   `json:"service"`
	CreatedAt Time     `json:"created_at"`
	Path      []string `json:"path" doc:"From an impacted service to that of the alert."`
	Distance  int      `json:"distance"`
}

var causesParams = []param{
	{name: "look_back", doc: "How long before the harm a deployment may have begun, such as 24h or 7d; 30d at most. Default: incident.look_back of the configuration, or 24h."},
	{name: "all", of: []string{"true", "false"}, doc: "Also deployments to environments that are known to be for staging, testing or development."},
}

// maxLookBack is how far back anybody may look.
const maxLookBack = 30 * 24 * time.Hour

func getCauses(c *call) (any, error) {
	q := engine.CausesQuery{All: c.query.yes("all")}
	if text := c.query.text("look_back"); text != "" {
		var err error
		if q.LookBack, err = parseDuration(text); err != nil || q.LookBack <= 0 || q.LookBack > maxLookBack {
			return nil, invalid("look_back", "%q is not a duration such as 24h or 7d, of 30d at most", clip(text))
		}
	}
	got, err := c.Engine.Causes(c.ctx, c.name("INC"), q)
	if err != nil {
		return nil, err
	}
	out := IncidentCauses{Since: utc(got.Since), Until: utc(got.Until), Harm: utc(got.Harm), Cause: showCause(got.Incident.Cause), Left: got.Left,
		Candidates: make([]Candidate, len(got.Candidates)), Alerts: make([]RelatedAlert, len(got.Alerts))}
	for i, k := range got.Candidates {
		out.Candidates[i] = Candidate{c.showDeployment(k.State), k.Path, k.Far(), k.When, int64(got.Harm.Sub(k.StartedAt) / time.Second), k.Cause}
	}
	for i, a := range got.Alerts {
		out.Alerts[i] = RelatedAlert{a.Number, a.Title, string(a.Status), a.Priority, a.State.Service, utc(a.CreatedAt), a.Path, a.Far()}
	}
	return out, nil
}

func showCause(s incident.Cause) *MarkedCause {
	if s.IsZero() {
		return nil
	}
	v := &MarkedCause{
		Deployment: s.Deployment, Title: s.Title, Service: s.Service, Environment: s.Environment, Version: s.Version, Revision: s.Revision,
		By: s.By, State: s.Status, StartedAt: utc(s.StartedAt), FinishedAt: utc(s.FinishedAt), Commits: make([]Commit, len(s.Commits)), Changes: s.Changes,
		Links: make([]IncidentLink, len(s.Links)), Path: some(s.Path), Note: s.Note, MarkedBy: s.MarkedBy, MarkedAt: utc(s.MarkedAt),
	}
	for i, k := range s.Commits {
		v.Commits[i] = Commit(k)
	}
	for i, l := range s.Links {
		v.Links[i] = IncidentLink(l)
	}
	return v
}
