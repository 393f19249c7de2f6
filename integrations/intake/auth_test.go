package intake_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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

func TestKeysNeverReachTheLog(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.post("/in/am?key=s3cret", "s3cret", oneAlert)
	d.post("/in/am?key=am-key", "am-key", `{`)
	if log := d.log.String(); strings.Contains(log, "s3cret") || strings.Contains(log, "am-key") || !strings.Contains(log, "unauthorized") {
		t.Errorf("log: %s", log)
	}
}
