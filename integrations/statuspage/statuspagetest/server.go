// Package statuspagetest is a Statuspage for tests: it checks keys and the shape of what is sent, keeps incidents and
// components, and can refuse.
package statuspagetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What opens the server.
const (
	Key  = "sp-key-of-tests"
	Page = "pg1"
)

// Update is one text that the page shows of an incident.
type Update struct {
	Status, Body string
	Notified     bool
}

// Incident is one of the page.
type Incident struct {
	ID         string                    `json:"id"`
	Name       string                    `json:"name"`
	Status     string                    `json:"status"`
	Impact     string                    `json:"impact"`
	Shortlink  string                    `json:"shortlink"`
	Metadata   map[string]map[string]any `json:"metadata"`
	Components []Component               `json:"components"`
	Updates    []Update                  `json:"-"`
}

// Component is one of the page.
type Component struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// Server is the fake. Its methods may be called concurrently.
type Server struct {
	URL string // what base_url is

	mu         sync.Mutex
	incidents  []*Incident
	components map[string]string
	refusals   []refusal
	lose       bool
	requests   int
}

type refusal struct {
	status int
	body   string
}

// New starts a Statuspage whose page has components, all of them operational.
func New(t testing.TB, components ...string) *Server {
	s := &Server{components: map[string]string{}}
	for _, id := range components {
		s.components[id] = "operational"
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.URL = web.URL + "/v1"
	return s
}

// Refuse answers the next request so, before it does anything.
func (s *Server) Refuse(status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, refusal{status, body})
}

// LoseAnswer does what the next change asks for, and breaks off before it says so.
func (s *Server) LoseAnswer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lose = true
}

// Requests is how many came.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Incidents are those of the page, oldest first.
func (s *Server) Incidents() (list []Incident) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.incidents {
		list = append(list, *in)
	}
	return list
}

// Component is the state of one.
func (s *Server) Component(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.components[id]
}

// Open makes an incident by hand, as people do at Statuspage.
func (s *Server) Open(name, component, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.components[component] = status
	s.incidents = append(s.incidents, &Incident{ID: fmt.Sprintf("hand%d", len(s.incidents)+1), Name: name, Status: "investigating", Components: []Component{{ID: component}}})
}

// Maintain begins a maintenance of a component, as people do at Statuspage.
func (s *Server) Maintain(component string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.components[component] = "under_maintenance"
}

// Delete removes an incident by hand.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.incidents = slices.DeleteFunc(s.incidents, func(in *Incident) bool { return in.ID == id })
}

// ServeHTTP is the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if r.Header.Get("Authorization") != "OAuth "+Key {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "Could not authenticate"})
		return
	}
	if len(s.refusals) > 0 {
		no := s.refusals[0]
		s.refusals = s.refusals[1:]
		w.WriteHeader(no.status)
		_, _ = w.Write([]byte(no.body))
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1/pages/"+Page+"/incidents")
	if !ok {
		answer(w, http.StatusNotFound, map[string]string{"error": "not found"})
		return
	}
	switch {
	case r.Method == http.MethodGet && rest == "/unresolved":
		s.list(w, func(in *Incident) bool { return in.Status != "resolved" })
	case r.Method == http.MethodGet && rest == "":
		s.list(w, func(*Incident) bool { return true })
	case r.Method == http.MethodPost && rest == "":
		in := &Incident{ID: fmt.Sprintf("in%d", len(s.incidents)+1)}
		in.Shortlink = "https://stspg.example/" + in.ID
		if s.change(w, r, in) {
			s.incidents = append(s.incidents, in)
			s.answer(w, http.StatusCreated, in)
		}
	default:
		s.one(w, r, strings.TrimPrefix(rest, "/"))
	}
}

func (s *Server) one(w http.ResponseWriter, r *http.Request, id string) {
	i := slices.IndexFunc(s.incidents, func(in *Incident) bool { return in.ID == id })
	switch {
	case i < 0:
		answer(w, http.StatusNotFound, map[string]string{"error": "Record not found"})
	case r.Method == http.MethodGet:
		s.answer(w, http.StatusOK, s.incidents[i])
	case r.Method == http.MethodPatch && s.change(w, r, s.incidents[i]):
		s.answer(w, http.StatusOK, s.incidents[i])
	}
}

// list answers with the latest first.
func (s *Server) list(w http.ResponseWriter, which func(*Incident) bool) {
	list := []*Incident{}
	for _, in := range slices.Backward(s.incidents) {
		if which(in) {
			list = append(list, s.shown(in))
		}
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) shown(in *Incident) *Incident {
	now := *in
	now.Components = slices.Clone(in.Components)
	for i := range now.Components {
		now.Components[i].Status = s.components[now.Components[i].ID]
	}
	return &now
}

func (s *Server) answer(w http.ResponseWriter, status int, in *Incident) {
	if s.lose {
		s.lose = false
		panic(http.ErrAbortHandler)
	}
	answer(w, status, s.shown(in))
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
