package deployment

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Filter is which deployments are wanted. What is empty is not looked at.
type Filter struct {
	Service     string
	Environment string    // by name
	Tier        Tier      // instead of Environment
	Since       time.Time // that began then or later,
	Until       time.Time // and before then
}

// A deployment keeps its place in lists, which is the first time that was known of it. It may have begun later, for it was
// pending, or earlier, for it was heard of late. So much is looked through beyond the times that are asked for.
const (
	pends = 7 * 24 * time.Hour
	drift = 24 * time.Hour
)

// List is the list that has them.
func (f Filter) List() string {
	if f.Environment == "" && f.Tier != "" {
		return ListOfTier(f.Service, f.Tier)
	}
	return ListOf(f.Service, f.Environment)
}

// From is where in the list to begin.
func (f Filter) From(before store.Cursor) store.Cursor {
	if before == (store.Cursor{}) && !f.Until.IsZero() {
		return store.Cursor{Order: f.Until.Add(drift).UnixMilli()}
	}
	return before
}

// Past reports whether nothing from a deployment on is wanted any more.
func (f Filter) Past(s *State) bool {
	return !f.Since.IsZero() && s.PlacedAt.Before(f.Since.Add(-pends))
}

// Has reports whether a deployment of the list is wanted.
func (f Filter) Has(s *State) bool {
	switch { // names of lists are made of what senders say: two may be the same
	case f.Service != "" && s.Service != f.Service, f.Environment != "" && s.Environment != f.Environment, f.Tier != "" && s.Tier != f.Tier:
		return false
	case f.Since.IsZero() && f.Until.IsZero():
		return true
	case s.StartedAt.IsZero():
		return false // it has not begun
	}
	return !s.StartedAt.Before(f.Since) && (f.Until.IsZero() || s.StartedAt.Before(f.Until))
}
