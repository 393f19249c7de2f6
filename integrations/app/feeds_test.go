package app_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/app"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

func TestTheAddressOfAFeedIsThatOfACalendar(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	text := `
public_url: https://oncall.example.com
users: [{name: ethan}]
providers: {console: {}}
schedules: [{name: primary, rotations: [{starts: 2026-03-02T09:00, participants: [ethan], restrict: [{from: "09:00", to: "17:00"}]}]}]
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := app.Offline(context.Background(), app.Options{
		Paths: []string{path}, Env: func(string) (string, bool) { return "", false }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s answered %d: %s", path, w.Code, w.Body)
		}
		return w
	}
	for _, path := range []string{"/api/v1/schedules/primary/feed", "/api/v1/users/ethan/feed"} {
		var feed struct{ URL string }
		if err := json.Unmarshal(get(path).Body.Bytes(), &feed); err != nil {
			t.Fatal(err)
		}
		at, err := url.Parse(feed.URL)
		if err != nil || at.Host != "oncall.example.com" {
			t.Fatalf("the address is %q", feed.URL)
		}
		now := time.Now()
		calendar, err := ical.Read(get(at.Path).Body.Bytes(), time.UTC, now, now.AddDate(0, 0, 7))
		if err != nil || len(calendar.Problems) > 0 {
			t.Fatalf("it cannot be read: %v %v", err, calendar.Problems)
		}
		if len(calendar.Events) < 7 || calendar.Events[0].Summary != "ethan on call: primary" {
			t.Errorf("%s has %+v", path, calendar.Events)
		}
	}
}
