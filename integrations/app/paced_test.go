package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/app"
)

const pacedConfig = `
public_url: https://oncall.example.com
fallback: everyone
api_keys: [{name: ops, key: an-admin-key-of-the-tests, role: admin}]
users:
  - {name: ethan, email: ethan@example.com, notify: {high: [{via: console}]}}
  - {name: amir, email: amir@example.com, notify: {high: [{via: console}]}}
policies:
  - name: everyone
    steps: [{after: 0m, notify: ["user:ethan"]}, {after: 10m, notify: ["user:amir"]}]
rules: [{to: "policy:everyone"}]
providers: {console: {}}
`

func TestTimePassesOnlyWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(file, []byte(pacedConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	var console strings.Builder
	start := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	p, err := app.Pace(context.Background(), app.Options{
		Paths: []string{file}, Env: os.LookupEnv, Console: &console, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/alerts", strings.NewReader(`{"title":"disk full","priority":"P1"}`))
	r.Header.Set("Authorization", "Bearer an-admin-key-of-the-tests")
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusAccepted {
		t.Fatal(w.Body)
	}
	paged := func(after time.Duration, want string) {
		t.Helper()
		if err := p.Pass(context.Background(), after); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, line := range strings.Split(console.String(), "\n") {
			if _, to, ok := strings.Cut(line, "PAGE to "); ok {
				got = append(got, strings.Fields(to)[0])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("at %v %q are paged, want %q", p.Now().Sub(start), got, want)
		}
	}
	paged(0, "ethan")
	if err := p.Pass(context.Background(), -time.Second); err == nil || !p.Now().Equal(start) {
		t.Errorf("time went back to %v: %v", p.Now(), err)
	}
	paged(10*time.Minute-time.Second, "ethan")
	paged(time.Second, "ethan amir")
	if !strings.Contains(console.String(), "2026-03-09 03:10:00 UTC  PAGE to amir") {
		t.Errorf("amir was paged at another time:\n%s", console.String())
	}
}
