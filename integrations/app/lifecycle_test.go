package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	lifecycleConfig = `
store: "mem:"
users: [{name: ethan}]
fallback: standard
policies:
  - {name: standard, steps: [{after: 0m, notify: ["user:ethan"]}]}
providers: {console: {}}
api_keys:
  - {name: ops, key: admin-key-of-the-test, role: admin}
  - {name: wall, key: viewer-key-of-the-test, role: viewer}
`
	inside  = "127.0.0.1:40000"
	outside = "192.0.2.7:40000"
)

func started(t *testing.T) (a *App, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "tocsin.yaml")
	write(t, file, lifecycleConfig)
	a, err := New(t.Context(), Options{
		Paths: []string{file}, Env: func(string) (string, bool) { return "", false }, Console: io.Discard, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.store.Close() })
	return a, file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func ask(a *App, method, peer string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/-/reload", nil)
	r.RemoteAddr = peer
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	a.server.Handler.ServeHTTP(w, r)
	return w
}

func TestOnlyThisMachineAndAdminsReload(t *testing.T) {
	t.Parallel()
	a, _ := started(t)
	bearer := func(key string) map[string]string { return map[string]string{"Authorization": "Bearer " + key} }
	for _, test := range []struct {
		name, peer string
		header     map[string]string
		want       int
	}{
		{"a process on this machine", inside, nil, http.StatusOK},
		{"the same over IPv6", "[::1]:40000", nil, http.StatusOK},
		{"the same over IPv4 in IPv6", "[::ffff:127.0.0.1]:40000", nil, http.StatusOK},
		{"a stranger", outside, nil, http.StatusUnauthorized},
		{"a stranger who says to be here", outside, map[string]string{"X-Forwarded-For": "127.0.0.1"}, http.StatusUnauthorized},
		{"a stranger behind a proxy here", inside, map[string]string{"X-Forwarded-For": "192.0.2.7"}, http.StatusUnauthorized},
		{"a stranger behind a standard proxy here", inside, map[string]string{"Forwarded": "for=192.0.2.7"}, http.StatusUnauthorized},
		{"a web page in a browser here", inside, map[string]string{"Origin": "https://evil.example.com"}, http.StatusUnauthorized},
		{"an admin from anywhere", outside, bearer("admin-key-of-the-test"), http.StatusOK},
		{"a viewer", outside, bearer("viewer-key-of-the-test"), http.StatusForbidden},
		{"a wrong key", outside, bearer("admin-key-of-the-tesT"), http.StatusUnauthorized},
		{"an empty key", outside, bearer(""), http.StatusUnauthorized},
		{"a key in another scheme", outside, map[string]string{"Authorization": "Basic admin-key-of-the-test"}, http.StatusUnauthorized},
	} {
		if got := ask(a, http.MethodPost, test.peer, test.header); got.Code != test.want {
			t.Errorf("%s: %d %q, want %d", test.name, got.Code, got.Body, test.want)
		}
	}
	if got := ask(a, http.MethodGet, inside, nil); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d, want %d: only POST changes something", got.Code, http.StatusMethodNotAllowed)
	}
}

func TestABadConfigurationIsNotReloadedAndSaysWhy(t *testing.T) {
	t.Parallel()
	a, file := started(t)
	before := a.engine.World()
	write(t, file, strings.Replace(lifecycleConfig, "user:ethan", "user:ethn", 1))
	got := ask(a, http.MethodPost, inside, nil)
	if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), file+":6:") || !strings.Contains(got.Body.String(), `did you mean "ethan"?`) {
		t.Errorf("answer %d %q, want 400 with the place and a suggestion", got.Code, got.Body)
	}
	if a.engine.World() != before {
		t.Error("the old configuration is not in force any more")
	}
	write(t, file, lifecycleConfig)
	if got := ask(a, http.MethodPost, inside, nil); got.Code != http.StatusOK || a.engine.World() == before {
		t.Errorf("answer %d %q, want 200 and the new configuration", got.Code, got.Body)
	}
}

func TestOfflineAnswersWithoutAServer(t *testing.T) {
	t.Parallel()
	_, file := started(t)
	h, err := Offline(t.Context(), Options{
		Paths: []string{file}, Env: func(string) (string, bool) { return "", false }, Console: io.Discard, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/config", nil))
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "of-the-test") {
		t.Errorf("answer %d %q, want the configuration without its keys", w.Code, w.Body)
	}
}
