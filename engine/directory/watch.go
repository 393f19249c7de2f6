package directory

import (
	"maps"
	"slices"
	"time"
)

// Heartbeat is a source that must be heard of, and what its alert says when it is not.
type Heartbeat struct {
	Every    time.Duration     `json:"every"`
	Grace    time.Duration     `json:"grace"` // how much later than that a ping may come
	Title    string            `json:"title,omitempty"`
	Priority string            `json:"priority,omitempty"`
	Team     string            `json:"team,omitempty"`
	Service  string            `json:"service,omitempty"`
	Tags     []string          `json:"tags,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
}

// Equal reports whether both say the same.
func (h Heartbeat) Equal(o Heartbeat) bool {
	return h.Every == o.Every && h.Grace == o.Grace && h.Title == o.Title && h.Priority == o.Priority &&
		h.Team == o.Team && h.Service == o.Service && slices.Equal(h.Tags, o.Tags) && maps.Equal(h.Labels, o.Labels)
}

// Canary is a test page that is sent again and again. The zero value is none.
type Canary struct {
	Every time.Duration `json:"every"`
	User  string        `json:"user"`
	Via   []string      `json:"via,omitempty"` // empty for every way of the user's plans
	At    string        `json:"at,omitempty"`  // wall clock in the user's zone, for a period of whole days
}

// Equal reports whether both say the same.
func (c Canary) Equal(o Canary) bool {
	return c.Every == o.Every && c.User == o.User && c.At == o.At && slices.Equal(c.Via, o.Via)
}
