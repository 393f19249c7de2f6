package intake_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
)

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

// webhook is a real webhook of Alertmanager with n alerts instead of one.
