// Package page is the part of a record that holds its pages: one notification each to one person or place
// over one channel. It is pure: who may send a page, and what came of it, are decided by commits of the
// record that holds it. It sends nothing.
package page

import "time"

// Kind says why a page is sent.
type Kind string

// The kinds of pages.
const (
	Escalation Kind = ""         // a step of a policy: stops with the acknowledgement
	Notice     Kind = "notice"   // tells those who were paged what became of it: somebody has it, it is over, it is back
	Reminder   Kind = "reminder" // something is due: a postmortem, somebody to cover a shift
	Request    Kind = "request"  // asks for something: to cover a shift, to confirm an address
	Canary     Kind = "canary"   // a test: nothing is wrong
	Handoff    Kind = "handoff"  // somebody comes on call, or goes off
	Update     Kind = "update"   // tells an audience how an incident goes
	Work       Kind = "work"     // is no message: a Task is done at a provider
)

// Status is how far a page is.
type Status string

// The statuses of a page.
const (
	Pending   Status = "pending"   // waits for DueAt and for a free place at its provider
	Sending   Status = "sending"   // claimed by a replica until the lease ends
	Sent      Status = "sent"      // the provider has it
	Delivered Status = "delivered" // the provider says that it arrived
	Failed    Status = "failed"    // for good
	Cancelled Status = "cancelled" // not needed any more
	Held      Status = "held"      // not begun, and its record is held: its time stands still
)

// Page is one notification and its delivery record.
type Page struct {
	N     int    `json:"n"` // 1, 2, … in its record; (record, N) is the idempotency key for providers
	Kind  Kind   `json:"kind,omitempty"`
	Run   int    `json:"run,omitempty"`   // which run of a policy, as the record numbers them
	Round int    `json:"round,omitempty"` // which repeat of that run
	Step  int    `json:"step"`            // which step of the policy, from 1; 0 when none
	User  string `json:"user,omitempty"`
	// Channel is the place that is told, when it is not a user.
	Channel string `json:"channel,omitempty"`
	// Address is that of somebody who is neither: a subscriber's e-mail address.
	Address string `json:"address,omitempty"`
	Via     string `json:"via"`              // slack, sms, voice, email, console, webhook, shoutrrr
	Text    string `json:"text,omitempty"`   // what a notice says
	Always  bool   `json:"always,omitempty"` // survives an acknowledgement (unless: closed)

	Status      Status    `json:"status"`
	DueAt       time.Time `json:"due_at"`
	SentAt      time.Time `json:"sent_at,omitzero"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"`
	Attempts    int       `json:"attempts,omitempty"` // counts claims; it is the fencing number of the current one
	Failures    int       `json:"failures,omitempty"` // counts refusals of the provider, not crashes of ours
	Replica     string    `json:"replica,omitempty"`  // who claimed it
	LeaseUntil  time.Time `json:"lease_until,omitzero"`
	Ref         string    `json:"ref,omitempty"` // the provider's id for the message
	Error       string    `json:"error,omitempty"`
	Bundle      string    `json:"bundle,omitempty"`  // the message that carried it together with others
	Earlier     []string  `json:"earlier,omitempty"` // bundles of earlier attempts, which may have arrived all the same
	Bundled     bool      `json:"bundled,omitempty"` // waits to be sent together with others

	Task *Task `json:"task,omitempty"` // of a page of Kind Work
}

// OfStep reports whether the page is one of a step of a policy.
func (p *Page) OfStep() bool { return p.Kind == Escalation && p.Step > 0 }

// Interrupts reports whether the page went to a person as part of an escalation, and did not fail: what counts as a
// page wherever pages are counted.
func (p *Page) Interrupts() bool {
	return p.Kind == Escalation && p.User != "" && !p.SentAt.IsZero() && (p.Status == Sent || p.Status == Delivered)
}
