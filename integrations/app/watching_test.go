package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const watchingConfig = `
store: "mem:"
public_url: https://oncall.example.com
users: [{name: ethan, email: ethan@example.com}]
fallback: standard
policies: [{name: standard, steps: [{after: 0m, notify: ["user:ethan"]}]}]
providers: {console: {}}
api_keys: [{name: wall, key: viewer-key-of-the-test, role: viewer}]
`

// terminal is what the console channel prints.
type terminal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *terminal) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

// take returns what was printed since the last time.
func (c *terminal) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.text.Reset()
	return c.text.String()
}

// serve makes a server of a configuration.
func serve(t *testing.T, config string) (*App, *terminal) {
	t.Helper()
	file, out := filepath.Join(t.TempDir(), "tocsin.yaml"), &terminal{}
	write(t, file, config)
	a, err := New(t.Context(), Options{
		Paths: []string{file}, Env: func(string) (string, bool) { return "", false }, Console: out, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, out
}

// run runs the server while f does; then it stops.
func run(t *testing.T, a *App, f func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	f()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// call sends a request and returns the answer's body; it must be 2xx, or lead to another page.
func call(t *testing.T, a *App, method, path string, body io.Reader) string {
	t.Helper()
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Authorization", "Bearer viewer-key-of-the-test")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	a.server.Handler.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		t.Fatalf("%s %s: answered %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.String()
}

func contains(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not have %q:\n%s", what, part, text)
		}
	}
}

func TestABackupThatDoesNotRunPagesSomebodyUntilItIsHeardOfAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, out := serve(t, watchingConfig+`
integrations: [{name: backup, type: heartbeat, key: none, every: 10m, grace: 5m, title: The backup did not run, priority: P2}]
`)
		run(t, a, func() {
			time.Sleep(7 * time.Minute) // the bubble's time
			call(t, a, "GET", "/in/backup", nil)
			time.Sleep(14 * time.Minute)
			if said := out.take(); said != "" {
				t.Errorf("a page too early:\n%s", said)
			}
			time.Sleep(2 * time.Minute)
			contains(t, "the page", out.take(), "P2", "The backup did not run")
			contains(t, "the list", call(t, a, "GET", "/api/v1/heartbeats", nil), `"name":"backup"`, `"late":true`)
			contains(t, "a scrape", call(t, a, "GET", "/metrics", nil), "tocsin_heartbeats_late 1\n", `tocsin_events_received_total{integration="backup",status="ping"} 1`)

			call(t, a, "HEAD", "/in/backup/ping", nil)
			time.Sleep(time.Minute)
			contains(t, "the list of alerts", call(t, a, "GET", "/api/v1/alerts?status=closed", nil), "The backup did not run")
			contains(t, "the news", out.take(), "NOTICE")
		})
	})
}

func TestATestPageIsConfirmedByItsLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, out := serve(t, watchingConfig+"canary: {every: 15m, user: ethan}\n")
		run(t, a, func() {
			time.Sleep(time.Minute)
			said := out.take()
			contains(t, "the message", said, "TEST", "nothing is wrong")
			token := regexp.MustCompile(`https://oncall\.example\.com/a/(\S+)`).FindStringSubmatch(said)
			if token == nil {
				t.Fatalf("no link:\n%s", said)
			}
			contains(t, "its page", call(t, a, "GET", "/a/"+token[1], nil), "I have it")
			call(t, a, "POST", "/a/"+token[1], strings.NewReader("do=confirm&token="+token[1]))
			contains(t, "its page", call(t, a, "GET", "/a/"+token[1], nil), "Test received: ethan confirmed it")
			time.Sleep(10 * time.Second) // metrics are counted every 5 s
			contains(t, "a scrape", call(t, a, "GET", "/metrics", nil), `tocsin_canary_success{channel="console"} 1`)
			time.Sleep(15 * time.Minute)
			contains(t, "the next message", out.take(), "TEST")
		})
	})
}

func TestTheDeadMansSwitchBeatsOnlyWhileTheServerWorks(t *testing.T) {
	t.Parallel()
	beats := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { beats <- r.Method + " " + r.URL.Path }))
	defer elsewhere.Close()
	a, _ := serve(t, watchingConfig+"dead_man: {url: \""+elsewhere.URL+"/uuid\", method: POST, every: 10s}\n")
	a.deadMan().Step(t.Context()) // nothing handles what is due yet
	contains(t, "a scrape", call(t, a, "GET", "/metrics", nil), `tocsin_dead_man_silent{reason="wheel"} 1`, "tocsin_dead_man_beats_total 0\n")
	if len(beats) > 0 {
		t.Fatalf("it beats all the same: %s", <-beats)
	}
	if _, err := a.engine.Step(t.Context(), a.engine.Now()); err != nil {
		t.Fatal(err)
	}
	run(t, a, func() {
		if beat := <-beats; beat != "POST /uuid" {
			t.Errorf("it calls %s", beat)
		}
	})
}
