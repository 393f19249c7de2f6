// Package outbox is what a record keeps of what it has to tell an alert in another shard, until that alert has
// committed it. It is pure: it says what is to be told and when to try; package engine tells it.
package outbox

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// Lease is how long one attempt may take. Until it is over, nothing else is told, so that what is told arrives in
// its order; Patience is what the attempt itself may use of it.
const (
	Lease    = 15 * time.Second
	Patience = 10 * time.Second
)

// Outbox holds the latest that an alert is to be told. Its zero value holds nothing.
type Outbox struct {
	N       int          `json:"n,omitempty"` // counts what was ever put in
	Status  event.Status `json:"status,omitempty"`
	Pending bool         `json:"pending,omitempty"` // the alert does not have it yet, as far as is known
	At      time.Time    `json:"at,omitzero"`       // when to try; while an attempt is under way, when its lease ends
}

// Put replaces what the alert is to be told. It is told at once, or when the attempt under way is over.
func (o *Outbox) Put(status event.Status, now time.Time) {
	o.N++
	o.Status, o.Pending = status, true
	if o.At.Before(now) {
		o.At = now
	}
}

// Wake is when to try; zero when there is nothing to tell.
func (o *Outbox) Wake() time.Time {
	if !o.Pending {
		return time.Time{}
	}
	return o.At
}

// Claim gives what is due to the caller for the time of a lease. It takes effect with the commit of the record, so
// that of two who try only one goes on.
func (o *Outbox) Claim(now time.Time) bool {
	if !o.Pending || o.At.After(now) {
		return false
	}
	o.At = now.Add(Lease)
	return true
}

// Told says that the alert has committed number n. When something newer was told meanwhile, the alert has
// them in the wrong order now, and is told the newer one again.
func (o *Outbox) Told(n int, now time.Time) {
	o.Pending, o.At = n != o.N, time.Time{}
	if o.Pending {
		o.At = now
	}
}
