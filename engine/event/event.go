// Package event is what every source is turned into before Tocsin looks at it: one message that says that
// something fires, or that it is over. It holds no logic but the limits that every event is cut to.
package event

import "time"

// Status says whether the thing fires or is over.
type Status string

// The two statuses of an event.
const (
	Firing   Status = "firing"
	Resolved Status = "resolved"
)

// Event is one normalised message from a source.
type Event struct {
	Status      Status            `json:"status"`
	DedupKey    string            `json:"dedup_key"`             // what makes two events the same alert, within one integration
	Title       string            `json:"title"`                 // one line
	Description string            `json:"description,omitempty"` // plain text
	Source      string            `json:"source,omitempty"`      // the host or thing it is about
	Priority    string            `json:"priority,omitempty"`    // P1 to P5, empty when the sender does not say
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Actions     []string          `json:"actions,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Details     map[string]any    `json:"details,omitempty"`
	Link        string            `json:"link,omitempty"`    // where the source shows it
	Runbook     string            `json:"runbook,omitempty"` // what to do about it
	StartsAt    time.Time         `json:"starts_at,omitzero"`
	// ExpiresAt is when a firing event counts as resolved unless it is sent again; zero for never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// Priorities in order, the worst first.
var Priorities = [...]string{"P1", "P2", "P3", "P4", "P5"}

// ValidPriority reports whether p is P1 to P5.
func ValidPriority(p string) bool {
	return len(p) == 2 && p[0] == 'P' && p[1] >= '1' && p[1] <= '5'
}

// DefaultPriority is that of an alert whose sender and rules say none.
const DefaultPriority = "P3"
