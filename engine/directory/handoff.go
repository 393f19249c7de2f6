package directory

import (
	"slices"
	"time"
)

// Handoff is who is told, and how, when people come on call by a schedule and go off.
type Handoff struct {
	On   bool          `json:"on,omitempty"`
	Off  bool          `json:"off,omitempty"`
	Via  []string      `json:"via,omitempty"`  // all of them; empty for the first way of the person's low plan that works
	Lead time.Duration `json:"lead,omitempty"` // how long before their shift those are told who come on
	// In the quiet time nobody is told: wall clock in the person's zone, To the day after when it is not after From.
	QuietFrom string `json:"quiet_from,omitempty"`
	QuietTo   string `json:"quiet_to,omitempty"`
	// Edition names all that the schedule is made of in the configuration. Where replicas have different ones, those
	// of the latest loaded count.
	Edition string `json:"edition"`
}

// Equal reports whether both say the same.
func (h Handoff) Equal(o Handoff) bool {
	return h.On == o.On && h.Off == o.Off && h.Lead == o.Lead && h.QuietFrom == o.QuietFrom && h.QuietTo == o.QuietTo &&
		h.Edition == o.Edition && slices.Equal(h.Via, o.Via)
}
