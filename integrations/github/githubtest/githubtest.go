// Package githubtest is a GitHub on the loopback interface for tests: the part of the REST and GraphQL API about issues
// that Tocsin uses, with its token check, its errors and its rate limits.
package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is what it takes; Repository is the only one that there is, beside one that the token may not see by the rules of
// its organisation.
const (
	Token      = "github-token"
	Repository = "example-org/checkout"
	Forbidden  = "example-org/guarded"
)

// Issue is an issue as it is now.
type Issue struct {
	Number                            int
	Title, Body, State, Reason, Login string
	Comments                          []string
	created                           time.Time
}

// Server is a running GitHub. Its methods may be called while it serves.
type Server struct {
	URL string // of the REST API, as that of an Enterprise Server

	mu       sync.Mutex
	now      func() time.Time
	issues   []*Issue
	requests []string
	status   int
	header   map[string]string
	swallow  bool
}

// Start runs a GitHub until the test ends.
func Start(t testing.TB, now func() time.Time) *Server {
	t.Helper()
	s := &Server{now: now}
	mux := http.NewServeMux()
	const repo = "/api/v3/repos/" + Repository
	mux.HandleFunc("GET "+repo+"/issues", s.list)
	mux.HandleFunc("POST "+repo+"/issues", s.create)
	mux.HandleFunc("GET "+repo+"/issues/{n}", s.get)
	mux.HandleFunc("GET "+repo+"/issues/{n}/comments", s.comments)
	mux.HandleFunc("POST "+repo+"/issues/{n}/comments", s.comment)
	mux.HandleFunc("POST /api/graphql", s.graphql)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, "Not Found") })
	server := httptest.NewServer(s.guard(mux))
	t.Cleanup(server.Close)
	s.URL = server.URL + "/api/v3"
	return s
}

// Answer has every request answered with a status and headers, until it is told 0.
func (s *Server) Answer(status int, header map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.header = status, header
}

// Swallow has the next creation carried out without its answer getting through.
func (s *Server) Swallow() { s.mu.Lock(); defer s.mu.Unlock(); s.swallow = true }

// Put makes an issue, as people do; Close closes one.
func (s *Server) Put(title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(title, "")
}

// Close closes an issue for a reason.
func (s *Server) Close(n int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issues[n-1].State, s.issues[n-1].Reason = "closed", reason
}

// Issues are all that there are.
func (s *Server) Issues() (out []Issue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.issues {
		out = append(out, *i)
	}
	return out
}

// Requests are the methods and paths of what was asked since the last call.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.requests
	s.requests = nil
	return out
}

func (s *Server) add(title, body string) *Issue {
	i := &Issue{Number: len(s.issues) + 1, Title: title, Body: body, State: "open", created: s.now()}
	s.issues = append(s.issues, i)
	return i
}

func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		status, header := s.status, s.header
		s.mu.Unlock()
		switch {
		case status != 0:
			for k, v := range header {
				w.Header().Set(k, v)
			}
			refuse(w, status, "You have exceeded a secondary rate limit.")
		case r.Header.Get("Authorization") != "Bearer "+Token:
			refuse(w, 401, "Bad credentials")
		case r.Header.Get("User-Agent") == "" || r.Header.Get("X-GitHub-Api-Version") == "":
			refuse(w, 403, "Request forbidden by administrative rules.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"message": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (s *Server) web(i *Issue) string {
	return fmt.Sprintf("%s/%s/issues/%d", strings.TrimSuffix(s.URL, "/api/v3"), Repository, i.Number)
}

func (s *Server) show(i *Issue) map[string]any {
	v := map[string]any{"number": i.Number, "html_url": s.web(i), "title": i.Title, "body": i.Body, "state": i.State, "state_reason": i.Reason, "created_at": i.created.UTC()}
	if i.Login != "" {
		v["assignees"] = []any{map[string]string{"login": i.Login}}
	}
	return v
}

// list is newest first, and knows since.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	since, err := time.Parse(time.RFC3339, r.URL.Query().Get("since"))
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || r.URL.Query().Get("state") != "all" || page < 1 {
		refuse(w, 422, "Validation Failed")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []any{}
	for k := len(s.issues) - 1 - 100*(page-1); k >= 0 && len(out) < 100; k-- {
		if !s.issues[k].created.Before(since) {
			out = append(out, s.show(s.issues[k]))
		}
	}
	answer(w, 200, out)
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var body struct{ Title, Body string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Title == "" {
		answer(w, 422, map[string]any{"message": "Validation Failed", "errors": []any{map[string]string{"field": "title", "code": "missing_field"}}})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.add(body.Title, body.Body)
	if s.swallow {
		s.swallow = false
		refuse(w, 502, "Server Error")
		return
	}
	answer(w, 201, s.show(i))
}

func (s *Server) of(w http.ResponseWriter, r *http.Request) *Issue {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > len(s.issues) {
		refuse(w, 404, "Not Found")
		return nil
	}
	return s.issues[n-1]
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.of(w, r); i != nil {
		answer(w, 200, s.show(i))
	}
}

func (s *Server) comments(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.of(w, r)
	if i == nil {
		return
	}
	out := []any{}
	for _, c := range i.Comments {
		out = append(out, map[string]string{"body": c})
	}
	answer(w, 200, out)
}

func (s *Server) comment(w http.ResponseWriter, r *http.Request) {
	var body struct{ Body string }
	err := json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.of(w, r)
	if i == nil || err != nil {
		return
	}
	i.Comments = append(i.Comments, body.Body)
	if s.swallow {
		s.swallow = false
		refuse(w, 502, "Server Error")
		return
	}
	answer(w, 201, map[string]string{"body": body.Body})
}

var asked = regexp.MustCompile(`(i\d+):repository\(owner:"([^"]+)",name:"([^"]+)"\)\{issueOrPullRequest\(number:(\d+)\)`)

func (s *Server) graphql(w http.ResponseWriter, r *http.Request) {
	var body struct{ Query string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || !strings.HasPrefix(body.Query, "query{") {
		refuse(w, 400, "Problems parsing JSON")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data, problems := map[string]any{}, []any{}
	for _, m := range asked.FindAllStringSubmatch(body.Query, -1) {
		n, _ := strconv.Atoi(m[4])
		switch {
		case m[2]+"/"+m[3] == Forbidden:
			data[m[1]] = nil
			problems = append(problems, map[string]any{"type": "FORBIDDEN", "path": []string{m[1]}, "message": "Resource protected by organization SAML enforcement."})
		case m[2]+"/"+m[3] != Repository:
			data[m[1]] = nil
			problems = append(problems, map[string]any{"type": "NOT_FOUND", "path": []string{m[1]}, "message": "Could not resolve to a Repository."})
		case n < 1 || n > len(s.issues):
			data[m[1]] = map[string]any{"issueOrPullRequest": nil}
			problems = append(problems, map[string]any{"type": "NOT_FOUND", "path": []string{m[1]}, "message": "Could not resolve to an issue."})
		default:
			i := s.issues[n-1]
			nodes := []any{}
			if i.Login != "" {
				nodes = append(nodes, map[string]string{"login": i.Login})
			}
			data[m[1]] = map[string]any{"issueOrPullRequest": map[string]any{
				"title": i.Title, "state": strings.ToUpper(i.State), "stateReason": strings.ToUpper(i.Reason), "url": s.web(i), "assignees": map[string]any{"nodes": nodes},
			}}
		}
	}
	out := map[string]any{"data": data}
	if len(problems) > 0 {
		out["errors"] = problems
	}
	answer(w, 200, out)
}
