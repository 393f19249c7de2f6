package coveragepage_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/coveragepage"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

var now = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// page is the audit of a policy that has nobody every second day.
func page(t *testing.T, fail error) http.Handler {
	t.Helper()
	s, problems := schedules.New(schedules.Spec{Name: "primary", Rotations: []schedules.RotationSpec{{
		Starts: "2026-03-09T00:00", Every: "1d", Participants: [][]string{{"ethan"}, {"nobody"}},
	}}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	plan := coverage.Plan{
		Policies: []coverage.Policy{{Name: "<standard>", MinPeople: 1, Steps: []coverage.Step{{Targets: []coverage.Target{coverage.OnCall(s)}}}}},
		People:   map[string]coverage.Person{"ethan": {Other: []coverage.Channel{{Kind: coverage.SMS}}}},
	}
	p, err := coveragepage.New(coveragepage.Options{
		Report: func(_ context.Context, from, to time.Time) (coverage.Report, error) {
			return coverage.Audit(plan, from, to), fail
		},
		Zone: func() *time.Location { return time.UTC }, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ask(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func TestThePageSaysWhatIsWrongWhenAndWhy(t *testing.T) {
	t.Parallel()
	w := ask(page(t, nil), http.MethodGet, "/coverage?days=14")
	for _, want := range []string{
		"error: gap", "policy &lt;standard&gt;: no step reaches anybody", "Tue 10 Mar 2026 00:00 UTC to Wed 11 Mar 2026 00:00 UTC (24h)",
		"and 2 more", "<td>nobody</td>",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q is not in\n%s", want, w.Body)
		}
	}
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("answered %d with %v", w.Code, w.Header())
	}
}

func TestThePageOnlyReadsAndSaysWhatItCannot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, target string
		fail           error
		want           int
	}{
		{http.MethodPost, "/coverage", nil, http.StatusMethodNotAllowed},
		{http.MethodGet, "/coverage?days=0", nil, http.StatusBadRequest},
		{http.MethodGet, "/coverage?days=400", nil, http.StatusBadRequest},
		{http.MethodGet, "/coverage", errors.New("away"), http.StatusServiceUnavailable},
	} {
		if w := ask(page(t, c.fail), c.method, c.target); w.Code != c.want {
			t.Errorf("%s %s answered %d, want %d", c.method, c.target, w.Code, c.want)
		}
	}
}
