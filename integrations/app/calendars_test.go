package app

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

const everyDay = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:ethan@example.com\r\nDTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// untilShown asks for the schedule until it is as wanted.
func untilShown(t *testing.T, a *App, what string, wanted func(api.Schedule) bool) {
	t.Helper()
	often, end := time.NewTicker(10*time.Millisecond), time.After(20*time.Second)
	defer often.Stop()
	for {
		var s api.Schedule
		text := call(t, a, http.MethodGet, "/api/v1/schedules/rota", nil)
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "s3cr3t") {
			t.Fatalf("the address is shown: %s", text)
		}
		if wanted(s) {
			return
		}
		select {
		case <-often.C:
		case <-end:
			t.Fatalf("it never becomes true that %s; the schedule is %s", what, text)
		}
	}
}

func TestAServerThatStartsWhileTheCalendarIsAwayKnowsWhoIsOnCall(t *testing.T) {
	t.Parallel()
	calendars := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, everyDay) }))
	defer calendars.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "tocsin.yaml")
	write(t, config, strings.ReplaceAll(watchingConfig, `"mem:"`, "bolt:"+filepath.Join(dir, "tocsin.db"))+`
schedules: [{name: rota, rotations: [{name: office, ical: {url: "`+calendars.URL+`/s3cr3t.ics", refresh: 1m}}]}]
`)
	open := func() *App {
		t.Helper()
		a, err := New(t.Context(), Options{
			Paths: []string{config}, Env: func(string) (string, bool) { return "", false }, Console: io.Discard, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	ethan := func(s api.Schedule) bool { return slices.Equal(s.OnCall, []string{"ethan"}) }

	first := open()
	run(t, first, func() {
		untilShown(t, first, "ethan is on call by the calendar", ethan)
	})
	calendars.Close()
	second := open()
	run(t, second, func() {
		untilShown(t, second, "ethan is on call by the copy", ethan)
	})
}
