package opsgenie_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/opsgenie"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

var errNone, errAway = errors.New("none"), errors.New("away")

// surface is what Opsgenie's senders see, over deployments in memory.
type surface struct {
	*testing.T
	handler http.Handler
	list    []*deployment.State
	fail    error
}

func begin(t *testing.T) *surface {
	s := &surface{T: t}
	env := directory.Env{Now: noon, Dir: &directory.Directory{}}
	find := func(has func(*deployment.State) bool) (*deployment.State, error) {
		for _, d := range s.list {
			if has(d) {
				return d, nil
			}
		}
		return nil, errNone
	}
	external := func(_ context.Context, integration, id string) (*deployment.State, error) {
		return find(func(d *deployment.State) bool { return d.Integration == integration && d.External == id })
	}
	s.handler = opsgenie.Deployments(opsgenie.Options{
		Integration: func(key string) (string, bool) { return "ops-" + key, key == "one" || key == "two" },
		Deploy: func(ctx context.Context, r deployment.Report) (*deployment.State, error) {
			if s.fail != nil {
				return nil, s.fail
			}
			d, err := external(ctx, r.Integration, r.External)
			if err != nil {
				d = deployment.New("y00-1", 1, r.Integration, r.External, env)
				s.list = append(s.list, d)
			}
			return d, d.Apply(r, env)
		},
		ByID: func(_ context.Context, id string) (*deployment.State, error) {
			return find(func(d *deployment.State) bool { return string(d.ID) == id })
		},
		ByExternal:  external,
		NotFound:    func(err error) bool { return errors.Is(err, errNone) },
		Unavailable: func(err error) bool { return errors.Is(err, errAway) },
		Count:       func(string, string, int) {}, Log: slog.New(slog.DiscardHandler),
	})
	return s
}

// ask sends a request and checks what every answer of Opsgenie has.
func (s *surface) ask(method, path, key, body string) (int, map[string]any) {
	s.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "GenieKey "+key)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		s.Fatalf("%s %s: %s: %v", method, path, w.Body, err)
	}
	h := w.Header()
	if pending := w.Code == 404 && strings.Contains(path, "/requests/"); pending != (h.Get("X-Opsgenie-Errortype") == "RequestNotProcessed") {
		s.Errorf("%s %s: %d with the type of error %q", method, path, w.Code, h.Get("X-Opsgenie-Errortype"))
	}
	took, err := strconv.ParseFloat(h.Get("X-Response-Time"), 64)
	if err != nil || took <= 0 || answer["took"].(float64) <= 0 || h.Get("X-RateLimit-State") == "" || h.Get("X-Request-Id") == "" || h.Get("X-Request-Id") != answer["requestId"] {
		s.Errorf("%s %s: headers %v with %s", method, path, h, w.Body)
	}
	return w.Code, answer
}

const created = `{"state":"started","environment":{"type":"Production","id":"env-1","displayName":"EU"},"startedAt":"2026-03-09T11:50:00Z","completedAt":"0001-01-01T00:00:00Z",
	"message":"Release 1.4.2","externalId":"pipe-7","externalLink":"https://ci.example.com/7","IdentifierType":1,
	"releases":[{"type":"bbc","repository":{"workspace":{"identifier":"acme"},"repoSlug":"payments"},"commit":{"sha":"a1b2"}}]}`

func TestADeploymentIsCreatedUpdatedAndReadAsAtOpsgenie(t *testing.T) {
	t.Parallel()
	s := begin(t)
	status, answer := s.ask("POST", "/v2/deployments", "one", created)
	if status != 202 || answer["result"] != "Request will be processed" {
		t.Fatalf("answered %d %v", status, answer)
	}
	d := s.list[0]
	if d.Service != "acme/payments" || d.Status != deployment.Started || d.Tier != deployment.Production || d.Environment != "EU" || d.Revision != "a1b2" || !d.StartedAt.Equal(noon.Add(-10*time.Minute)) {
		t.Errorf("it is %+v", d)
	}
	_, answer = s.ask("GET", "/v2/deployments/requests/"+answer["requestId"].(string), "one", "")
	if data := answer["data"].(map[string]any); data["isSuccess"] != true || data["deploymentId"] != "y00-1" {
		t.Errorf("its request is %v", answer)
	}
	if status, answer = s.ask("PUT", "/v2/deployments/pipe-7/updateState?identifierType=api", "one", `{"state":"successful","completedAt":"2026-03-09T11:58:00Z"}`); status != 202 {
		t.Errorf("answered %d %v", status, answer)
	}
	for _, path := range []string{"/v2/deployments/y00-1", "/v2/deployments/y00-1/", "/v2/deployments/pipe-7?identifierType=api", "/v2/deployments/pipe%2D7?type=pipelines"} {
		status, answer = s.ask("GET", path, "one", "")
		data, _ := answer["data"].(map[string]any)
		if status != 200 || data["state"] != "successful" || data["externalId"] != "pipe-7" || data["completedAt"] != "2026-03-09T11:58:00Z" || data["environment"].(map[string]any)["type"] != "Production" {
			t.Errorf("%s: %d %v", path, status, answer)
		}
	}
}

func TestWhatOpsgenieWouldRefuseIsRefusedInItsWords(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		method, path, key, body string
		fail                    error
		status                  int
		says                    string
	}{
		"another key":  {"POST", "/v2/deployments", "three", created, nil, 401, "Could not authenticate"},
		"no state":     {"POST", "/v2/deployments", "one", `{"message":"x"}`, nil, 422, "should be one of [ initial, started, successful, failed ]"},
		"no message":   {"POST", "/v2/deployments", "one", `{"state":"started"}`, nil, 422, "Message can not be empty."},
		"no service":   {"POST", "/v2/deployments", "one", `{"state":"started","message":"x"}`, nil, 422, "name a repository in releases"},
		"no JSON":      {"POST", "/v2/deployments", "one", `{`, nil, 400, "not processable"},
		"other method": {"DELETE", "/v2/deployments", "one", "", nil, 405, "Request method 'DELETE' not supported"},
		"none":         {"GET", "/v2/deployments/nope", "one", "", nil, 404, "does not exist"},
		"no request":   {"GET", "/v2/deployments/requests/nope", "one", "", nil, 404, "does not exist"},
		"none to do":   {"PUT", "/v2/deployments/nope/updateState", "one", `{"state":"failed"}`, nil, 404, "does not exist"},
		"state of it":  {"PUT", "/v2/deployments/y00-1/updateState", "one", `{"state":"done"}`, nil, 422, "should be one of"},
		"store away":   {"POST", "/v2/deployments", "one", created, errAway, 503, "try again"},
		"fault":        {"POST", "/v2/deployments", "one", created, errors.New("secret inside"), 500, "Internal server error"},
	} {
		s := begin(t)
		s.fail = c.fail
		status, answer := s.ask(c.method, c.path, c.key, c.body)
		if text, _ := json.Marshal(answer); status != c.status || !strings.Contains(string(text), c.says) || strings.Contains(string(text), "secret inside") {
			t.Errorf("%s: answered %d %s", what, status, text)
		}
	}
}

func TestAnIntegrationSeesItsOwnDeploymentsAlone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.ask("POST", "/v2/deployments", "one", created)
	for _, path := range []string{"/v2/deployments/y00-1", "/v2/deployments/pipe-7"} {
		if status, answer := s.ask("GET", path, "two", ""); status != 404 {
			t.Errorf("%s: %d %v", path, status, answer)
		}
	}
	if status, _ := s.ask("PUT", "/v2/deployments/y00-1/updateState", "two", `{"state":"failed"}`); status != 404 || s.list[0].Status != deployment.Started {
		t.Errorf("answered %d: it is %s", status, s.list[0].Status)
	}
}
