package pagerduty_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/pagerduty"
)

const change = `{"routing_key":"samplekeyhere","payload":{"summary":"Build Success - Retry less","timestamp":"2026-03-09T14:01:30.0+0000","source":"acme-build-pipeline",
	"custom_details":{"service":"payments","environment":"production","version":"1.4.2","commit":"a1b2","nested":{"x":1}}},"links":[{"href":"https://ci.example.com/7","text":"View more details"}]}`

// post sends a change event to a surface that keeps what it is told, or fails.
func post(t *testing.T, body string, fail error, header ...string) (*httptest.ResponseRecorder, []deployment.Report, []string) {
	t.Helper()
	var told []deployment.Report
	var counted []string
	h := pagerduty.Changes(pagerduty.Options{
		Integration: func(key string) (string, bool) { return "ci", key == "samplekeyhere" },
		Deploy:      func(_ context.Context, r deployment.Report) error { told = append(told, r); return fail },
		Unavailable: func(error) bool { return true }, Log: slog.New(slog.DiscardHandler),
		Count: func(integration, status string, n int) { counted = append(counted, integration+" "+status) },
	})
	req := httptest.NewRequest("POST", pagerduty.ChangesPath, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w, told, counted
}

func TestAChangeEventIsADeploymentAndAnsweredAsPagerDutyDoes(t *testing.T) {
	t.Parallel()
	w, told, counted := post(t, change, nil)
	if w.Code != 202 || strings.TrimSpace(w.Body.String()) != `{"message":"Change event processed","status":"success"}` || !cmp.Equal(counted, []string{"ci deployment"}) {
		t.Errorf("answered %d %s, counted %v", w.Code, w.Body, counted)
	}
	want := []deployment.Report{{Integration: "ci", External: told[0].External, Project: "payments", Environment: "production", Version: "1.4.2", Revision: "a1b2",
		Message: "Build Success - Retry less", Status: deployment.Succeeded, At: time.Date(2026, 3, 9, 14, 1, 30, 0, time.UTC), Commits: []deployment.Commit{{SHA: "a1b2"}},
		Links: []deployment.Link{{Text: "View more details", Href: "https://ci.example.com/7"}}}}
	told[0].At = told[0].At.UTC()
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	_, again, _ := post(t, change, nil)
	if told[0].External == "" || again[0].External != told[0].External {
		t.Errorf("sent again it is another one: %q, %q", told[0].External, again[0].External)
	}
}

func TestTwoChangesOfTheSameSecondAreTwo(t *testing.T) {
	t.Parallel()
	_, one, _ := post(t, change, nil)
	_, two, _ := post(t, strings.Replace(change, `"service":"payments"`, `"service":"ledger"`, 1), nil)
	if one[0].External == two[0].External {
		t.Error("the deployment of another service takes the place of the first")
	}
}

func TestAChangeEventWithoutDetailsIsOfItsSource(t *testing.T) {
	t.Parallel()
	w, told, _ := post(t, `{"payload":{"summary":"Flag flipped","source":"flags"}}`, nil, "X-Routing-Key", "samplekeyhere")
	if w.Code != 202 || told[0].Project != "flags" || told[0].External != "" {
		t.Errorf("answered %d %s: %+v", w.Code, w.Body, told)
	}
}

func TestAChangeEventThatCannotBeTakenSaysWhy(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		body   string
		fail   error
		status int
		says   string
	}{
		"another key": {strings.Replace(change, "samplekeyhere", "other", 1), nil, 400, "routing_key"},
		"no JSON":     {`{"routing_key"`, nil, 400, `"message":"Event object format is unrecognized","status":"Unrecognized object"`},
		"no summary":  {`{"routing_key":"samplekeyhere","payload":{}}`, nil, 400, "payload.summary is missing"},
		"no time":     {`{"routing_key":"samplekeyhere","payload":{"summary":"x","timestamp":"soon"}}`, nil, 400, "payload.timestamp"},
		"too large":   {`{"routing_key":"samplekeyhere","x":"` + strings.Repeat("x", 600_000) + `"}`, nil, 413, "524288 bytes"},
		"no service":  {change, &deployment.Refused{Field: "service", Reason: "missing"}, 400, "service: missing"},
		"store away":  {change, errors.New("away"), 503, "send it again"},
	} {
		w, told, _ := post(t, c.body, c.fail)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || !strings.Contains(w.Body.String(), `"errors":[`) || c.fail == nil && len(told) > 0 {
			t.Errorf("%s: answered %d %s, told %v", what, w.Code, w.Body, told)
		}
	}
}
