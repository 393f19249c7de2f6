package rehearsal

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Story is what happened in a rehearsal.
type Story struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"` // when the last thing happened, or the time was over
	// Quiet says that nothing more would have happened; otherwise the time was over.
	Quiet     bool        `json:"quiet"`
	Entries   []Entry     `json:"entries"`
	Alerts    []*Alert    `json:"alerts"` // in the order of their numbers
	Incidents []*Incident `json:"incidents"`
	// Took is, for each of Script.Arrivals, the number of the alert that it went to; 0 for the end of an alert that there
	// was not.
	Took  []uint64 `json:"took"`
	Steps int      `json:"steps"`
}

// Kinds of entries that come from the script or from a provider. All others are those of the timelines of alerts and
// incidents (created, routed, step, acked, exhausted, fallback, closed, opened, joined, …), among them kinds that are
// newer than this package: show what is not known by its Text.
const (
	Arrived      = "event"         // an event came in
	Paged        = "page"          // a message to a person or place was tried: see Entry.Page
	Noticed      = "notice"        // the same, of any other message: what became of an alert, a reminder
	Refusal      = "refused"       // an act was refused
	ProviderDown = "provider_down" // an outage begins,
	ProviderUp   = "provider_up"   // and ends
	Pinged       = "ping"          // a heartbeat was heard of
	Overridden   = "override"      // somebody else is on call
	Absent       = "away"          // somebody is away
)

// Entry is one thing that happened.
type Entry struct {
	At time.Time `json:"at"`
	// Offset is the time since the story's start.
	Offset   time.Duration `json:"offset_ns"`
	Kind     string        `json:"kind"`
	Alert    uint64        `json:"alert,omitempty"`    // its number; 0 when it is of no alert
	Incident string        `json:"incident,omitempty"` // INC-1; empty when it is of no incident
	By       string        `json:"by,omitempty"`
	Text     string        `json:"text,omitempty"`
	Page     *Page         `json:"page,omitempty"` // of Paged and Noticed
}

// Page is a message that was given to a provider.
type Page struct {
	User    string `json:"user,omitempty"` // who got it, or
	Channel string `json:"channel,omitempty"`
	Via     string `json:"via"`
	Step    int    `json:"step,omitempty"`  // which step of the policy, from 1; 0 when none
	Round   int    `json:"round,omitempty"` // which repeat
	// Sent says that the provider took it. Otherwise Error says why not, and it is tried again, or the next way is
	// taken; when it fails for good, a "failed" entry says so.
	Sent  bool   `json:"sent"`
	Error string `json:"error,omitempty"`
	// Bundle are the alerts that the message was about, where several were bundled.
	Bundle []uint64  `json:"bundle,omitempty"`
	Away   bool      `json:"away,omitempty"` // the person is away
	Kind   page.Kind `json:"kind,omitempty"`
}

// To is who or what was told: a user's name, or channel:NAME.
func (p *Page) To() string {
	if p.Channel != "" {
		return "channel:" + p.Channel
	}
	return p.User
}

// Alert is an alert of the story, as it was at the end.
type Alert struct {
	Number      uint64    `json:"number"`
	Title       string    `json:"title"`
	Integration string    `json:"integration"`
	DedupKey    string    `json:"dedup_key"`
	Status      string    `json:"status"`
	Priority    string    `json:"priority"`
	Team        string    `json:"team,omitempty"`
	Service     string    `json:"service,omitempty"`
	Policy      string    `json:"policy,omitempty"` // empty when it pages nobody
	Rule        string    `json:"rule,omitempty"`   // what routed it
	Tags        []string  `json:"tags,omitempty"`
	Incident    string    `json:"incident,omitempty"`
	Count       int       `json:"count"` // of events
	Pages       int       `json:"pages"` // that were sent
	CreatedAt   time.Time `json:"created_at"`
	PagedAt     time.Time `json:"paged_at,omitzero"` // when the first page was sent to a person
	AckedAt     time.Time `json:"acked_at,omitzero"`
	AckedBy     string    `json:"acked_by,omitempty"`
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	ExhaustedAt time.Time `json:"exhausted_at,omitzero"`
	Held        string    `json:"held,omitempty"`      // what it waits for before it pages, where it is open
	HeldUntil   time.Time `json:"held_until,omitzero"` // until when; zero where that is not known

	id    store.ID
	seen  int             // entries of its timeline that were told
	last  string          // who was paged last
	asked map[string]bool // who is about to answer
}

// Incident is an incident of the story, as it was at the end.
type Incident struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Status   string    `json:"status"`
	Priority string    `json:"priority"`
	Service  string    `json:"service,omitempty"`
	Team     string    `json:"team,omitempty"`
	Alerts   int       `json:"alerts"`
	OpenedAt time.Time `json:"opened_at"`

	seen int
}

// Pages are the entries of messages that a policy sent: who was paged, in order, failures included. Notices are not
// among them.
func (s *Story) Pages() (list []Entry) {
	for _, e := range s.Entries {
		if e.Kind == Paged {
			list = append(list, e)
		}
	}
	return list
}
