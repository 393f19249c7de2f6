package intake_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// signedPost is one that GitHub would send: its signature is the secret itself.
func signedPost(path, secret, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("X-Signature", secret)
	return r
}

func TestADeploymentIsAnsweredWhenItIsDurable(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	w := d.post("/in/ci", "ci-key", `payments`)
	if w.Code != 202 || strings.TrimSpace(w.Body.String()) != `{"deployment":{"id":"DEP-1","state":"succeeded","service":"payments","known_service":true}}` {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if want := []deployment.Report{{Integration: "ci", Service: "payments"}}; !cmp.Equal(d.deployed, want) || d.counts["ci deployment"] != 1 {
		t.Errorf("stored %+v, counted %v", d.deployed, d.counts)
	}
	d.refused(t, "no key", d.post("/in/ci", "", "payments"), 401, "unauthorized", "no key")
	d.refused(t, "no sense", d.post("/in/ci", "ci-key", ""), 400, "invalid_body", "nothing in it")
	d.refused(t, "no service", d.post("/in/ci", "ci-key", "refused"), 400, "invalid_body", "service: missing")
	if w := d.post("/in/ci", "ci-key", "ping"); w.Code != 202 || !strings.Contains(w.Body.String(), `{"deployment":null}`) {
		t.Errorf("what says nothing is answered %d %s", w.Code, w.Body)
	}
	d.fail = store.ErrUnavailable
	w = d.post("/in/ci", "ci-key", "payments")
	d.refused(t, "store away", w, 503, "store_unavailable", "could not be stored")
	if w.Header().Get("Retry-After") == "" {
		t.Error("it is not said when to try again")
	}
}

func TestGitLabSendsItsKeyInAHeaderOfItsOwn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	r := httptest.NewRequest(http.MethodPost, "/in/ci", strings.NewReader("payments"))
	r.Header.Set("X-Gitlab-Token", "ci-key")
	if w := d.do(r); w.Code != 202 {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestASignedReportNeedsTheSignatureOfOneOfItsKeys(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for _, secret := range []string{"hub-key", "next-hub-key"} {
		if w := d.do(signedPost("/in/hub", secret, "payments")); w.Code != 202 {
			t.Errorf("signed with %s: answered %d %s", secret, w.Code, w.Body)
		}
	}
	d.refused(t, "another", d.do(signedPost("/in/hub", "other", "payments")), 401, "unauthorized", "not signed")
	d.refused(t, "the key itself", d.post("/in/hub", "hub-key", "payments"), 401, "unauthorized", "not signed")
	if len(d.deployed) != 2 {
		t.Errorf("stored %+v", d.deployed)
	}
}
