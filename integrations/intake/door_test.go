package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/event"
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

	deployed []deployment.Report
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
	report := func(r intake.Request) (*deployment.Report, error) {
		switch body := string(r.Body); body {
		case "":
			return nil, errors.New("there is nothing in it")
		case "ping":
			return nil, nil
		default:
			return &deployment.Report{Service: body}, nil
		}
	}
	signed := func(key string, _ []byte, h http.Header) bool { return h.Get("X-Signature") == key }
	sources := intake.NewSources(
		intake.Source{Name: "ci", Type: "deployments", Keys: []string{"ci-key"}, Deployment: report},
		intake.Source{Name: "hub", Type: "github", Keys: []string{"hub-key", "next-hub-key"}, Deployment: report, Signed: signed},
		intake.Source{Name: "am", Type: "alertmanager", Keys: []string{"am-key", "am-next-key"}, Decode: fromAlertmanager},
		intake.Source{Name: "prom-a", Type: "prometheus", Keys: []string{"a-key"}, Decode: fromPrometheus},
		intake.Source{Name: "prom-b", Type: "prometheus", Keys: []string{"b-key"}, Decode: fromPrometheus},
		intake.Source{Name: "open", Type: "json", Decode: func(r intake.Request) ([]event.Event, error) {
			return mapping.Decode(r.Body, r.Header, r.Query, r.Now)
		}},
		intake.Source{Name: "nightly", Type: "heartbeat", Keys: []string{"beat-key"}},
		intake.Source{Name: "unset", Type: "json", Keys: []string{""}, Decode: fromAlertmanager},
	)
	d := &door{counts: map[string]int{}}
	e := echo.New()
	intake.Register(e, intake.Options{
		Sources: func() *intake.Sources { return sources },
		Ingest:  d.ingest,
		Deploy: func(_ context.Context, r deployment.Report) (intake.Deployed, error) {
			if r.Service == "refused" {
				return intake.Deployed{}, &deployment.Refused{Field: "service", Reason: "missing"}
			}
			if d.fail == nil {
				d.deployed = append(d.deployed, r)
			}
			return intake.Deployed{ID: "DEP-1", State: "succeeded", Service: r.Service, KnownService: true}, d.fail
		},
		Ping: func(_ context.Context, integration string) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.fail == nil {
				d.to = append(d.to, integration)
			}
			return d.fail
		},
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
