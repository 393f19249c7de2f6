package maintenance

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Name is what people call it: MNT-7.
func (s *State) Name() string { return fmt.Sprintf("MNT-%d", s.Number) }

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was made.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	if o, ok := s.Next(env.Now); ok {
		add(o.Until)
	} else if s.Status == Active {
		add(s.Until) // it has passed
	}
	add(s.GoneAt(env))
}

// GoneAt is when it is deleted.
func (s *State) GoneAt(Env) time.Time {
	if s.Status == Active {
		return time.Time{}
	}
	return s.EndedAt.Add(Keep)
}

// ListOf names the list of those of a status. That of Active is what replicas go by.
func ListOf(status Status) string { return "maintenance/" + string(status) }

// Lists is the list that it is found in.
func (s *State) Lists() []string { return []string{ListOf(s.Status)} }

// Keys is the lookup key by which it is found: its name.
func (s *State) Keys() []string { return []string{incident.NameKey(s.Name())} }

// Paging are none.
func (s *State) Paging() []page.Page { return nil }
