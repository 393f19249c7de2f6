package intake_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/integrations/alertmanager"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
	"github.com/tocsin-oncall/tocsin/integrations/jsonhook"
	"github.com/tocsin-oncall/tocsin/integrations/prometheus"
)

var now = time.Date(2026, 11, 20, 8, 6, 0, 0, time.UTC)

// door is an intake with integrations of several types, and what went through it.
type door struct {
	http.Handler
	log bytes.Buffer

	mu     sync.Mutex
	stored []event.Event
	to     []string // the integration of each call of Ingest
	counts map[string]int
	fail   error
}

func newDoor(t testing.TB) *door {
	t.Helper()
	mapping, problems := jsonhook.Compile(map[string]string{"dedup_key": "body.id", "status": `body.status ?? "firing"`, "labels": "body.labels", "starts_at": "body.at"})
	if problems != nil {
		t.Fatal(problems)
	}
	fromAlertmanager := func(r intake.Request) ([]event.Event, error) { return alertmanager.Decode(r.Body, r.Now) }
	fromPrometheus := func(r intake.Request) ([]event.Event, error) {
		events, errs := prometheus.Decode(r.Body, r.Now, prometheus.Options{})
		return events, errors.Join(errs...)
	}
	sources := intake.NewSources(
		intake.Source{Name: "am", Type: "alertmanager", Keys: []string{"am-key", "am-next-key"}, Decode: fromAlertmanager},
		intake.Source{Name: "prom-a", Type: "prometheus", Keys: []string{"a-key"}, Decode: fromPrometheus},
		intake.Source{Name: "prom-b", Type: "prometheus", Keys: []string{"b-key"}, Decode: fromPrometheus},
		intake.Source{Name: "open", Type: "json", Decode: func(r intake.Request) ([]event.Event, error) {
			return mapping.Decode(r.Body, r.Header, r.Query, r.Now)
		}},
		intake.Source{Name: "unset", Type: "json", Keys: []string{""}, Decode: fromAlertmanager},
	)
	d := &door{counts: map[string]int{}}
	e := echo.New()
	intake.Register(e, intake.Options{
		Sources: func() *intake.Sources { return sources },
		Ingest:  d.ingest,
		Count: func(integration, status string, n int) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.counts[integration+" "+status] += n
		},
		Now: func() time.Time { return now },
		Log: slog.New(slog.NewTextHandler(&d.log, nil)),
	})
	d.Handler = e
	return d
}

func (d *door) ingest(_ context.Context, integration string, events []event.Event) ([]intake.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return nil, d.fail
	}
	receipts := make([]intake.Receipt, len(events))
	for i, e := range events {
		receipts[i] = intake.Receipt{ID: "id", Number: uint64(len(d.stored) + i + 1), DedupKey: e.DedupKey, Status: "open"}
	}
	d.stored = append(d.stored, events...)
	d.to = append(d.to, integration)
	return receipts, nil
}

// post sends a body and gives the answer.
func (d *door) post(path, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	return d.do(r)
}

func (d *door) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// refused checks an answer that is an error, and that nothing was stored.
func (d *door) refused(t *testing.T, name string, w *httptest.ResponseRecorder, status int, code, message string) {
	t.Helper()
	var answer struct {
		Error struct{ Code, Message, Hint string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Errorf("%s: answered %d %q: %v", name, w.Code, w.Body, err)
		return
	}
	if w.Code != status || answer.Error.Code != code || !strings.Contains(answer.Error.Message, message) || answer.Error.Hint == "" {
		t.Errorf("%s: answered %d %s; want %d %s with %q and a hint", name, w.Code, w.Body, status, code, message)
	}
	if len(d.stored) > 0 {
		t.Errorf("%s: %d events were stored", name, len(d.stored))
	}
}

const oneAlert = `{"alerts":[{"status":"firing","labels":{"alertname":"A"}},{"status":"resolved","labels":{"alertname":"B"}}]}`

func TestAnAcceptedWebhookIsAnsweredWithItsAlerts(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	w := d.post("/in/am", "am-key", oneAlert)
	want := `{"alerts":[{"id":"id","number":1,"dedup_key":"d2c6efc389df0927","status":"open"},{"id":"id","number":2,"dedup_key":"d2c2efc389db2050","status":"open"}]}`
	if w.Code != http.StatusAccepted || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
	if diff := cmp.Diff(want, strings.TrimSpace(w.Body.String())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"am firing": 1, "am resolved": 1}, d.counts); diff != "" {
		t.Error(diff)
	}
}

func TestTheKeyMayComeInManyWays(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*http.Request){
		"bearer":            func(r *http.Request) { r.Header.Set("Authorization", "Bearer am-key") },
		"bearer, any case":  func(r *http.Request) { r.Header.Set("Authorization", "bearer  am-key ") },
		"the next key":      func(r *http.Request) { r.Header.Set("Authorization", "Bearer am-next-key") },
		"GenieKey":          func(r *http.Request) { r.Header.Set("Authorization", "GenieKey am-key") },
		"basic":             func(r *http.Request) { r.SetBasicAuth("whoever", "am-key") },
		"query":             func(r *http.Request) { r.URL.RawQuery = "key=am-key" },
		"query and a proxy": func(r *http.Request) { r.URL.RawQuery = "key=am-key"; r.SetBasicAuth("proxy", "other") },
	} {
		d := newDoor(t)
		r := httptest.NewRequest(http.MethodPost, "/in/am", strings.NewReader(oneAlert))
		prepare(r)
		if w := d.do(r); w.Code != http.StatusAccepted || len(d.stored) != 2 {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
	}
}

func TestAWrongKeyIsRefused(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*http.Request){
		"none":                   func(*http.Request) {},
		"empty bearer":           func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") },
		"of another integration": func(r *http.Request) { r.Header.Set("Authorization", "Bearer a-key") },
		"a prefix":               func(r *http.Request) { r.Header.Set("Authorization", "Bearer am-ke") },
		"longer":                 func(r *http.Request) { r.Header.Set("Authorization", "Bearer am-keyy") },
		"as the user":            func(r *http.Request) { r.SetBasicAuth("am-key", "") },
		"unknown scheme":         func(r *http.Request) { r.Header.Set("Authorization", "Digest am-key") },
		"wrong query":            func(r *http.Request) { r.URL.RawQuery = "key=AM-KEY" },
	} {
		d := newDoor(t)
		r := httptest.NewRequest(http.MethodPost, "/in/am", strings.NewReader(oneAlert))
		prepare(r)
		w := d.do(r)
		d.refused(t, name, w, http.StatusUnauthorized, "unauthorized", "key")
		if w.Header().Get("WWW-Authenticate") == "" || d.counts["am unauthorized"] != 1 {
			t.Errorf("%s: header %v, counts %v", name, w.Header(), d.counts)
		}
	}
}

func TestNoKeyInTheConfigurationMeansOpenButAnEmptyOneAdmitsNobody(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.refused(t, "empty key", d.post("/in/unset?key=", "", oneAlert), http.StatusUnauthorized, "unauthorized", "no key was sent")
	if w := d.post("/in/open", "", `{"id":1}`); w.Code != http.StatusAccepted {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestAnUnknownIntegrationIsNotFoundWhateverTheKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "am-key", "wrong"} {
		d := newDoor(t)
		w := d.post("/in/nope", key, oneAlert)
		d.refused(t, "unknown", w, http.StatusNotFound, "unknown_integration", "no integration of this name")
		if strings.Contains(w.Body.String(), "am") && strings.Contains(w.Body.String(), "prom-a") || len(d.counts) > 0 {
			t.Errorf("names or counts leak: %s %v", w.Body, d.counts)
		}
	}
}

func TestOtherMethodsAreToldToPost(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/in/am", "/in/am/", "/in/prom-a/api/v2/alerts", "/api/v2/alerts", "/api/v2/alerts/"} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			d := newDoor(t)
			w := d.do(httptest.NewRequest(method, path+"?key=am-key", nil))
			d.refused(t, method+" "+path, w, http.StatusMethodNotAllowed, "method_not_allowed", "by POST")
			if w.Header().Get("Allow") != http.MethodPost {
				t.Errorf("%s: Allow is %q", path, w.Header().Get("Allow"))
			}
		}
	}
}

func TestATrailingSlashIsForgiven(t *testing.T) {
	t.Parallel()
	if w := newDoor(t).post("/in/am/", "am-key", oneAlert); w.Code != http.StatusAccepted {
		t.Errorf("answered %d", w.Code)
	}
}

func TestBadInputIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path, key, body string
		status                int
		code, message         string
	}{
		{"malformed", "/in/am", "am-key", `{"alerts":[}`, 400, "invalid_body", "not valid JSON at byte 12"},
		{"empty", "/in/am", "am-key", ``, 400, "invalid_body", "the body is empty"},
		{"10 MB", "/in/am", "am-key", `{"alerts":[],"x":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "too_large", "larger than 8388608 bytes"},
		{"deep lists", "/in/am", "am-key", strings.Repeat("[", 65), 413, "too_deep", "deeper than 64"},
		{"deep objects", "/in/open", "", strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), 413, "too_deep", "deeper than 64"},
		{"too many alerts", "/in/am", "am-key", `{"alerts":[` + strings.Repeat(`{},`, 10000) + `{}]}`, 413, "too_many", "more than 10000"},
		{"too many elements", "/in/open", "", `[` + strings.Repeat(`1,`, 10000) + `1]`, 413, "too_many", "more than 10000"},
		{"no dedup key", "/in/open", "", `{"title":"T"}`, 400, "invalid_body", "map.dedup_key gave nothing"},
		{"a dedup key of nothing", "/in/open", "", `{"id":"\u0000"}`, 400, "invalid_body", "has no dedup key"},
		{"a list for an object", "/in/am", "am-key", `[]`, 400, "invalid_body", "wrong shape"},
		{"not of type prometheus", "/in/am/api/v2/alerts", "am-key", `[]`, 404, "wrong_type", "not of type prometheus"},
	} {
		d := newDoor(t)
		d.refused(t, c.name, d.post(c.path, c.key, c.body), c.status, c.code, c.message)
		if c.status != http.StatusNotFound && len(d.counts) != 1 {
			t.Errorf("%s: counts %v", c.name, d.counts)
		}
	}
}

func TestDuplicateKeysAreFine(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	if w := d.post("/in/open", "", `{"id":1,"id":2}`); w.Code != http.StatusAccepted || d.stored[0].DedupKey != "2" {
		t.Errorf("answered %d, stored %v", w.Code, d.stored)
	}
}

func TestOddContentIsStoredAndNotRefused(t *testing.T) {
	t.Parallel()
	var labels strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&labels, `"l%06d":"v",`, i)
	}
	for _, c := range []struct {
		name, body string
		check      func(event.Event) bool
	}{
		{"100,000 labels", `{"id":1,"labels":{` + labels.String() + `"severity":"critical"}}`, func(e event.Event) bool {
			return len(e.Labels) == 256 && e.Labels["severity"] == "critical" && e.Labels["l000254"] == "v" && e.Details["truncated_labels"] == 100_001-256
		}},
		{"invalid UTF-8", "{\"id\":\"a\xff\",\"labels\":{\"x\":\"\xc3(\"}}", func(e event.Event) bool {
			return e.DedupKey == "a\uFFFD" && e.Labels["x"] == "\uFFFD("
		}},
		{"NUL", `{"id":"a\u0000b"}`, func(e event.Event) bool { return e.DedupKey == "ab" }},
		{"the year 9999", `{"id":1,"at":"9999-12-31T23:59:59Z"}`, func(e event.Event) bool {
			return e.StartsAt.Equal(now) && e.Details["invalid_starts_at"] != nil
		}},
		{"a negative epoch", `{"id":1,"at":-62135596801000}`, func(e event.Event) bool {
			return e.StartsAt.Equal(now) && e.Details["invalid_starts_at"] != nil
		}},
		{"a long key", `{"id":"` + strings.Repeat("k", 100_000) + `"}`, func(e event.Event) bool { return len(e.DedupKey) == 512 }},
	} {
		d := newDoor(t)
		if w := d.post("/in/open", "", c.body); w.Code != http.StatusAccepted || !c.check(d.stored[0]) {
			t.Errorf("%s: answered %d %.200s, stored %.300v", c.name, w.Code, w.Body, d.stored)
		}
	}
}

func TestAWebhookOf5000AlertsPasses(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	w := d.post("/in/am", "am-key", webhook(t, 5000))
	var answer struct{ Alerts []intake.Receipt }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusAccepted || len(answer.Alerts) != 5000 || len(d.to) != 1 {
		t.Errorf("answered %d with %d alerts, %v", w.Code, len(answer.Alerts), err)
	}
}

func TestPrometheusIsToldApartByItsKeyOrItsPath(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	batch := `[{"labels":{"alertname":"A"}}]`
	for _, c := range []struct{ path, key string }{
		{"/api/v2/alerts", "b-key"}, {"/api/v2/alerts", "a-key"}, {"/in/prom-b/api/v2/alerts", "b-key"},
	} {
		if w := d.post(c.path, c.key, batch); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != "{}" {
			t.Errorf("%v: answered %d %s", c, w.Code, w.Body)
		}
	}
	if w := d.post("/in/prom-a", "a-key", batch); w.Code != http.StatusAccepted {
		t.Errorf("under its own name: answered %d", w.Code)
	}
	if diff := cmp.Diff([]string{"prom-b", "prom-a", "prom-b", "prom-a"}, d.to); diff != "" {
		t.Error(diff)
	}
	other := newDoor(t)
	for _, key := range []string{"am-key", "wrong", ""} { // the key of another type does not do
		other.refused(t, key, other.post("/api/v2/alerts", key, batch), http.StatusUnauthorized, "unauthorized", "key")
	}
}

func TestTheValidAlertsOfAPrometheusBatchAreStoredAndTheOthersReported(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	w := d.post("/api/v2/alerts", "a-key", `[{"labels":{}},{"labels":{"alertname":"A"}},{"labels":{"a":1}}]`)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "alert 1: it has no label") || !strings.Contains(w.Body.String(), "alert 3: ") ||
		!strings.Contains(w.Body.String(), "the 1 valid alerts of this request were stored") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if len(d.stored) != 1 || d.stored[0].Title != "A" {
		t.Errorf("stored %v", d.stored)
	}
}

func TestWithoutAStoreTheSenderIsAskedToComeBack(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/in/prom-a", "/api/v2/alerts"} {
		d := newDoor(t)
		d.fail = fmt.Errorf("dial tcp 10.0.0.7:6379: %w", store.ErrUnavailable)
		w := d.post(path, "a-key", `[{"labels":{"alertname":"A"}}]`)
		d.refused(t, path, w, http.StatusServiceUnavailable, "store_unavailable", "could not be stored")
		if w.Header().Get("Retry-After") != "5" || strings.Contains(w.Body.String(), "10.0.0.7") || d.counts["prom-a failed"] != 1 {
			t.Errorf("header %v, body %s, counts %v", w.Header(), w.Body, d.counts)
		}
		if !strings.Contains(d.log.String(), "10.0.0.7") {
			t.Errorf("the log does not say why: %s", d.log.String())
		}
	}
}

func TestOurOwnFaultsAreNotShown(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fail = errors.New("nil map in shard 7")
	w := d.post("/in/am", "am-key", oneAlert)
	d.refused(t, "fault", w, http.StatusInternalServerError, "internal", "could not be stored")
	if strings.Contains(w.Body.String(), "shard") || !strings.Contains(d.log.String(), "shard 7") {
		t.Errorf("body %s, log %s", w.Body, d.log.String())
	}
}

func TestKeysNeverReachTheLog(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.post("/in/am?key=s3cret", "s3cret", oneAlert)
	d.post("/in/am?key=am-key", "am-key", `{`)
	if log := d.log.String(); strings.Contains(log, "s3cret") || strings.Contains(log, "am-key") || !strings.Contains(log, "unauthorized") {
		t.Errorf("log: %s", log)
	}
}

func TestCompressedBodiesAreReadWithinTheLimit(t *testing.T) {
	t.Parallel()
	bomb := `{"alerts":[],"x":"` + strings.Repeat("x", 64<<20) + `"}`
	for _, c := range []struct {
		name, encoding string
		body           []byte
		status         int
	}{
		{"gzip", "gzip", gzipped(t, oneAlert), 202},
		{"deflate", "deflate", deflated(t, oneAlert), 202},
		{"identity", "identity", []byte(oneAlert), 202},
		{"a gzip bomb", "gzip", gzipped(t, bomb), 413},
		{"a deflate bomb", "deflate", deflated(t, bomb), 413},
		{"not gzip", "gzip", []byte(oneAlert), 400},
		{"not deflate", "deflate", []byte(oneAlert), 400},
		{"half of it", "gzip", gzipped(t, oneAlert)[:40], 400},
		{"brotli", "br", []byte(oneAlert), 415},
		{"twice", "gzip, gzip", gzipped(t, oneAlert), 415},
	} {
		d := newDoor(t)
		r := httptest.NewRequest(http.MethodPost, "/in/am?key=am-key", bytes.NewReader(c.body))
		r.Header.Set("Content-Encoding", c.encoding)
		if w := d.do(r); w.Code != c.status || (len(d.stored) > 0) != (c.status == 202) {
			t.Errorf("%s: answered %d %s, want %d", c.name, w.Code, w.Body, c.status)
		}
	}
}

func gzipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	return compressed(t, &b, gzip.NewWriter(&b), s)
}

func deflated(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	return compressed(t, &b, zlib.NewWriter(&b), s)
}

func compressed(t *testing.T, b *bytes.Buffer, w io.WriteCloser, s string) []byte {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webhook is a real webhook of Alertmanager with n alerts instead of one.
func webhook(t testing.TB, n int) string {
	t.Helper()
	body, err := os.ReadFile("testdata/alertmanager.json")
	if err != nil {
		t.Fatal(err)
	}
	var hook map[string]any
	if err := json.Unmarshal(body, &hook); err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(hook["alerts"].([]any)[0])
	if err != nil {
		t.Fatal(err)
	}
	alerts := make([]json.RawMessage, n)
	for i := range alerts {
		alerts[i] = bytes.Replace(first, []byte("0b6228b792195964"), fmt.Appendf(nil, "%016x", i), 1)
	}
	hook["alerts"] = alerts
	body, err = json.Marshal(hook)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
