package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// strictDocument is the served document, in which answers may have no fields but those described, so that
// a field that the document forgets is noticed.
var strictDocument = sync.OnceValues(func() (routers.Router, error) {
	var doc map[string]any
	if err := json.Unmarshal(served(), &doc); err != nil {
		return nil, err
	}
	for _, schema := range doc["components"].(map[string]any)["schemas"].(map[string]any) {
		if s := schema.(map[string]any); s["properties"] != nil {
			s["additionalProperties"] = false
		}
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	parsed, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(parsed)
})

func served() []byte {
	e := echo.New()
	api.Register(e, api.Options{})
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	return rec.Body.Bytes()
}

// asDocumented holds an answer, and the request if it was a good one, against the document.
func asDocumented(t *testing.T, r *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	router, err := strictDocument()
	if err != nil {
		t.Fatalf("the OpenAPI document: %v", err)
	}
	r = r.Clone(context.Background())
	r.URL.Scheme, r.URL.Host = "", ""
	route, params, err := router.FindRoute(r)
	if err != nil {
		if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s %s answered %d and is not in the OpenAPI document: %v", r.Method, r.URL.Path, resp.StatusCode, err)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, Route: route, PathParams: params, Options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}}
	if resp.StatusCode < 300 {
		if r.GetBody != nil {
			r.Body, _ = r.GetBody()
		}
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			t.Errorf("%s %s worked, but the document does not allow it: %v", r.Method, r.URL, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	out.SetBodyBytes(body)
	openapi3filter.RegisterBodyDecoder("application/gzip", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/markdown", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/csv", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("image/svg+xml", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder)
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s %s answered otherwise than documented: %v\n%s", r.Method, r.URL.Path, err, body)
	}
}

func parsed(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(served())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheDocumentIsValid(t *testing.T) {
	t.Parallel()
	if err := parsed(t).Validate(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestTheDocumentNeedsNoKey(t *testing.T) {
	t.Parallel()
	w := begin(t)
	if got := w.get("/api/v1/openapi.json", "").is(200); !bytes.Equal(got.body, served()) {
		t.Error("another document than that of the routes")
	}
}

func TestTheDocumentDescribesAllRoutesAndNoOthers(t *testing.T) {
	t.Parallel()
	var described []string
	for path, item := range parsed(t).Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" /api/v1"+path)
		}
	}
	e := echo.New()
	api.Register(e, api.Options{Engine: begin(t).engine, Keys: func() []api.Key { return nil }})
	var working []string
	for _, r := range e.Routes() {
		path := strings.NewReplacer(":ref", "{ref}", ":n", "{n}").Replace(r.Path)
		rec := httptest.NewRecorder()
		e.ServeHTTP(rec, httptest.NewRequest(r.Method, strings.ReplaceAll(r.Path, "*", "nothing"), nil))
		if rec.Code != http.StatusNotFound && rec.Code != http.StatusMethodNotAllowed {
			working = append(working, r.Method+" "+path)
		}
	}
	slices.Sort(described)
	slices.Sort(working)
	if !slices.Equal(described, working) {
		t.Errorf("described:\n%s\nworking:\n%s", strings.Join(described, "\n"), strings.Join(working, "\n"))
	}
}

func TestEveryGetAnswersAsDocumented(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := w.fire(`{"title":"Disk full","priority":"P1","service":"checkout","tags":["disk"],"labels":{"host":"db1"},"details":{"free":0.5}}`)
	w.post("/api/v1/incidents/"+a.Incident+"/files?name=a.log", responder, "log").is(200)
	w.post("/api/v1/incidents/"+a.Incident+"/close", responder, "").is(200)
	w.post("/api/v1/maintenance", responder, `{"service":"x","for":"1h","reason":"x"}`).is(201)
	w.post("/api/v1/deployments", responder, `{"service":"checkout","environment":"production","at":"2026-03-09T11:00:00Z"}`).is(201)
	w.learn()
	w.post(postmortems+"/PM-1/meeting", responder, `{"at":"2026-03-12T14:00:00Z"}`).is(200)
	examples := map[string][]string{
		"/actions": {"", "?status=open,done&owner=ethan&team=ops&overdue=true"}, "/incidents/{ref}/issues": {"/" + a.Incident},
		"/deployments": {"", "?service=checkout&tier=production&since=1d&limit=1"}, "/deployments/{ref}": {"/DEP-1"}, "/incidents/{ref}/causes": {"/" + a.Incident, "/" + a.Incident + "?look_back=2d&all=true"},
		"/postmortems/{ref}/meeting.ics": {"/PM-1"},
		"/alerts":                        {"?status=open,acked&priority=P1&tag=disk&since=2h&limit=1", "?exhausted=true"},
		"/alerts/{ref}":                  {fmt.Sprint("/", a.Number)},
		"/incidents":                     {"", "?status=closed"},
		"/incidents/{ref}":               {"/" + a.Incident},
		"/postmortems":                   {"?status=open"},
		"/postmortems/{ref}":             {"/PM-1"}, "/postmortems/{ref}/check": {"/PM-1"}, "/postmortems/{ref}/export": {"/PM-1", "/PM-1?format=confluence&audience=customers"},
		"/review-digest": {""}, "/postmortems/{ref}/retrospective": {"/PM-1"},
		"/incidents/{ref}/timeline": {"/" + a.Incident},
		"/incidents/{ref}/updates":  {"/" + a.Incident, "/" + a.Incident + "?audience=customers"}, "/incidents/{ref}/subscribers": {"/" + a.Incident},
		"/oncall":    {"", "?schedule=primary&at=2026-03-10T12:00:00Z"},
		"/schedules": {""}, "/users": {""}, "/heartbeats": {""}, "/aggregates": {""}, "/config": {""}, "/backup": {""}, "/openapi.json": {""},
		"/schedules/{ref}":           {"/primary"},
		"/schedules/{ref}/timeline":  {"/primary", "/nights?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z"},
		"/schedules/{ref}/feed":      {"/primary"},
		"/users/{ref}/feed":          {"/ethan"},
		"/users/{ref}/shifts":        {"/ethan"},
		"/coverage":                  {"", "?days=7"},
		"/fairness":                  {"", "?schedule=primary,backup&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z&share=0.5"},
		"/overrides":                 {"", "?status=active,over&limit=1"},
		"/absences":                  {"?status=active"},
		"/users/{ref}/contacts":      {"/ethan"},
		"/audit":                     {"", "?limit=1"},
		"/events":                    {"", "?since=2h&until=1h&limit=1"},
		"/swaps":                     {"?status=proposed"},
		"/maintenance":               {"", "?status=active,over&limit=1"},
		"/maintenance/{ref}":         {"/MNT-1"},
		"/incidents/{ref}/files/{n}": {"/" + a.Incident},
		"/services":                  {""}, "/services/{ref}": {"/checkout"}, "/service-graph": {"", "?service=checkout"},
		"/search": {"?q=disk&kind=incident"}, "/incidents/{ref}/similar": {"/" + a.Incident}, "/postmortems/patterns": {"", "?since=7d"},
		"/explain":     {"?title=x&tags=critical", "?alert=1"},
		"/status-page": {"?format=json", "?format=html", "?format=rss"},
		"/reports":     {"", "?from=2026-03-01&team=ops&by=service", "?period=2026-02&format=csv", "?format=svg", "?format=html"}, "/reports/definitions": {""},
	}
	for path, item := range parsed(t).Paths.Map() {
		if item.Get == nil {
			continue
		}
		if len(examples[path]) == 0 {
			t.Errorf("GET %s is documented and never tried", path)
		}
		for _, example := range examples[path] {
			ref, query, _ := strings.Cut(example, "?")
			w.get("/api/v1"+strings.NewReplacer("/{ref}", ref, "{n}", "1").Replace(path)+"?"+query, admin).is(200)
		}
	}
}
