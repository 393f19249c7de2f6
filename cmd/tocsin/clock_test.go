package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAgesAreByTheClockOfTheServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ahead time.Duration
		want  string
	}{{0, "1h5m ago"}, {-3 * time.Hour, "1h5m ago"}, {40 * 24 * time.Hour, "1h5m ago"}} {
		there := time.Now().Add(c.ahead)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", there.UTC().Format(http.TimeFormat))
			opened := there.Add(-65 * time.Minute).UTC().Format(time.RFC3339)
			_, _ = w.Write([]byte(`{"items":[{"id":"INC-1","status":"open","opened_at":"` + opened + `","title":"Payments fail"}],"next":""}`))
		}))
		defer server.Close()
		var out strings.Builder
		clock := &clock{}
		streams := stdio{
			in: strings.NewReader(""), out: &out, err: &out, zone: time.UTC, now: clock.now, heard: clock.heard,
			env: func(string) (string, bool) { return "", false },
		}
		if code := run(t.Context(), streams, []string{"incident", "list", "--server", server.URL}); code != exitFine || !strings.Contains(out.String(), c.want) {
			t.Errorf("a server that is %v ahead: exit code %d, want %q in\n%s", c.ahead, code, c.want, &out)
		}
	}
}
