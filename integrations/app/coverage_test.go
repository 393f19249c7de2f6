package app

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/override"
)

const coverageConfig = `
store: "mem:"
public_url: https://oncall.example.com
users: [{name: ethan}, {name: amir}]
default_notify: {high: [{via: console}], low: [{via: console}]}
schedules: [{name: primary, rotations: [{starts: 2026-03-02T09:00, participants: [ethan]}]}]
fallback: standard
policies: [{name: standard, steps: [{after: 0m, notify: ["schedule:primary"]}]}]
providers: {console: {}}
api_keys: [{name: wall, key: viewer-key-of-the-test, role: viewer}]
`

func TestTheCoveragePageWantsAKeyAndKnowsWhatWasDoneAtRunTime(t *testing.T) {
	t.Parallel()
	a, _ := serve(t, coverageConfig)
	look := func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if len(header) > 0 {
			r.Header.Set("Authorization", header[0])
		}
		w := httptest.NewRecorder()
		a.server.Handler.ServeHTTP(w, r)
		return w
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("anybody:viewer-key-of-the-test"))
	if w := look("/coverage"); w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("without a key answered %d", w.Code)
	}
	if w := look("/coverage", "Basic "+base64.StdEncoding.EncodeToString([]byte("x:wrong"))); w.Code != http.StatusUnauthorized {
		t.Errorf("with a wrong one answered %d", w.Code)
	}
	if w := look("/coverage", basic); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "away-uncovered") {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	now := a.engine.Now()
	if _, err := a.engine.AddAbsence(context.Background(), override.Wish{User: "ethan", To: now.Add(24 * time.Hour), Reason: "a wedding", By: "ethan"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.engine.AddOverride(context.Background(), override.Wish{
		Schedule: "primary", User: "nobody", From: now.Add(48 * time.Hour), To: now.Add(49 * time.Hour), Reason: "a test", By: "ethan",
	}); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{basic, "Bearer viewer-key-of-the-test"} {
		w := look("/coverage?days=7", header)
		for _, want := range []string{"away-uncovered", "ethan: away: a wedding", "error: gap"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%q is not in %s", want, w.Body)
			}
		}
	}
	scraped := look("/metrics").Body.String()
	for _, want := range []string{
		`tocsin_coverage_gap_seconds{schedule="primary"} 3600`, `tocsin_coverage_findings{finding="away-uncovered",severity="error"} 1`,
	} {
		if !strings.Contains(scraped, want) {
			t.Errorf("%s is not scraped", want)
		}
	}
}
