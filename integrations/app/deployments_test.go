package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

const deployingConfig = lifecycleConfig + `
teams: [{name: west, members: [ethan]}]
services: [{name: payments, team: west}, {name: checkout, team: west}]
integrations:
  - {name: hub, type: github, key: hub-secret}
  - {name: lab, type: gitlab, key: lab-secret, services: {acme/payments: checkout}}
  - {name: ci, type: deployments, key: ci-secret}
  - {name: pd, type: pagerduty, key: pd-routing-key}
  - {name: og, type: opsgenie, key: og-key}
`

func file(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEverySenderOfDeploymentsIsUnderstoodWhereItSends(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	write(t, path, deployingConfig)
	a, err := New(t.Context(), Options{
		Paths: []string{path}, Env: func(string) (string, bool) { return "", false }, Console: io.Discard, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.store.Close() })
	send := func(method, path, body string, header map[string]string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		for k, v := range header {
			r.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		a.server.Handler.ServeHTTP(w, r)
		return w
	}
	hub := file(t, "../github/testdata/deployment_status.json")
	mac := hmac.New(sha256.New, []byte("hub-secret"))
	mac.Write([]byte(hub))
	for _, c := range []struct {
		path, body string
		header     map[string]string
	}{
		{"/in/hub", hub, map[string]string{"X-GitHub-Event": "deployment_status", "X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil))}},
		{"/in/lab", file(t, "../gitlab/testdata/deployment.json"), map[string]string{"X-Gitlab-Event": "Deployment Hook", "X-Gitlab-Token": "lab-secret"}},
		{"/in/ci", `{"id":7,"service":"search","environment":"staging"}`, map[string]string{"Authorization": "Bearer ci-secret"}},
		{"/v2/change/enqueue", `{"routing_key":"pd-routing-key","payload":{"summary":"Deployed","source":"payments"}}`, nil},
		{"/v2/deployments", `{"state":"started","message":"Release","externalId":"p7","environment":{"type":"Production"},"releases":[{"repository":{"workspace":{"identifier":"acme"},"repoSlug":"checkout"}}]}`,
			map[string]string{"Authorization": "GenieKey og-key"}},
	} {
		if w := send("POST", c.path, c.body, c.header); w.Code != http.StatusAccepted {
			t.Errorf("%s answered %d: %s", c.path, w.Code, w.Body)
		}
	}
	if w := send("GET", "/v2/deployments/p7", "", map[string]string{"Authorization": "GenieKey og-key"}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"state":"started"`) {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	if w := send("POST", "/v2/deployments/", "{}", map[string]string{"Authorization": "GenieKey og-key"}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("with a slash at its end it answered %d: %s", w.Code, w.Body)
	}
	w := send("GET", "/api/v1/deployments", "", map[string]string{"Authorization": "Bearer viewer-key-of-the-test"})
	var list api.List[api.Deployment]
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	got := map[string]string{}
	for _, d := range list.Items {
		got[d.Integration] = strings.Join([]string{d.Service, d.Project, string(d.Tier), string(d.State)}, " ")
		if d.KnownService != (d.Service != "search") {
			t.Errorf("%s is known: %v", d.Service, d.KnownService)
		}
	}
	want := map[string]string{
		"hub": "payments acme/payments production succeeded", "lab": "checkout acme/payments production succeeded", "ci": "search  staging succeeded",
		"pd": "payments   succeeded", "og": "checkout acme/checkout production started",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
