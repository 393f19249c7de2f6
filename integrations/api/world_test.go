package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/token"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Keys of the three roles.
const (
	admin     = "admin-key-0123456789"
	responder = "responder-key-012345"
	viewer    = "viewer-key-012345678"
)

// noon is when every test begins: a Monday.
var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// world is a Tocsin with a real engine: ethan is on call, jason is his backup; P1 opens an incident.
type world struct {
	*testing.T
	engine *engine.Engine
	store  *mem.Store
	echo   *echo.Echo
	url    string
	log    *bytes.Buffer

	mu     sync.Mutex
	now    time.Time
	keys   []api.Key
	audit  audit.Settings
	bad    error // what a reload fails with
	breaks error // of a download that has begun
}

func begin(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, now: noon, log: &bytes.Buffer{}, keys: []api.Key{
		{Name: "ops", Secret: admin, Role: api.Admin},
		{Name: "bot", Secret: responder, Role: api.Responder},
		{Name: "wall", Secret: viewer, Role: api.Viewer},
	}}
	w.store = mem.New(w.clock)
	dir := people(t)
	dir.Language = router(t)
	dir.Aggregates = []directory.Aggregate{counted(t, dir.Language)}
	index, err := search.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	w.engine = engine.New(engine.Options{
		Index: index, Store: w.store, Replica: "one", World: &engine.World{Dir: dir, Router: dir.Language},
		Run: func(f func()) { f() }, Pick: func(int) int { return 0 }, Watch: unwatched{}, Log: slog.New(slog.DiscardHandler),
	})
	signer, err := token.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	w.engine.Delivery.Configure(&deliver.Setup{
		Senders:   map[string]deliver.Sender{"sms": phone{}, "voice": phone{}, "console": phone{}, "email": phone{}},
		PublicURL: "http://tocsin.test", Signer: signer, LinkTTL: time.Hour,
	})
	e := echo.New()
	api.Register(e, api.Options{
		Engine: w.engine,
		Keys:   func() []api.Key { w.mu.Lock(); defer w.mu.Unlock(); return w.keys },
		Config: func() any { return map[string]any{"listen": "127.0.0.1:8080", "api_keys": []any{}} },
		Audit:  func() audit.Settings { w.mu.Lock(); defer w.mu.Unlock(); return w.audit },
		Reload: func(context.Context) error { return w.bad },
		Backup: func(_ context.Context, out io.Writer) error {
			if w.bad != nil {
				return w.bad
			}
			_, err := io.WriteString(out, "everything")
			if err == nil {
				err = w.breaks
			}
			return err
		},
		StatusPage: func(_ context.Context, name string) ([]byte, error) { return []byte(name), w.bad },
		LinkFor: func(a *alert.State, p page.Page) string {
			return "http://tocsin.test/a/" + string(a.ID) + "-" + p.User
		},
		FeedURL: func(kind, name string, revoked int) string {
			return fmt.Sprintf("http://tocsin.test/ical/%s-%s-%d.ics", kind, name, revoked)
		},
		Decode: func(_ string, body []byte, _ http.Header, _ url.Values) ([]event.Event, error) {
			if !bytes.HasPrefix(body, []byte("down ")) {
				return nil, errors.New("it does not begin with down")
			}
			host := string(body[len("down "):])
			return []event.Event{{Status: event.Firing, DedupKey: host, Title: host + " is down", Priority: "P1"}}, nil
		},
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	w.echo = e
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// settings changes what the configuration says about the audit.
func (w *world) settings(s audit.Settings) { w.mu.Lock(); defer w.mu.Unlock(); w.audit = s }

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

// later moves the clock and lets the engine do what is due.
func (w *world) later(d time.Duration) {
	w.Helper()
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
	w.settle()
}

func (w *world) settle() {
	w.Helper()
	w.engine.Wheel.Own(everyShard[:])
	for range 10 {
		if _, err := w.engine.Step(context.Background(), w.engine.Now()); err != nil {
			w.Fatal(err)
		}
	}
}

var everyShard = [store.Shards]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

type unwatched struct{}

func (unwatched) Delivered(string, string, time.Duration) {}
func (unwatched) Bundled(int)                             {}
func (unwatched) Woken(time.Duration)                     {}
func (unwatched) Unreachable(int)                         {}
func (unwatched) RuleErrors(string, int)                  {}
func (unwatched) Acked(string, time.Duration)             {}
func (unwatched) HandedOff(string)                        {}

// phone takes every message.
type phone struct{}

func (phone) Send(_ context.Context, m deliver.Message) (deliver.Receipt, error) {
	return deliver.Receipt{Ref: "ref-" + m.Key}, nil
}

func people(t *testing.T) *directory.Directory {
	t.Helper()
	rota := func(name string, participants ...[]string) *schedules.Schedule {
		s, problems := schedules.New(schedules.Spec{Name: name, Rotations: []schedules.RotationSpec{{
			Name: "daily", Starts: "2026-03-09T09:00", Every: "1d", Participants: participants,
		}}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return s
	}
	duty, err := policy.ParseTarget("schedule:primary")
	if err != nil {
		t.Fatal(err)
	}
	plan := []directory.Method{{Via: "sms"}, {Via: "voice", After: 2 * time.Minute}}
	return &directory.Directory{
		Users: map[string]directory.User{
			"ethan": {Name: "ethan", FullName: "Ethan Z.", Email: "ethan@example.com", Phone: "+15550100", Zone: time.UTC},
			"amir":  {Name: "amir", Phone: "+15550101"},
			"jason": {Name: "jason"}, // has no phone
		},
		Heartbeats: map[string]directory.Heartbeat{"nightly": {Every: time.Hour, Grace: 5 * time.Minute}},
		Teams:      map[string]directory.Team{"ops": {Name: "ops", Members: []directory.Member{{User: "ethan"}, {User: "amir", Admin: true}}}},
		Services:   map[string]directory.Service{"checkout": {Name: "checkout", Team: "ops"}},
		Schedules: map[string]*schedules.Schedule{
			"primary": rota("primary", []string{"ethan"}, []string{"amir"}),
			"backup":  rota("backup", []string{"jason", "amir"}),
			"pairs":   rota("pairs", []string{"ethan", "amir"}, []string{"amir", "jason"}),
			"nights":  rota("nights", []string{"nobody"}, []string{"ethan"}),
		},
		Policies: map[string]policy.Policy{"standard": {Name: "standard", Steps: []policy.Step{
			{Notify: []policy.Target{duty, {Kind: policy.Channel, Name: "terminal"}}},
			{After: 10 * time.Minute, Notify: []policy.Target{{Kind: policy.Schedule, Name: "backup"}}},
		}}},
		Channels:      map[string]directory.Channel{"terminal": {Name: "terminal", Type: "console"}},
		Sources:       map[string]directory.Source{"ping": {Name: "ping", Type: "json"}},
		DefaultNotify: directory.Plans{High: plan, Low: plan[:1]},
		HighUrgency:   []string{"P1", "P2"},
		Fallback:      "standard",
		Zone:          time.UTC,
		Storm:         directory.Storm{Messages: 1000, Per: time.Minute},
		Postmortem: directory.Postmortem{Required: func(i directory.IncidentFacts) (bool, error) { return i.Priority == "P1", nil }, Due: 48 * time.Hour,
			Digest: directory.Digest{From: "2026-03-10T14:00", Until: "2026-03-10T15:00", RRule: "FREQ=WEEKLY;INTERVAL=2", Zone: "UTC", Ahead: time.Hour,
				Targets: []policy.Target{{Kind: policy.User, Name: "amir"}}, Room: "Room 4"}},
		Vias: map[string]bool{"sms": true, "voice": true, "console": true, "email": true},
		Incident: directory.Incident{Audiences: []directory.Audience{
			{Name: "stakeholders", Channels: []string{"terminal"}, Every: map[string]time.Duration{"P1": 30 * time.Minute}}, {Name: "customers", Public: true},
		}},
	}
}

func router(t *testing.T) *rules.Router {
	t.Helper()
	r, problems := rules.Compile(rules.Spec{Fallback: "standard", Rules: []rules.Rule{
		{Name: "watchdog", When: `labels.alertname == "Watchdog"`, To: "nobody"},
		{Name: "critical", When: `"critical" in tags`, Set: &rules.Set{Priority: "P1"}, Continue: true},
		{Name: "flapping", When: `"flapping" in tags`, Delay: 5 * time.Minute, Continue: true},
		{Name: "everything else", To: "policy:standard", Incident: `priority == "P1"`},
	}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return r
}

// answer is what came back.
type answer struct {
	*testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

// do sends a request, and holds whatever comes back against the OpenAPI document.
func (w *world) do(method, path, key, body string) answer {
	w.Helper()
	r, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	switch {
	case strings.HasPrefix(body, "down "):
		r.Header.Set("Content-Type", "text/plain")
	case body != "":
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	asDocumented(w.T, r, resp, data)
	return answer{w.T, method + " " + path, resp.StatusCode, resp.Header, data}
}

func (w *world) get(path, key string) answer        { w.Helper(); return w.do("GET", path, key, "") }
func (w *world) post(path, key, body string) answer { w.Helper(); return w.do("POST", path, key, body) }

// is checks the status and, of an error, that its code and message contain the words.
func (a answer) is(status int, words ...string) answer {
	a.Helper()
	if a.status != status {
		a.Fatalf("%s answered %d, want %d: %s", a.what, a.status, status, a.body)
	}
	for _, word := range words {
		if !strings.Contains(string(a.body), word) {
			a.Errorf("%s answered %s; want %q in it", a.what, a.body, word)
		}
	}
	return a
}

// into reads the answer as T.
func into[T any](a answer) (v T) {
	a.Helper()
	if a.status >= 300 {
		a.Fatalf("%s answered %d: %s", a.what, a.status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.Fatalf("%s answered %s: %v", a.what, a.body, err)
	}
	return v
}

// fire sends an alert and returns it as an admin sees it.
func (w *world) fire(body string) api.Alert {
	w.Helper()
	receipt := into[api.Receipts](w.post("/api/v1/alerts", admin, body).is(202)).Alerts[0]
	w.settle()
	return into[api.Alert](w.get("/api/v1/alerts/"+receipt.ID, admin))
}
