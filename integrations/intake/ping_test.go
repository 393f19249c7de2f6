package intake_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestAHeartbeatIsPingedInEveryWayThatCurlAndCronKnow(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	n := 0
	for _, path := range []string{"/in/nightly", "/in/nightly/", "/in/nightly/ping", "/in/nightly/ping/"} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			n++
			w := d.do(httptest.NewRequest(method, path+"?key=beat-key", nil))
			if w.Code != http.StatusOK || (w.Body.Len() == 0) != (method == http.MethodHead) {
				t.Errorf("%s %s: answered %d %q", method, path, w.Code, w.Body)
			}
		}
	}
	if len(d.to) != n {
		t.Errorf("%d pings arrived, want %d", len(d.to), n)
	}
	if diff := cmp.Diff(map[string]int{"nightly ping": n}, d.counts); diff != "" {
		t.Error(diff)
	}
}

func TestAPingThatIsNotGoodIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, method, path string
		fail               error
		status             int
		code, message      string
	}{
		{"a wrong key", "GET", "/in/nightly?key=other", nil, 401, "unauthorized", "the key is not one of this integration"},
		{"no key", "POST", "/in/nightly", nil, 401, "unauthorized", "no key was sent"},
		{"an unknown name", "GET", "/in/daily/ping?key=beat-key", nil, 404, "unknown_integration", "no integration of this name"},
		{"another type", "GET", "/in/am/ping?key=am-key", nil, 404, "wrong_type", "not of type heartbeat"},
		{"another method", "DELETE", "/in/nightly/ping?key=beat-key", nil, 405, "method_not_allowed", "POST"},
		{"a store that is away", "GET", "/in/nightly?key=beat-key", store.ErrUnavailable, 503, "store_unavailable", "could not be stored"},
	} {
		d := newDoor(t)
		d.fail = c.fail
		w := d.do(httptest.NewRequest(c.method, c.path, nil))
		d.refused(t, c.name, w, c.status, c.code, c.message)
		if len(d.to) > 0 {
			t.Errorf("%s: it counted as a ping", c.name)
		}
	}
}
