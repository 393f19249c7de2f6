// Package intake is the door for events over HTTP: it authenticates a sender, reads its body within limits, has the
// integration's decoder make events of it, cuts those to size and answers when they are durable. It knows no
// sender's format: decoders are given to it. It keeps no state and writes none itself.
//
//	POST /in/{integration}                  any integration
//	POST /in/{integration}/api/v2/alerts    one of type prometheus, so that several Prometheis can be told apart
//	POST /api/v2/alerts                     the integration of type prometheus that the key belongs to
//	GET, HEAD, POST /in/{integration}[/ping]  one of type heartbeat: 200 once the ping is durable
//	POST /in/{integration}                  one that reports deployments: 202 with the deployment
//
// Answers: 202 with the alerts (200 with {} under api/v2/alerts) once they are durable. Otherwise
// {"error":{"code","message","hint"}}: 400 the body makes no sense, 401 wrong or no key, 404 no such integration, 405
// not POST, 413 too large, too deep or too many, 415 unknown Content-Encoding, 500 our fault, 503 with Retry-After
// while the store is away. Nothing is stored unless the answer is 2xx, with one exception that
// Alertmanager makes too: a batch from Prometheus with some invalid alerts is answered 400 and the valid ones
// are stored.
package intake

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

// The limits of one request, where Options do not say otherwise.
const (
	DefaultMaxBody   = 8 << 20 // bytes, after decompression; a webhook of 5,000 alerts has about 5 MB
	DefaultMaxDepth  = 64      // of nested lists and objects
	DefaultMaxEvents = 10_000
)

// ingestTimeout is how long a request waits for the commit: Prometheus hangs up after 10 s, Datadog after 15 s.
const ingestTimeout = 10 * time.Second

// Request is what a decoder gets.
type Request struct {
	Body   []byte // decompressed, within the limits, not yet known to be JSON
	Header http.Header
	Query  url.Values
	Now    time.Time
}

// Receipt says what became of one event, in the order of the events.
type Receipt struct {
	ID       string `json:"id"`
	Number   uint64 `json:"number"`
	DedupKey string `json:"dedup_key"`
	Status   string `json:"status"`
}

// Outcomes that Options.Count is told besides event.Firing and event.Resolved.
const (
	Rejected     = "rejected"     // requests with a body that was refused: 400, 413, 415
	Unauthorized = "unauthorized" // requests with a wrong key or none
	Failed       = "failed"       // requests that were not stored: 500, 503
)

// Options are what the intake works with. Sources and Ingest are required.
type Options struct {
	// Sources gives the integrations of the configuration in force. It is called once per request.
	Sources func() *Sources
	// Ingest makes events durable and returns one receipt for each. An error that wraps store.ErrUnavailable, or
	// that comes from the deadline of ctx, is answered 503, any other 500.
	Ingest func(ctx context.Context, integration string, events []event.Event) ([]Receipt, error)
	// Ping makes durable that an integration of type heartbeat was heard of. Its errors are as those of Ingest. It may
	// be nil where there is none of them.
	Ping func(ctx context.Context, integration string) error
	// Deploy makes durable what an integration says of a deployment. Its errors are as those of Ingest, or
	// *deployment.Refused. It may be nil where no integration reports deployments.
	Deploy func(ctx context.Context, r deployment.Report) (Deployed, error)
	// Count is told of the events of an integration by status, and of requests that came to nothing.
	Count func(integration, status string, n int)
	Now   func() time.Time // time.Now if nil
	Log   *slog.Logger     // none if nil

	MaxBody   int64 // bytes; 0 for DefaultMaxBody
	MaxDepth  int   // 0 for DefaultMaxDepth
	MaxEvents int   // 0 for DefaultMaxEvents
}

// Register mounts the routes of the package.
func Register(e *echo.Echo, o Options) {
	o = o.withDefaults()
	for path, handle := range map[string]echo.HandlerFunc{
		"/in/:integration":               o.receive,
		"/in/:integration/api/v2/alerts": o.receivePrometheus,
		"/api/v2/alerts":                 o.receivePrometheusByKey,
	} {
		both(path, func(path string) {
			e.Match(otherMethods, path, methodNotAllowed)
			e.POST(path, handle)
		})
	}
	both("/in/:integration", func(path string) { e.Match(looks, path, o.look) })
	both("/in/:integration/ping", func(path string) {
		e.Match(otherMethods, path, methodNotAllowed)
		e.Match(append(looks, http.MethodPost), path, o.receivePing)
	})
}

// both registers a path with and without a slash at its end: one too many is a common slip in a webhook's URL.
func both(path string, register func(path string)) {
	register(path)
	register(path + "/")
}

var looks = []string{http.MethodGet, http.MethodHead}

var otherMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Count == nil {
		o.Count = func(string, string, int) {}
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.MaxDepth == 0 {
		o.MaxDepth = DefaultMaxDepth
	}
	if o.MaxEvents == 0 {
		o.MaxEvents = DefaultMaxEvents
	}
	return o
}

// receive is POST /in/{integration}.
func (o Options) receive(c echo.Context) error {
	if src := o.Sources().byNames[c.Param("integration")]; src.Signed != nil {
		return o.receiveSigned(c, src.Source)
	}
	src, refused := o.Sources().byName(c.Param("integration"), offered(c.Request(), c.QueryParams()))
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	if src.Type == typeHeartbeat {
		return o.ping(c, src)
	}
	if src.Deployment != nil {
		return o.receiveDeployment(c, src)
	}
	return o.accept(c, src, func(receipts []Receipt) error {
		return c.JSON(http.StatusAccepted, struct {
			Alerts []Receipt `json:"alerts"`
		}{receipts})
	})
}

// receivePrometheus is POST /in/{integration}/api/v2/alerts.
func (o Options) receivePrometheus(c echo.Context) error {
	src, refused := o.Sources().byName(c.Param("integration"), offered(c.Request(), c.QueryParams()))
	if refused == nil && src.Type != typePrometheus {
		refused = &refusal{status: http.StatusNotFound, code: "wrong_type", message: "this integration is not of type prometheus",
			hint: "only those take api/v2/alerts; post to /in/" + src.Name}
	}
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	return o.accept(c, src, func([]Receipt) error { return c.JSON(http.StatusOK, struct{}{}) })
}

// receivePrometheusByKey is POST /api/v2/alerts.
func (o Options) receivePrometheusByKey(c echo.Context) error {
	src, refused := o.Sources().byKey(typePrometheus, offered(c.Request(), c.QueryParams()))
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	return o.accept(c, src, func([]Receipt) error { return c.JSON(http.StatusOK, struct{}{}) })
}

// accept takes an authenticated request to its end.
func (o Options) accept(c echo.Context, src Source, answer func([]Receipt) error) error {
	body, refused := o.read(c.Request())
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	now := o.Now().UTC()
	events, invalid := src.Decode(Request{Body: body, Header: c.Request().Header, Query: c.QueryParams(), Now: now})
	if invalid != nil && len(events) == 0 {
		return o.refuse(c, src.Name, invalidBody(invalid, 0))
	}
	for i := range events {
		events[i] = Clean(events[i], now)
		if err := check(events[i]); err != nil {
			return o.refuse(c, src.Name, invalidBody(err, 0))
		}
	}
	receipts, refused := o.ingest(c.Request().Context(), src.Name, events)
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	if invalid != nil {
		return o.refuse(c, src.Name, invalidBody(invalid, len(events)))
	}
	return answer(receipts)
}

// ingest waits for the commit even if the sender hangs up meanwhile: what it has sent is an alert all the same.
func (o Options) ingest(ctx context.Context, integration string, events []event.Event) ([]Receipt, *refusal) {
	if len(events) == 0 {
		return []Receipt{}, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ingestTimeout)
	defer cancel()
	receipts, err := o.Ingest(ctx, integration, events)
	if err != nil {
		return nil, notStored(err)
	}
	resolved := 0
	for i := range events {
		if events[i].Status == event.Resolved {
			resolved++
		}
	}
	if firing := len(events) - resolved; firing > 0 {
		o.Count(integration, string(event.Firing), firing)
	}
	if resolved > 0 {
		o.Count(integration, string(event.Resolved), resolved)
	}
	return receipts, nil
}
