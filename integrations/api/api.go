// Package api is the REST API under /api/v1, for people's programs and for Tocsin's own commands. It
// authenticates, reads requests within limits, has the engine do what they ask and shows what the engine knows.
// It decides nothing about alerts itself, keeps no state, and gives out no secrets. One table, routes, says
// everything about every route: from it they are registered, checked, and described in the OpenAPI document.
//
// Errors are {"error":{"code","message","hint"}}: 400 the request makes no sense and the message names the field,
// 401 no key or a wrong one, 403 a key whose role may not, 404 no such thing, 405 not this method, 409 the engine
// refuses and says why, 413 a body of more than 1 MB, 422 a configuration that cannot be loaded, 503 with
// Retry-After while the store is away, and while records are still read for the search. Times are RFC 3339 in UTC, null where there is none.
package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
	"github.com/tocsin-oncall/tocsin/engine/topology"
	"github.com/tocsin-oncall/tocsin/engine/trail"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// Prefix is what all paths begin with.
const Prefix = "/api/v1"

// timeout is how long a request may wait for the store.
const timeout = 10 * time.Second

// Alerts is what the API needs of the engine about alerts.
type Alerts interface {
	Alert(ctx context.Context, ref string) (*alert.State, error)
	Alerts(ctx context.Context, f engine.Filter, before store.Cursor, limit int) ([]*alert.State, store.Cursor, error)
	Act(ctx context.Context, ref string, act alert.Action) (*alert.State, error)
	Ingest(ctx context.Context, integration string, events []event.Event) ([]engine.Receipt, error)
}

// Incidents is what it needs about incidents.
type Incidents interface {
	Incident(ctx context.Context, name string) (*incident.State, error)
	Incidents(ctx context.Context, statuses []incident.Status, before store.Cursor, limit int) ([]*incident.State, store.Cursor, error)
	OpenIncident(ctx context.Context, o incident.Opening) (inc *incident.State, opened bool, err error)
	ActOnIncident(ctx context.Context, name string, act incident.Action) (*incident.State, error)
	AddToIncident(ctx context.Context, name, ref string, act incident.Action) (*incident.State, error)
	TakeFromIncident(ctx context.Context, name, ref string, act incident.Action) (*incident.State, error)
	IncidentTimeline(ctx context.Context, name string) (inc *incident.State, lines []incident.Line, left int, err error)
	// Attach, Detach and Attachment are about the files of an incident.
	Attach(ctx context.Context, name string, f incident.File, data []byte) (*incident.State, error)
	Detach(ctx context.Context, name string, in incident.Detached) (*incident.State, error)
	Attachment(ctx context.Context, name string, n int) (incident.File, []byte, error)
	// Draft, TellAudience and the rest are about what audiences are told.
	Draft(ctx context.Context, name string, d incident.Draft, by string) (incident.StatusUpdate, error)
	TellAudience(ctx context.Context, name string, act incident.Action) (incident.StatusUpdate, error)
	Subscribe(ctx context.Context, name, audience string, emails []string, by string) (refused []string, err error)
	Unsubscribe(ctx context.Context, name, audience, email string) error
	Subscribers(ctx context.Context, name, audience string, before store.Cursor, limit int) ([]*subscriber.State, store.Cursor, error)
	IncidentOf(ctx context.Context, ref string, o incident.Opening) (*incident.State, error)
	Answer(ctx context.Context, name, to string, do alert.Do, act incident.Action) (*incident.State, error)
}

// Postmortems is what it needs about postmortems.
type Postmortems interface {
	Postmortem(ctx context.Context, name string) (*postmortem.State, error)
	Postmortems(ctx context.Context, statuses []postmortem.Status, before store.Cursor, limit int) ([]*postmortem.State, store.Cursor, error)
	ActOnPostmortem(ctx context.Context, name string, act postmortem.Action) (*postmortem.State, error)
	Digest(ctx context.Context) (*digest.State, error)
	Review(ctx context.Context, since time.Time) (digest.Content, error)
	RetrospectiveReaders(ctx context.Context, s *postmortem.State) (engine.Readers, error)
	SnoozeReminders(ctx context.Context, act postmortem.Action) (names []string, err error)
}

// Heartbeats is what it needs about heartbeats.
type Heartbeats interface {
	// Heartbeats returns all of them, by name.
	Heartbeats(ctx context.Context) ([]*heartbeat.State, error)
}

// Services is what it needs about services.
type Services interface {
	// Services is the graph of all of them, with what is going on at each.
	Services(ctx context.Context, dir *directory.Directory) (*topology.Graph, error)
}

// Aggregates is what it needs about aggregates.
type Aggregates interface {
	// Aggregates returns all of them, by name.
	Aggregates(ctx context.Context) ([]*aggregate.State, error)
}

// Overrides is what it needs about overrides, absences and swaps.
type Overrides interface {
	Overrides(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.State, store.Cursor, error)
	AddOverride(ctx context.Context, w override.Wish) (*override.State, error)
	CancelOverride(ctx context.Context, name, by, reason string) (*override.State, error)

	Absences(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.Absence, store.Cursor, error)
	Away(ctx context.Context) ([]schedules.Away, error)
	AddAbsence(ctx context.Context, w override.Wish) (*override.Absence, error)
	CoverAbsence(ctx context.Context, name, by, via string, shift int) (*override.Absence, error)
	CancelAbsence(ctx context.Context, name, by, reason string) (*override.Absence, error)

	Swaps(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.Swap, store.Cursor, error)
	ProposeSwap(ctx context.Context, t override.Trade) (*override.Swap, error)
	AcceptSwap(ctx context.Context, name, by, note string) (*override.Swap, error)
	DeclineSwap(ctx context.Context, name, by, note string) (*override.Swap, error)
}

// Maintenances is what it needs about maintenances.
type Maintenances interface {
	Maintenance(ctx context.Context, name string) (*maintenance.State, error)
	Maintenances(ctx context.Context, statuses []maintenance.Status, before store.Cursor, limit int) ([]*maintenance.State, store.Cursor, error)
	AddMaintenance(ctx context.Context, w maintenance.Wish) (*maintenance.State, error)
	CancelMaintenance(ctx context.Context, name, by, reason string) (*maintenance.State, error)
}

// Deployments is what it needs about deployments.
type Deployments interface {
	Deployment(ctx context.Context, name string) (*deployment.State, error)
	Deployments(ctx context.Context, f deployment.Filter, before store.Cursor, limit int) ([]*deployment.State, store.Cursor, error)
	Deploy(ctx context.Context, r deployment.Report) (s *deployment.State, fresh bool, err error)
	Causes(ctx context.Context, name string, q engine.CausesQuery) (engine.Causes, error)
	MarkCause(ctx context.Context, name, ref string, act incident.Action) (*incident.State, error)
}

// Feeds is what it needs about calendar feeds.
type Feeds interface {
	FeedGeneration(ctx context.Context, kind, name string) (int, error)
	RevokeFeed(ctx context.Context, kind, name, by, reason string) (int, error)
}

// Contacts is what it needs about the ways to people.
type Contacts interface {
	Contacts(ctx context.Context) ([]*contact.State, error)
	TestContact(ctx context.Context, user, via, by string) (*contact.State, error)
	EnterCode(ctx context.Context, user, via, code, by string) (*contact.State, error)
}

// Auditor is what it needs of the coverage audit.
type Auditor interface {
	Coverage(ctx context.Context, s audit.Settings, from, to time.Time) (coverage.Report, error)
}

// Trail is what it needs of the audit trail.
type Trail interface {
	Trail(ctx context.Context, before store.Cursor, limit int) ([]*trail.Entry, store.Cursor, error)
}

// World is the configuration in force, and the time.
type World interface {
	Env() directory.Env
	World() *engine.World
}

// Engine is all that the API needs of the engine.
type Engine interface {
	Alerts
	Incidents
	Postmortems
	Heartbeats
	Aggregates
	Services
	Overrides
	Maintenances
	Deployments
	Calendars
	Feeds
	Contacts
	Auditor
	Trail
	Learning
	World
}

// Options are what the API works with. Audit, Clean, Count and Log may be nil.
type Options struct {
	Engine Engine
	// Keys gives those who may use the API, as the configuration in force says. It is called once per request.
	Keys func() []Key
	// Config gives the configuration in force, secrets masked, as encoding/json is to write it.
	Config func() any
	// Audit gives what the configuration in force says about the coverage audit.
	Audit func() audit.Settings
	// Offline says that nothing that people did at run time is known, so that nobody's address counts as unverified.
	Offline bool
	// Reload loads the configuration anew. Its error is shown to an admin and must hold no secret.
	Reload func(ctx context.Context) error
	// Backup writes all of the state.
	Backup func(ctx context.Context, w io.Writer) error
	// LinkFor is the ack link of a page, "" where there is none. Only admins see it: whoever has it can act as the page's recipient.
	LinkFor func(a *alert.State, p page.Page) string
	// FeedURL is the secret address of the calendar feed of a schedule or a user, of which so many were revoked before.
	FeedURL func(kind, name string, revoked int) string
	// StatusPage renders a file of the status page: index.html, status.json or feed.rss; nil where there is none.
	StatusPage func(ctx context.Context, name string) ([]byte, error)
	// Decode makes events of what a sender would post to an integration. It stores nothing.
	Decode func(integration string, body []byte, header http.Header, query url.Values) ([]event.Event, error)
	// Clean brings an event into the shape that all sources are brought into.
	Clean func(event.Event) event.Event
	// Count is told of the events that were accepted, by integration and status.
	Count func(integration, status string, n int)
	Log   *slog.Logger

	reports chan struct{} // holds one while a report is being computed
}

// Register mounts the API.
func Register(e *echo.Echo, o Options) {
	o.reports = make(chan struct{}, 1)
	if o.Audit == nil {
		o.Audit = func() audit.Settings { return audit.Settings{} }
	}
	if o.Clean == nil {
		o.Clean = func(ev event.Event) event.Event { return ev }
	}
	if o.Count == nil {
		o.Count = func(string, string, int) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	table := routes()
	allowed := map[string][]string{}
	for _, r := range table {
		e.Add(r.method, Prefix+echoPath(r.path), o.serve(r))
		allowed[r.path] = append(allowed[r.path], r.method)
	}
	for path, methods := range allowed {
		e.Match(without(allMethods, methods), Prefix+echoPath(path), wrongMethod(methods))
	}
	document := documentOf(table)
	e.GET(Prefix+openAPIPath, func(c echo.Context) error { return c.JSONBlob(http.StatusOK, document) })
	e.Match(without(allMethods, []string{http.MethodGet}), Prefix+openAPIPath, wrongMethod([]string{http.MethodGet}))
	e.Any(Prefix, noRoute)
	e.Any(Prefix+"/*", noRoute)
}
