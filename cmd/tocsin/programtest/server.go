package programtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The keys of every configuration: an API key of an administrator, and one that senders can be given.
const (
	AdminKey  = "an-admin-key-for-tests"
	SenderKey = "a-sender-key-for-tests"
)

// Server is a Tocsin of its own: address, folder, configuration, and the process that runs now.
type Server struct {
	*Process
	URL     string
	Address string
	Dir     string
	Config  string   // the path of the file
	Args    []string // of serve, after the configuration

	t      *testing.T
	binary string
	client *http.Client
}

// Prepare makes a server that is not started yet. Its configuration is body below what every test has the same.
func Prepare(t *testing.T, binary, body string, args ...string) *Server {
	t.Helper()
	address := FreePort(t)
	s := &Server{t: t, binary: binary, URL: "http://" + address, Address: address, Dir: t.TempDir(), Args: args,
		client: &http.Client{Timeout: Patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	t.Cleanup(s.client.CloseIdleConnections)
	s.Config = filepath.Join(s.Dir, "tocsin.yaml")
	s.Write(body)
	return s
}

// Write writes the configuration; a running server does not know before it reloads. Unless it says otherwise, the
// state is in the server's folder.
func (s *Server) Write(body string) {
	s.t.Helper()
	head := fmt.Sprintf("listen: %s\npublic_url: %s\napi_keys: [{name: tests, key: %s, role: admin}]\n", s.Address, s.URL, AdminKey)
	if !strings.Contains(body, "\nstore:") && !strings.HasPrefix(body, "store:") {
		head += "store: bolt:" + s.StateFile() + "\n"
	}
	if err := os.WriteFile(s.Config, []byte(head+body), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// StateFile is where the embedded store is, unless the configuration or an argument says otherwise.
func (s *Server) StateFile() string { return filepath.Join(s.Dir, "tocsin.db") }

// Begin starts the process and waits for nothing.
func (s *Server) Begin() {
	s.t.Helper()
	s.Process = Start(s.t, s.Dir, s.binary, append([]string{"serve", "--config", s.Config}, s.Args...)...)
}

// Launch starts the process and waits until it takes alerts.
func (s *Server) Launch() {
	s.t.Helper()
	s.Begin()
	s.UntilReady()
}

// UntilReady waits until the server takes alerts.
func (s *Server) UntilReady() {
	s.t.Helper()
	Until(s.t, "the server to be ready", func() error {
		select {
		case <-s.Exited:
			s.t.Fatalf("the server ended:\n%s", s.Log)
		default:
		}
		if status, text := s.Ready(); status != http.StatusOK {
			return errors.New(text)
		}
		return nil
	})
}

// Ready is the answer of /-/ready; 0 when there is none.
func (s *Server) Ready() (status int, text string) {
	a, err := s.Try(context.Background(), http.MethodGet, "/-/ready", "", "", nil)
	if err != nil {
		return 0, err.Error()
	}
	return a.Status, a.Body
}

// Stop ends the server as an init system does, and expects that it ends well.
func (s *Server) Stop() {
	s.t.Helper()
	s.Signal(s.t, os.Interrupt)
	if code := s.Code(s.t); code != 0 {
		s.t.Errorf("stopping ended with code %d", code)
	}
}

// Answer is what came back to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Try sends a request as somebody with a key. An error means that there was no answer, or only a part of one.
func (s *Server) Try(ctx context.Context, method, path, key, contentType string, body []byte) (Answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, resp.Header, string(text)}, err
}

// Do is Try that fails the test when there is no answer.
func (s *Server) Do(method, path, key, contentType string, body []byte) Answer {
	s.t.Helper()
	a, err := s.Try(context.Background(), method, path, key, contentType, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}
