// Package trail is the audit trail: who did what to who is on call, when and why. An entry is a record that is committed
// together with what was done, so that there is never one without the other. It is pure, and nothing follows from it.
package trail

import (
	"context"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Format is the version of an Entry's encoding.
const Format = 1

// Keep is how long entries are kept.
const Keep = 400 * 24 * time.Hour

// List has all entries.
const List = "trail"

// Note is what somebody did.
type Note struct {
	By   string `json:"by"`            // the user's name, or "api:NAME" for a key
	Via  string `json:"via,omitempty"` // see From
	Did  string `json:"did"`           // such as override.made
	What string `json:"what"`          // what it is called: OVR-3, user:ethan
	Text string `json:"text,omitempty"`
	Why  string `json:"why,omitempty"`
}

type via struct{}

// From says through what everything is done that is done with a context: "api:NAME" for a key, or "link". Whoever has a
// key that may act does so in any user's name; this tells them apart.
func From(ctx context.Context, what string) context.Context {
	return context.WithValue(ctx, via{}, what)
}

// Entry is a line of the trail; it is stored as JSON.
type Entry struct {
	Format int       `json:"v"`
	ID     store.ID  `json:"id"`
	At     time.Time `json:"at"`
	Note
}

// New is the entry of what is done now with a context. Its id must be of the shard of what was done.
func New(ctx context.Context, id store.ID, n Note, now time.Time) *Entry {
	n.Via, _ = ctx.Value(via{}).(string)
	return &Entry{Format: Format, ID: id, At: now, Note: n}
}

// Identity is its id.
func (e *Entry) Identity() store.ID { return e.ID }

// Born is when it was done.
func (e *Entry) Born() time.Time { return e.At }

// Waits names when it is deleted.
func (e *Entry) Waits(env directory.Env, add func(time.Time)) { add(e.GoneAt(env)) }

// GoneAt is when it is deleted.
func (e *Entry) GoneAt(directory.Env) time.Time { return e.At.Add(Keep) }

// Lists is the list of all entries.
func (e *Entry) Lists() []string { return []string{List} }

// Keys are none.
func (e *Entry) Keys() []string { return nil }

// Paging are none.
func (e *Entry) Paging() []page.Page { return nil }
