package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// server is a Tocsin of its own, as the stories talk to it.
type server struct {
	*programtest.Server
	t *testing.T
}

// prepare makes a server that is not started yet. Its configuration is body below what every test has the same.
func prepare(t *testing.T, body string, args ...string) *server {
	t.Helper()
	return &server{programtest.Prepare(t, binary, body, args...), t}
}

// serve starts a Tocsin and waits until it is ready.
func serve(t *testing.T, body string, args ...string) *server {
	t.Helper()
	s := prepare(t, body, args...)
	s.Launch()
	return s
}

// get reads a path as an admin.
func (s *server) get(path string) programtest.Answer {
	s.t.Helper()
	return s.Do(http.MethodGet, path, programtest.AdminKey, "", nil)
}

// post sends JSON as an admin; body is text as it is, or a value.
func (s *server) post(path string, body any) programtest.Answer {
	s.t.Helper()
	return s.Do(http.MethodPost, path, programtest.AdminKey, "application/json", toJSON(s.t, body))
}

// send sends JSON to an integration, as one that has its key.
func (s *server) send(integration string, body any) programtest.Answer {
	s.t.Helper()
	return s.Do(http.MethodPost, "/in/"+integration, programtest.SenderKey, "application/json", toJSON(s.t, body))
}

func toJSON(t *testing.T, body any) []byte {
	t.Helper()
	if text, ok := body.(string); ok {
		return []byte(text)
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// as reads an answer that must have a status.
func as[T any](t *testing.T, a programtest.Answer, status int) (v T) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("answered %d, want %d: %s", a.Status, status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	return v
}

// at reads a time of the API; the zero time for null.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
