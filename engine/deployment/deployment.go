// Package deployment is a deployment of a service as a pure state machine: what was brought where, by whom, when it began
// and how it ended, as those who deploy report it. It is what incidents look for their cause among. It does no I/O, reads
// no clock and pages nobody.
package deployment

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Format is the version of the State's encoding.
const Format = 1

// Status is how far a deployment is.
type Status string

// The statuses of a deployment.
const (
	Pending   Status = "pending" // it is wanted, and has not begun
	Started   Status = "started"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

// Statuses are all of them, in the order of a life.
var Statuses = [...]Status{Pending, Started, Succeeded, Failed, Cancelled}

// rank is how far a status is; those of the same rank take each other's place.
func (s Status) rank() int {
	switch s {
	case Pending:
		return 0
	case Started:
		return 1
	}
	return 2
}

// Over reports whether a deployment with the status has come to its end.
func (s Status) Over() bool { return s.rank() == 2 }

// Tier is what an environment is for.
type Tier string

// The tiers of environments; an environment whose name says nothing has none.
const (
	Production  Tier = "production"
	Staging     Tier = "staging"
	Testing     Tier = "testing"
	Development Tier = "development"
)

// Tiers are all of them.
var Tiers = [...]Tier{Production, Staging, Testing, Development}

// API is the integration of what is reported over the REST API.
const API = "api"

// State is everything that is known of a deployment; it is stored as JSON.
type State struct {
	Format int      `json:"v"`
	ID     store.ID `json:"id"`
	Number uint64   `json:"number"` // what people call it: DEP-5; never reused
	Status Status   `json:"status"`

	Integration string `json:"integration"` // that reported it, or API
	External    string `json:"external_id"` // what the sender tells it from its others by

	Project     string `json:"project,omitempty"` // what the sender calls the service, where that differs
	Service     string `json:"service"`           // as the configuration calls it, or else as the sender does
	Environment string `json:"environment,omitempty"`
	Tier        Tier   `json:"tier,omitempty"`
	Version     string `json:"version,omitempty"`
	Revision    string `json:"revision,omitempty"` // what it was built from: a commit, a tag
	Message     string `json:"message,omitempty"`

	Commits []Commit `json:"commits,omitempty"` // the first of them
	Changes int      `json:"changes,omitempty"` // how many commits there were
	Links   []Link   `json:"links,omitempty"`
	By      string   `json:"by,omitempty"` // as the sender calls them, or the name of an API key

	StartedAt  time.Time            `json:"started_at,omitzero"`  // zero while it is pending; its end where no beginning is known
	FinishedAt time.Time            `json:"finished_at,omitzero"` // zero while it is not over
	Reached    map[Status]time.Time `json:"reached"`              // when each status was reached, as far as it is known

	PlacedAt  time.Time `json:"placed_at"`  // where it is in lists: the first time that was known of it
	CreatedAt time.Time `json:"created_at"` // when it was heard of first,
	UpdatedAt time.Time `json:"updated_at"` // and when it was changed last
}

// Commit is a change that came with a deployment.
type Commit struct {
	SHA    string `json:"sha,omitempty"`
	Title  string `json:"title,omitempty"`
	Author string `json:"author,omitempty"`
	URL    string `json:"url,omitempty"`
}

// Link leads to a pipeline, a release, a log.
type Link struct {
	Text string `json:"text"`
	Href string `json:"href"`
}

// Name is what people call it.
func (s *State) Name() string { return Name(s.Number) }

// Name is what people call the deployment of a number: DEP-5.
func Name(number uint64) string { return fmt.Sprintf("DEP-%d", number) }

// What is what was deployed where, in a few words: payments 1.4.2 to production.
func (s *State) What() string {
	what := s.Service
	if v := s.label(); v != "" {
		what += " " + v
	}
	if s.Environment != "" {
		what += " to " + s.Environment
	}
	return what
}

// label is the version, or else the beginning of the revision.
func (s *State) label() string {
	if s.Version != "" {
		return s.Version
	}
	return Short(s.Revision)
}

// Short is a revision as people read it: the beginning of a digest, and any other whole.
func Short(revision string) string {
	if len(revision) < 40 {
		return revision
	}
	for _, c := range revision {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return revision
		}
	}
	return revision[:10]
}

// Live reports whether it may have changed what users see: it is of production, or of an environment of which nobody
// knows what it is for.
func (s *State) Live() bool { return s.Tier == Production || s.Tier == "" }

// Running reports whether it has begun and is not over.
func (s *State) Running() bool { return s.Status == Started }

// Lasted is how long it took, or takes until now; 0 while it is pending.
func (s *State) Lasted(now time.Time) time.Duration {
	if !s.FinishedAt.IsZero() {
		now = s.FinishedAt
	}
	if s.StartedAt.IsZero() {
		return 0
	}
	return max(0, now.Sub(s.StartedAt))
}

// Known reports whether the configuration has its service.
func (s *State) Known(d *directory.Directory) bool { _, ok := d.Services[s.Service]; return ok }

// Refused says what is wrong with a report; it is meant for whoever sent it.
type Refused struct{ Field, Reason string }

func (r *Refused) Error() string {
	if r.Field == "" {
		return r.Reason
	}
	return r.Field + ": " + r.Reason
}
