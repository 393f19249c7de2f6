package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
)

// Deployment is a deployment of a service as the API shows it.
type Deployment struct {
	ID            string            `json:"id" doc:"DEP-5."`
	Number        uint64            `json:"number"`
	Title         string            `json:"title" doc:"What was deployed where, in a few words."`
	State         deployment.Status `json:"state" jsonschema:"enum=pending,enum=started,enum=succeeded,enum=failed,enum=cancelled"`
	Service       string            `json:"service" doc:"As the configuration calls it, or else as the sender does."`
	KnownService  bool              `json:"known_service" doc:"The configuration has the service: incidents find the deployment by it."`
	Project       string            `json:"project" doc:"What the sender calls the service, where that differs."`
	Environment   string            `json:"environment"`
	Tier          deployment.Tier   `json:"tier" doc:"What the environment is for: production, staging, testing or development; empty where nothing says so."`
	Version       string            `json:"version"`
	Revision      string            `json:"revision" doc:"What it was built from: a commit, a tag."`
	Message       string            `json:"message"`
	Commits       []Commit          `json:"commits" doc:"The first 50."`
	Changes       int               `json:"changes" doc:"How many commits there were."`
	Links         []IncidentLink    `json:"links"`
	By            string            `json:"by" doc:"Who deployed, as the sender says."`
	Integration   string            `json:"integration" doc:"Where it was reported; api for this API."`
	ExternalID    string            `json:"external_id" doc:"What its sender calls it. With the same one it is reported again."`
	StartedAt     Time              `json:"started_at"`
	FinishedAt    Time              `json:"finished_at"`
	Seconds       int64             `json:"seconds" doc:"From its beginning to its end, or until now; 0 while it is pending."`
	PendingAt     Time              `json:"pending_at" doc:"When each state was reached, as far as it was reported."`
	SucceededAt   Time              `json:"succeeded_at"`
	FailedAt      Time              `json:"failed_at"`
	CancelledAt   Time              `json:"cancelled_at"`
	FirstReported Time              `json:"first_reported_at"`
	UpdatedAt     Time              `json:"updated_at"`
}

// Commit is a change that came with a deployment.
type Commit struct {
	SHA    string `json:"sha"`
	Title  string `json:"title,omitempty"`
	Author string `json:"author,omitempty"`
	URL    string `json:"url,omitempty"`
}

// NewDeployment reports a deployment, or more about one.
type NewDeployment struct {
	ID          string            `json:"id,omitempty" doc:"Yours: a build or a job. With the same id you report its end, or anything more; without one it is not spoken of again."`
	Service     string            `json:"service,omitempty" doc:"What is deployed; of one that was reported before it need not be said."`
	Environment string            `json:"environment,omitempty" doc:"Where, in your words: production, prod-eu, …"`
	Tier        deployment.Tier   `json:"tier,omitempty" jsonschema:"enum=production,enum=staging,enum=testing,enum=development" doc:"What the environment is for. Default: as its name says."`
	State       deployment.Status `json:"state,omitempty" jsonschema:"enum=pending,enum=started,enum=succeeded,enum=failed,enum=cancelled" doc:"Default: succeeded for a new one, as before for another."`
	Version     string            `json:"version,omitempty"`
	Revision    string            `json:"revision,omitempty" doc:"What it is built from: a commit, a tag."`
	Message     string            `json:"message,omitempty" doc:"What it brings, in a line."`
	Commits     []Commit          `json:"commits,omitempty" doc:"What came with it, the latest first. 50 are kept."`
	Links       []IncidentLink    `json:"links,omitempty" doc:"To the pipeline, the release, the log; 10 are kept."`
	By          string            `json:"by,omitempty" doc:"Who deploys, in your words. Default: the API key."`
	At          string            `json:"at,omitempty" jsonschema:"format=date-time" doc:"When the state was reached. Default: now."`
	StartedAt   string            `json:"started_at,omitempty" jsonschema:"format=date-time" doc:"When it began, where you know."`
	FinishedAt  string            `json:"finished_at,omitempty" jsonschema:"format=date-time" doc:"When it ended, where you know."`
}

var deploymentFilter = append([]param{
	{name: "service", doc: "Only of this service."},
	{name: "environment", doc: "Only to this environment, by its name."},
	{name: "tier", of: []string{"production", "staging", "testing", "development"}, doc: "Only to environments of this tier."},
	{name: "since", doc: "Only those that began at or after this time, or so long ago at most: 2h, 7d."},
	{name: "until", doc: "Only those that began before this time, or longer ago than this."},
}, paging...)

// deploymentRoutes are those of deployments.
func deploymentRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{method: get, path: "/deployments", id: "listDeployments", role: Viewer, params: deploymentFilter, answer: List[Deployment]{}, handle: listDeployments,
			doc: "Deployments, the latest first."},
		{method: post, path: "/deployments", id: "reportDeployment", role: Responder, acts: true, body: NewDeployment{}, answer: Deployment{}, statuses: []int{http.StatusOK, http.StatusCreated}, handle: reportDeployment,
			doc: "Report a deployment, or more about the one of the same id, which is answered with 200. Reports may come twice and in any order; a deployment never goes back to an earlier state."},
		{method: get, path: "/incidents/{ref}/causes", id: "getCausesOfIncident", role: Viewer, params: causesParams, answer: IncidentCauses{}, handle: getCauses,
			doc: "What may have caused an incident: the deployments of its impacted services, and of all that they depend on, that began in the time before the harm or until it was over, the latest first; and the open alerts of those services that are not the incident's."},
		{method: get, path: "/deployments/{ref}", id: "getDeployment", doc: "One deployment, by name: DEP-5.", role: Viewer, answer: Deployment{}, handle: getDeployment},
	}
}

func listDeployments(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	f := deployment.Filter{Service: c.query.text("service"), Environment: c.query.text("environment"), Tier: deployment.Tier(c.query.text("tier"))}
	for name, at := range map[string]*time.Time{"since": &f.Since, "until": &f.Until} {
		if c.query.text(name) == "" {
			continue
		}
		if *at, err = c.query.since(name, c.env.Now); err != nil {
			return nil, err
		}
	}
	list, next, err := c.Engine.Deployments(c.ctx, f, before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(list, next, c.showDeployment), nil
}

func getDeployment(c *call) (any, error) {
	s, err := c.Engine.Deployment(c.ctx, c.name("DEP"))
	if err != nil {
		return nil, err
	}
	return c.showDeployment(s), nil
}

// reportDeployment answers 201 for a new deployment, and 200 for one that there was.
func reportDeployment(c *call) (any, error) {
	var body NewDeployment
	if err := c.read(&body); err != nil {
		return nil, err
	}
	r := deployment.Report{
		Integration: deployment.API, External: body.ID, Service: body.Service, Environment: body.Environment, Tier: body.Tier, Status: body.State,
		Version: body.Version, Revision: body.Revision, Message: body.Message, By: body.By, Reporter: "api:" + c.key.Name,
	}
	for _, k := range body.Commits {
		r.Commits = append(r.Commits, deployment.Commit(k))
	}
	for _, l := range body.Links {
		if err := deployment.Link(l).Check(); err != nil {
			return nil, invalid("links", "%s", err.(*deployment.Refused).Reason)
		}
		r.Links = append(r.Links, deployment.Link(l))
	}
	for name, t := range map[string]struct {
		text string
		at   *time.Time
	}{"at": {body.At, &r.At}, "started_at": {body.StartedAt, &r.StartedAt}, "finished_at": {body.FinishedAt, &r.FinishedAt}} {
		var err error
		if *t.at, err = optionalTime(name, t.text); err != nil {
			return nil, err
		}
	}
	s, fresh, err := c.Engine.Deploy(c.ctx, r)
	var refused *deployment.Refused
	if errors.As(err, &refused) {
		return nil, invalid(refused.Field, "%s", refused.Reason)
	}
	if err != nil {
		return nil, err
	}
	if fresh {
		c.status = http.StatusCreated
	}
	return c.showDeployment(s), nil
}

func (c *call) showDeployment(s *deployment.State) Deployment {
	v := Deployment{
		ID: s.Name(), Number: s.Number, Title: s.What(), State: s.Status, Service: s.Service, KnownService: s.Known(c.env.Dir), Project: s.Project,
		Environment: s.Environment, Tier: s.Tier, Version: s.Version, Revision: s.Revision, Message: s.Message,
		Commits: commits(s.Commits), Changes: s.Changes, Links: make([]IncidentLink, len(s.Links)), By: s.By,
		Integration: s.Integration, ExternalID: s.External, StartedAt: utc(s.StartedAt), FinishedAt: utc(s.FinishedAt),
		Seconds: int64(s.Lasted(c.env.Now) / time.Second), PendingAt: utc(s.Reached[deployment.Pending]), SucceededAt: utc(s.Reached[deployment.Succeeded]),
		FailedAt: utc(s.Reached[deployment.Failed]), CancelledAt: utc(s.Reached[deployment.Cancelled]),
		FirstReported: utc(s.CreatedAt), UpdatedAt: utc(s.UpdatedAt),
	}
	for i, l := range s.Links {
		v.Links[i] = IncidentLink(l)
	}
	return v
}

func commits(list []deployment.Commit) []Commit {
	out := make([]Commit, len(list))
	for i, k := range list {
		out[i] = Commit(k)
	}
	return out
}
