package statuspagetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// body is what may be sent about an incident.
type body struct {
	Incident struct {
		Name       string                    `json:"name"`
		Status     string                    `json:"status"`
		Body       string                    `json:"body"`
		Impact     string                    `json:"impact_override"`
		IDs        []string                  `json:"component_ids"`
		Components map[string]string         `json:"components"`
		Notify     *bool                     `json:"deliver_notifications"`
		Metadata   map[string]map[string]any `json:"metadata"` // an object of objects
	} `json:"incident"`
}

var (
	statuses = []string{"investigating", "identified", "monitoring", "resolved"}
	impacts  = []string{"", "none", "minor", "major", "critical"}
	states   = []string{"operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"}
)

// change does what a request says to an incident, or refuses it.
func (s *Server) change(w http.ResponseWriter, r *http.Request, in *Incident) bool {
	var b body
	refuse := func(status int, format string, args ...any) bool {
		answer(w, status, map[string][]string{"error": {fmt.Sprintf(format, args...)}})
		return false
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil || r.Header.Get("Content-Type") != "application/json" {
		return refuse(http.StatusBadRequest, "not a request: %v", err)
	}
	c := b.Incident
	switch {
	case c.Name == "" || len([]rune(c.Name)) > 255:
		return refuse(http.StatusUnprocessableEntity, "Name is too short or too long")
	case !slices.Contains(statuses, c.Status):
		return refuse(http.StatusUnprocessableEntity, "Status %q is not valid", c.Status)
	case !slices.Contains(impacts, c.Impact):
		return refuse(http.StatusUnprocessableEntity, "Impact override %q is not valid", c.Impact)
	}
	for id, state := range c.Components {
		if _, ok := s.components[id]; !ok || !slices.Contains(states, state) || !slices.Contains(c.IDs, id) {
			return refuse(http.StatusUnprocessableEntity, "Component %s=%s is not valid", id, state)
		}
	}
	in.Components = nil
	for _, id := range c.IDs {
		in.Components = append(in.Components, Component{ID: id})
	}
	for id, state := range c.Components {
		s.components[id] = state
	}
	in.Name, in.Status, in.Metadata = c.Name, c.Status, c.Metadata
	if c.Impact != "" {
		in.Impact = c.Impact
	}
	in.Updates = append(in.Updates, Update{Status: c.Status, Body: c.Body, Notified: c.Notify == nil || *c.Notify})
	return true
}
