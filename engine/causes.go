package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// What is shown of what may be the cause of an incident.
const (
	maxCandidates    = 50
	maxRelated       = 50
	scanned          = 2000        // deployments, or alerts, that are looked at
	passed           = 5 * scanned // deployments of other times that are passed over for them
	pageOfCandidates = 200
)

// defaultLookBack is how long before the harm a deployment may have begun, where nobody says.
const defaultLookBack = 24 * time.Hour

// When says where in the course of an incident a deployment began.
type When string

// The times of deployments.
const (
	Before  When = "before"  // it began and ended before the harm did
	Running When = "running" // it began before the harm, and was still going on then
	During  When = "during"  // it began after the harm
)

// Candidate is a deployment that may be the cause of an incident.
type Candidate struct {
	*deployment.State
	directory.Need      // how the impacted services depend on it
	When           When //
	Cause          bool // somebody marked it
}

// RelatedAlert is an open alert of a service that the impacted ones depend on.
type RelatedAlert struct {
	*alert.State
	directory.Need
}

// Causes is what may have caused an incident.
type Causes struct {
	Incident     *incident.State
	Since, Until time.Time // when the deployments began
	Harm         time.Time
	Candidates   []Candidate // the latest first
	Left         int         // how many more there are: see likeliest
	Alerts       []RelatedAlert
}

// CausesQuery says what is wanted.
type CausesQuery struct {
	LookBack time.Duration // before the harm; 0 for that of the configuration
	All      bool          // also deployments to environments that are known not to be of production
}

// Causes returns what may have caused an incident: the deployments of its impacted services, and of all that they depend
// on, that began in the time before the harm, or until it was over; and the open alerts of those services that are not the
// incident's. An incident without services is looked at by those of its team.
func (e *Engine) Causes(ctx context.Context, name string, q CausesQuery) (Causes, error) {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return Causes{}, err
	}
	env := e.Env()
	got, err := e.candidates(ctx, inc, q, env)
	if err != nil {
		return got, err
	}
	got.Alerts, err = e.related(ctx, inc, env)
	return got, err
}

// needs are the services in which the cause of an incident may be.
func needs(inc *incident.State, dir *directory.Directory) []directory.Need {
	services := inc.Impacted()
	if len(services) == 0 && inc.Team != "" {
		for _, name := range slices.Sorted(maps.Keys(dir.Services)) {
			if dir.Services[name].Team == inc.Team {
				services = append(services, name)
			}
		}
	}
	return dir.Needs(services)
}

func (e *Engine) candidates(ctx context.Context, inc *incident.State, q CausesQuery, env directory.Env) (Causes, error) {
	back := cmp.Or(q.LookBack, env.Dir.Incident.LookBack, defaultLookBack)
	got := Causes{Incident: inc, Harm: inc.Harm(), Since: inc.Harm().Add(-back), Until: inc.Until(env.Now)}
	list := needs(inc, env.Dir)
	by := map[string]directory.Need{}
	var services []string
	for _, n := range list {
		by[n.Service] = n
		services = append(services, n.Service)
	}
	// What began before the harm is looked for by itself: however much is deployed during a long incident, it hides none of
	// that. What began at the very moment of an end counts, too.
	turn := got.Harm.Add(time.Millisecond)
	found, err := e.deploymentsOf(ctx, services, deployment.Filter{Since: got.Since, Until: turn})
	if err != nil {
		return got, err
	}
	later, err := e.deploymentsOf(ctx, services, deployment.Filter{Since: turn, Until: got.Until.Add(time.Millisecond)})
	if err != nil {
		return got, err
	}
	for _, s := range append(found, later...) {
		marked := inc.Cause.Deployment == s.Name()
		if !q.All && !s.Live() && !marked {
			continue
		}
		c := Candidate{State: s, Need: by[s.Service], Cause: marked, When: Before}
		switch {
		case s.StartedAt.After(got.Harm):
			c.When = During
		case s.FinishedAt.IsZero() || s.FinishedAt.After(got.Harm):
			c.When = Running
		}
		got.Candidates = append(got.Candidates, c)
	}
	got.Candidates, got.Left = likeliest(got.Candidates)
	return got, nil
}

// likeliest are so many candidates as are shown, the latest first, and how many are left out: first those that began
// during the harm, the latest of them; then those that began longest before it. What was marked stays.
func likeliest(list []Candidate) (kept []Candidate, left int) {
	latest := func(a, b Candidate) int { return b.StartedAt.Compare(a.StartedAt) }
	rank := func(c Candidate) int {
		switch {
		case c.Cause:
			return 0
		case c.When != During:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b Candidate) int {
		switch by := cmp.Compare(rank(a), rank(b)); {
		case by != 0:
			return by
		case rank(a) == 2:
			return -latest(a, b)
		}
		return latest(a, b)
	})
	left = max(0, len(list)-maxCandidates)
	kept = list[:len(list)-left]
	slices.SortStableFunc(kept, latest)
	return kept, left
}

// deploymentsOf are the deployments of services, up to a bound; Service and the environment of the filter are not looked
// at.
func (e *Engine) deploymentsOf(ctx context.Context, services []string, f deployment.Filter) (out []*deployment.State, err error) {
	if len(services) == 0 {
		return nil, nil
	}
	lists := make([]string, len(services))
	for i, name := range services {
		lists[i] = deployment.ListOf(name, "")
	}
	before := f.From(store.Cursor{})
	for seen := 0; seen < passed && len(out) < scanned; {
		page, next, err := pageOf[*deployment.State](ctx, e, lists, before, pageOfCandidates)
		if err != nil {
			return nil, err
		}
		seen += len(page)
		for _, s := range page {
			if f.Past(s) {
				return out, nil
			}
			if f.Has(s) {
				out = append(out, s)
			}
		}
		if before = next; next == (store.Cursor{}) {
			return out, nil
		}
	}
	return out, nil
}

// related are the open alerts of the services in which the cause of an incident may be, those furthest down first, without
// its own and those that call responders.
func (e *Engine) related(ctx context.Context, inc *incident.State, env directory.Env) (out []RelatedAlert, err error) {
	by := map[string]directory.Need{}
	for _, n := range needs(inc, env.Dir) {
		by[n.Service] = n
	}
	if len(by) == 0 {
		return nil, nil
	}
	f := Filter{Statuses: []alert.Status{alert.Open, alert.Acked, alert.Snoozed}}
	for before, seen := (store.Cursor{}), 0; seen < scanned; {
		alerts, next, err := e.Alerts(ctx, f, before, pageOfServices)
		if err != nil {
			return nil, err
		}
		seen += len(alerts)
		for _, a := range alerts {
			if n, ok := by[a.Service]; ok && a.Incident != inc.Name() && a.Responds == "" {
				out = append(out, RelatedAlert{a, n})
			}
		}
		if before = next; next == (store.Cursor{}) {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b RelatedAlert) int { return cmp.Compare(b.Far(), a.Far()) })
	return out[:min(len(out), maxRelated)], nil
}

// MarkCause marks a deployment as the cause of an incident. It need not be one of the candidates: people know more.
func (e *Engine) MarkCause(ctx context.Context, name, ref string, act incident.Action) (*incident.State, error) {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return nil, err
	}
	d, err := e.Deployment(ctx, ref)
	if err != nil {
		return nil, err
	}
	c := &incident.Cause{
		Deployment: d.Name(), Title: d.What(), Service: d.Service, Environment: d.Environment, Version: d.Version, Revision: d.Revision,
		By: d.By, Status: string(d.Status), StartedAt: d.StartedAt, FinishedAt: d.FinishedAt, Changes: d.Changes,
	}
	for _, k := range d.Commits[:min(len(d.Commits), incident.MaxCommits)] {
		c.Commits = append(c.Commits, incident.Commit(k))
	}
	for _, l := range d.Links {
		c.Links = append(c.Links, incident.Link(l))
	}
	for _, n := range needs(inc, e.Directory()) {
		if n.Service == d.Service {
			c.Path = n.Path
		}
	}
	act.Do, act.Cause = incident.MarkCause, c
	return e.ActOnIncident(ctx, name, act)
}

// leadUp is what a postmortem begins with of what may have caused its incident. It fails no close: what cannot be read is
// left out.
func (e *Engine) leadUp(ctx context.Context, inc *incident.State, env directory.Env) (out []postmortem.Change) {
	got, err := e.candidates(ctx, inc, CausesQuery{}, env)
	if err != nil {
		e.log.Warn("a postmortem begins without the deployments before its incident, for they cannot be read", "incident", inc.Name(), "error", err)
		return nil
	}
	for _, c := range got.Candidates {
		out = append(out, postmortem.Change{Name: c.Name(), Title: c.What(), By: c.By, StartedAt: c.StartedAt, Status: string(c.Status), Path: c.Path, Message: c.Message})
	}
	return out
}

// deploymentLines are the deployments of the impacted services that began or ended while an incident went on.
func (e *Engine) deploymentLines(ctx context.Context, inc *incident.State) (lines []incident.Line, err error) {
	from, until := inc.Harm(), inc.Until(e.Now())
	found, err := e.deploymentsOf(ctx, inc.Impacted(), deployment.Filter{Since: from.Add(-defaultLookBack), Until: until.Add(time.Millisecond)})
	if err != nil {
		return nil, err
	}
	add := func(s *deployment.State, at time.Time, what string) {
		if !at.IsZero() && !at.Before(from) && !at.After(until) {
			lines = append(lines, incident.Line{At: at, Kind: "deployment", By: s.By, Text: s.Name() + " " + what + ": " + s.What()})
		}
	}
	for _, s := range found {
		if s.StartedAt.Before(s.FinishedAt) || s.FinishedAt.IsZero() {
			add(s, s.StartedAt, "began")
		}
		add(s, s.FinishedAt, string(s.Status))
	}
	return lines, nil
}
