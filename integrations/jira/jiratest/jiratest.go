// Package jiratest is a Jira on the loopback interface for tests: the part of the REST API that Tocsin uses, versions 2
// and 3, with its login, its checks, its status categories, a search that lags behind as that of Cloud does, a rate limit,
// and days on which it is away.
package jiratest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Credentials that it takes.
const (
	Email    = "tocsin@example.com"
	APIToken = "jira-api-token"
	Token    = "jira-personal-token"
)

// Issue is an issue as it is now.
type Issue struct {
	Key, Summary, Type string
	Labels             []string
	Description        any
	Status, Category   string
	Assignee           string
	RemoteLinks        map[string]map[string]any // by globalId
	created            time.Time
	former             string // the key that it had before it moved
}

// Server is a running Jira. Its methods may be called while it serves.
type Server struct {
	URL string
	Lag time.Duration // how long the search does not know a new issue

	mu       sync.Mutex
	now      func() time.Time
	issues   []*Issue
	projects []string
	requests []string
	status   int // what every request is answered with, 0 for its own answer
	header   http.Header
	swallow  bool // carries the next creation out, and answers 504 all the same
}

// Start runs a Jira with the projects PAY and OPS until the test ends.
func Start(t testing.TB, now func() time.Time) *Server {
	t.Helper()
	s := &Server{now: now, projects: []string{"PAY", "OPS"}}
	mux := http.NewServeMux()
	for _, v := range []string{"2", "3"} {
		p := "/rest/api/" + v
		mux.HandleFunc("POST "+p+"/issue", s.create)
		mux.HandleFunc("GET "+p+"/issue/{key}", s.get)
		mux.HandleFunc("POST "+p+"/issue/{key}/remotelink", s.link)
	}
	mux.HandleFunc("POST /rest/api/3/issue/bulkfetch", s.bulk)
	mux.HandleFunc("POST /rest/api/3/search/jql", s.search)
	mux.HandleFunc("POST /rest/api/2/search", s.search)
	server := httptest.NewServer(s.guard(mux))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Answer has every request answered with a status, until it is told 0.
func (s *Server) Answer(status int, retryAfter string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.header = status, http.Header{}
	if retryAfter != "" {
		s.header.Set("Retry-After", retryAfter)
	}
}

// Swallow has the next creation carried out without its answer getting through.
func (s *Server) Swallow() { s.mu.Lock(); defer s.mu.Unlock(); s.swallow = true }

// Issues are all that there are.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Issue
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

// Put makes an issue, as people in Jira do.
func (s *Server) Put(key, summary, status, category string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issues = append(s.issues, &Issue{Key: key, Summary: summary, Status: status, Category: category, RemoteLinks: map[string]map[string]any{}, created: s.now()})
}

// Change moves an issue on; Move gives it another key.
func (s *Server) Change(key, status, category, assignee string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(key)
	i.Status, i.Category, i.Assignee = status, category, assignee
}

// Move gives an issue another key, under which the old one leads to it.
func (s *Server) Move(key, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(key)
	i.Key, i.former = to, key
}

func (s *Server) find(key string) *Issue {
	for _, i := range s.issues {
		if i.Key == key || i.former == key {
			return i
		}
	}
	return nil
}

func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		status, header := s.status, s.header
		s.mu.Unlock()
		user, password, _ := r.BasicAuth()
		switch {
		case status != 0:
			for k, v := range header {
				w.Header()[k] = v
			}
			refuse(w, status, nil, "Service unavailable")
		case r.Header.Get("Authorization") != "Bearer "+Token && (user != Email || password != APIToken):
			refuse(w, http.StatusUnauthorized, nil, "You are not authenticated.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func refuse(w http.ResponseWriter, status int, fields map[string]string, messages ...string) {
	answer(w, status, map[string]any{"errorMessages": messages, "errors": fields})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Fields struct {
			Project     struct{ Key string }
			IssueType   struct{ Name string }
			Summary     string
			Description any
			Labels      []string
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		refuse(w, 400, nil, err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, bad := body.Fields, map[string]string{}
	if !slices.Contains(s.projects, f.Project.Key) {
		bad["project"] = "valid project is required"
	}
	if f.IssueType.Name != "Task" && f.IssueType.Name != "Bug" {
		bad["issuetype"] = "Specify a valid issue type"
	}
	if f.Summary == "" || len([]rune(f.Summary)) > 255 || strings.Contains(f.Summary, "\n") {
		bad["summary"] = "The summary is invalid."
	}
	doc, rich := f.Description.(map[string]any)
	if v3 := strings.Contains(r.URL.Path, "/3/"); v3 != rich || rich && (doc["type"] != "doc" || doc["version"] != 1.0) {
		bad["description"] = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
	}
	if len(bad) > 0 {
		refuse(w, 400, bad)
		return
	}
	key := fmt.Sprintf("%s-%d", f.Project.Key, s.next(f.Project.Key))
	s.issues = append(s.issues, &Issue{Key: key, Summary: f.Summary, Type: f.IssueType.Name, Labels: f.Labels, Description: f.Description,
		Status: "To Do", Category: "new", RemoteLinks: map[string]map[string]any{}, created: s.now()})
	if s.swallow {
		s.swallow = false
		refuse(w, http.StatusGatewayTimeout, nil, "The gateway gave up")
		return
	}
	answer(w, 201, map[string]string{"id": "1", "key": key})
}

func (s *Server) next(project string) int {
	n := 1
	for _, i := range s.issues {
		if strings.HasPrefix(i.Key, project+"-") {
			n++
		}
	}
	return n
}

func (i *Issue) show(key string) map[string]any {
	f := map[string]any{"summary": i.Summary, "labels": i.Labels, "status": map[string]any{"name": i.Status, "statusCategory": map[string]string{"key": i.Category}}}
	if i.Assignee != "" {
		f["assignee"] = map[string]string{"displayName": i.Assignee}
	}
	return map[string]any{"key": key, "fields": f}
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(r.PathValue("key"))
	if i == nil {
		refuse(w, 404, nil, "Issue does not exist or you do not have permission to see it.")
		return
	}
	answer(w, 200, i.show(i.Key))
}

func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	var body struct {
		GlobalID     string         `json:"globalId"`
		Relationship string         `json:"relationship"`
		Object       map[string]any `json:"object"`
	}
	err := json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(r.PathValue("key"))
	if err != nil || i == nil || body.GlobalID == "" || body.Object["url"] == "" || body.Object["title"] == "" {
		refuse(w, 400, nil, "bad remote link")
		return
	}
	body.Object["relationship"] = body.Relationship
	i.RemoteLinks[body.GlobalID] = body.Object
	answer(w, 201, map[string]any{"id": 1})
}

// bulk is always up to date.
func (s *Server) bulk(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Keys []string `json:"issueIdsOrKeys"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Keys) == 0 || len(body.Keys) > 100 {
		refuse(w, 400, nil, "1 to 100 issues")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []any{}
	for _, key := range body.Keys {
		if i := s.find(key); i != nil {
			found = append(found, i.show(i.Key))
		}
	}
	answer(w, 200, map[string]any{"issues": found, "issueErrors": []any{}})
}

var (
	byLabel = regexp.MustCompile(`^project = "([A-Z]+)" AND labels = "([^"]+)"$`)
	byAge   = regexp.MustCompile(`^project = "([A-Z]+)" ORDER BY created DESC$`)
	byKey   = regexp.MustCompile(`^key in \(([A-Z0-9,-]+)\)$`)
)

func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	var body struct {
		JQL string
		Max int `json:"maxResults"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Max < 1 {
		refuse(w, 400, nil, "bad search")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	label, age, keys := byLabel.FindStringSubmatch(body.JQL), byAge.FindStringSubmatch(body.JQL), byKey.FindStringSubmatch(body.JQL)
	project := ""
	switch {
	case label != nil:
		project = label[1]
	case age != nil:
		project = age[1]
	case keys == nil:
		refuse(w, 400, nil, "Error in the JQL Query")
		return
	}
	if project != "" && !slices.Contains(s.projects, project) {
		refuse(w, 400, nil, fmt.Sprintf("The value '%s' does not exist for the field 'project'.", project))
		return
	}
	found := []any{}
	for _, i := range slices.Backward(s.issues) {
		known := s.now().Sub(i.created) >= s.Lag && (project == "" || strings.HasPrefix(i.Key, project+"-"))
		if known && len(found) < body.Max && (age != nil || label != nil && slices.Contains(i.Labels, label[2]) || keys != nil && slices.Contains(strings.Split(keys[1], ","), i.Key)) {
			found = append(found, i.show(i.Key))
		}
	}
	answer(w, 200, map[string]any{"issues": found, "isLast": true})
}
