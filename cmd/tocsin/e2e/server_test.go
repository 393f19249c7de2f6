package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The keys of every test's configuration.
const (
	adminKey  = "an-admin-key-for-tests"
	senderKey = "a-sender-key-for-tests"
)

// server is a Tocsin of its own: address, folder, configuration, and the process that runs now.
type server struct {
	*process
	t       *testing.T
	url     string
	address string
	dir     string
	config  string // the path of the file
	args    []string
	client  *http.Client
}

// prepare makes a server that is not started yet. Its configuration is body below what every test has the same.
func prepare(t *testing.T, body string, args ...string) *server {
	t.Helper()
	address := freePort(t)
	s := &server{t: t, url: "http://" + address, address: address, dir: t.TempDir(), args: args,
		client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	t.Cleanup(s.client.CloseIdleConnections)
	s.config = filepath.Join(s.dir, "tocsin.yaml")
	s.write(body)
	return s
}

// serve starts a Tocsin and waits until it is ready.
func serve(t *testing.T, body string, args ...string) *server {
	t.Helper()
	s := prepare(t, body, args...)
	s.launch()
	return s
}

// write writes the configuration; a running server does not know before it reloads.
func (s *server) write(body string) {
	s.t.Helper()
	head := fmt.Sprintf("listen: %s\npublic_url: %s\napi_keys: [{name: tests, key: %s, role: admin}]\n", s.address, s.url, adminKey)
	if !strings.Contains(body, "\nstore:") && !strings.HasPrefix(body, "store:") {
		head += "store: bolt:" + filepath.Join(s.dir, "tocsin.db") + "\n"
	}
	if err := os.WriteFile(s.config, []byte(head+body), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// begin starts the process and waits for nothing.
func (s *server) begin() {
	s.t.Helper()
	s.process = start(s.t, s.dir, binary, append([]string{"serve", "--config", s.config}, s.args...)...)
}

// launch starts the process and waits until it takes alerts.
func (s *server) launch() {
	s.t.Helper()
	s.begin()
	s.untilReady()
}

func (s *server) untilReady() {
	s.t.Helper()
	until(s.t, "the server to be ready", func() (bool, any) {
		select {
		case <-s.exited:
			s.t.Fatalf("the server ended:\n%s", s.log)
		default:
		}
		status, text := s.ready()
		return status == http.StatusOK, text
	})
}

// ready is the answer of /-/ready; 0 when there is none.
func (s *server) ready() (status int, text string) {
	r, err := s.client.Get(s.url + "/-/ready")
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(body)
}

// answer is what came back to a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request as somebody with a key. It fails the test only when there is no answer.
func (s *server) do(method, path, key, contentType string, body []byte) answer {
	s.t.Helper()
	a, err := s.try(method, path, key, contentType, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *server) try(method, path, key, contentType string, body []byte) (answer, error) {
	r, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(text)}, err
}

// get reads a path as an admin.
func (s *server) get(path string) answer {
	s.t.Helper()
	return s.do(http.MethodGet, path, adminKey, "", nil)
}

// post sends JSON as an admin; body is text as it is, or a value.
func (s *server) post(path string, body any) answer {
	s.t.Helper()
	return s.do(http.MethodPost, path, adminKey, "application/json", toJSON(s.t, body))
}

// send sends JSON to an integration, as one that has its key.
func (s *server) send(integration string, body any) answer {
	s.t.Helper()
	return s.do(http.MethodPost, "/in/"+integration, senderKey, "application/json", toJSON(s.t, body))
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
func as[T any](t *testing.T, a answer, status int) (v T) {
	t.Helper()
	if a.status != status {
		t.Fatalf("answered %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// stop ends the server as an init system does, and expects that it ends well.
func (s *server) stop() {
	s.t.Helper()
	s.signal(s.t, os.Interrupt)
	if code := s.code(s.t); code != 0 {
		s.t.Errorf("stopping ended with code %d", code)
	}
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
