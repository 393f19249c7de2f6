package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/integrations/statuspage/statuspagetest"
)

const publicConfig = lifecycleConfig + `
services:
  - {name: checkout-v2, statuspage_component: cmp1}
incident:
  audiences: [{name: customers, public: true}]
status_page:
  title: Status of the shop
  services: [{service: checkout-v2, name: Checkout}]
  serve: /status
  directory: DIRECTORY
`

// running is a server that runs until the test ends.
func running(t *testing.T, config string) *App {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tocsin.yaml")
	write(t, file, config)
	a, err := New(t.Context(), Options{
		Paths: []string{file}, Env: func(string) (string, bool) { return "", false }, Console: io.Discard, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return a
}

// until waits for something to be so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline, tick := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("in vain: %s", what)
		}
	}
}

func TestWhatThePublicIsToldIsOnBothPages(t *testing.T) {
	t.Parallel()
	theirs := statuspagetest.New(t, "cmp1")
	dir := t.TempDir()
	config := strings.Replace(publicConfig, "providers: {console: {}}",
		"providers: {console: {}, statuspage: {api_key: "+statuspagetest.Key+", page_id: "+statuspagetest.Page+", base_url: \""+theirs.URL+"\", rate: 100}}", 1)
	a := running(t, strings.Replace(config, "DIRECTORY", dir, 1))

	in, _, err := a.engine.OpenIncident(t.Context(), incident.Opening{Title: "db-3 is full", Service: "checkout-v2", Priority: "P1", By: "ethan"})
	if err != nil {
		t.Fatal(err)
	}
	act := func(act incident.Action) {
		t.Helper()
		act.By = "ethan"
		if _, err := a.engine.ActOnIncident(t.Context(), in.Name(), act); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(phase incident.Phase, text string) {
		t.Helper()
		act(incident.Action{Do: incident.Tell, Draft: incident.Draft{Audience: "customers", Phase: phase, Title: "Payments fail", Text: text}})
	}
	theirs.Refuse(http.StatusBadGateway, "") // the first attempt finds it away
	tell(incident.Investigating, "We are looking into it.")
	tell(incident.Identified, "The cause is known.")
	until(t, "both updates at Statuspage", func() bool { all := theirs.Incidents(); return len(all) == 1 && len(all[0].Updates) == 2 })
	if got := theirs.Component("cmp1"); got != "major_outage" {
		t.Errorf("the component is %s", got)
	}
	served := func() string {
		w := httptest.NewRecorder()
		a.server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/status/", nil))
		return w.Body.String()
	}
	until(t, "the page that is served", func() bool { return strings.Contains(served(), "The cause is known.") })
	until(t, "the page in the directory", func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "index.html"))
		return strings.Contains(string(text), "The cause is known.")
	})
	act(incident.Action{Do: incident.Resolve})
	tell(incident.PhaseOfResolved, "It is over.")
	until(t, "the resolution", func() bool { return theirs.Incidents()[0].Status == "resolved" })
	if got := theirs.Component("cmp1"); got != "operational" {
		t.Errorf("the component is %s", got)
	}
	var said []string
	for _, u := range theirs.Incidents()[0].Updates {
		said = append(said, u.Body)
	}
	if diff := cmp.Diff([]string{"We are looking into it.", "The cause is known.", "It is over."}, said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	until(t, "the incident knows", func() bool {
		now, err := a.engine.Incident(t.Context(), in.Name())
		return err == nil && now.Statuspage.Published == 3 && now.Statuspage.Error == ""
	})
	if page := served(); strings.Contains(page, "db-3") || strings.Contains(page, "checkout-v2") {
		t.Errorf("what is not for the public is served:\n%s", page)
	}
	w := httptest.NewRecorder()
	a.server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/elsewhere", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("another path answers %d", w.Code)
	}
}
