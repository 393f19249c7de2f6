package aggregate

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Input is what can happen to an aggregate: Configured, Removed, Began, Ceased, Woken.
type Input interface{ apply(*State, Env) }

// Apply makes one thing happen to the aggregate, and then what is due by now.
func Apply(s *State, in Input, env Env) {
	in.apply(s, env)
	s.advance(env)
}

// Configured says what the configuration in force says of it. What is counted by another expression than before is
// counted anew.
type Configured struct{ directory.AggregateBounds }

func (in Configured) apply(s *State, _ Env) {
	if s.Removed || s.Bounds.Of != in.Of {
		s.Members, s.More = nil, false
	}
	s.Bounds, s.Removed = in.AggregateBounds, false
}

// Removed says that the configuration does not have it any more.
type Removed struct{}

func (Removed) apply(s *State, env Env) {
	s.Removed, s.Members = true, nil
	if s.Firing() {
		s.end(env)
	}
}

// Began says that an alert counts from the Member's time on. Said again, it changes nothing.
type Began struct{ Member }

func (in Began) apply(s *State, _ Env) {
	if s.Removed {
		return
	}
	if i := s.index(in.Alert); i >= 0 {
		s.Members = slices.Delete(s.Members, i, i+1)
	}
	if len(s.Members) >= MaxMembers && !s.spare(in.Value) {
		s.More = true
		return
	}
	s.Members = append(s.Members, in.Member)
	slices.SortStableFunc(s.Members, func(a, b Member) int { return a.At.Compare(b.At) })
}

// spare makes room for a value that is not there yet, and reports whether it did: the oldest goes of those whose value
// others have, too.
func (s *State) spare(value string) bool {
	times := map[string]int{}
	for _, m := range s.Members {
		times[m.Value]++
	}
	i := slices.IndexFunc(s.Members, func(m Member) bool { return times[m.Value] > 1 })
	if times[value] > 0 || i < 0 {
		return false
	}
	s.More = true
	s.Members = slices.Delete(s.Members, i, i+1)
	return true
}

// Ceased says that an alert does not count any more.
type Ceased struct{ Alert store.ID }

func (in Ceased) apply(s *State, _ Env) {
	if i := s.index(in.Alert); i >= 0 {
		s.Members = slices.Delete(s.Members, i, i+1)
	}
	s.More = s.More && len(s.Members) > 0
}

// Woken is the passing of time.
type Woken struct{}

func (Woken) apply(*State, Env) {}

// advance fires when enough have begun close together, and ends when so long too few are open.
func (s *State) advance(env Env) {
	switch {
	case s.Removed:
	case !s.Firing():
		if members := s.together(); members != nil {
			s.FiringAt = env.Now
			s.say(members)
			s.Outbox.Put(event.Firing, env.Now)
		}
	case len(s.Values()) >= s.Bounds.AtLeast:
		s.BelowAt = time.Time{}
	case s.BelowAt.IsZero():
		s.BelowAt = env.Now
	case !s.BelowAt.Add(s.Bounds.Within).After(env.Now):
		s.end(env)
	}
}

// together are the members that make it fire: those that began within the span, where they have enough values; nil
// where they have not. It goes by when they began, not by when that was heard of.
func (s *State) together() []Member {
	counts := map[string]int{}
	first := 0
	for i, m := range s.Members {
		counts[m.Value]++
		for ; m.At.Sub(s.Members[first].At) > s.Bounds.Within; first++ {
			if v := s.Members[first].Value; counts[v] == 1 {
				delete(counts, v)
			} else {
				counts[v]--
			}
		}
		if len(counts) >= s.Bounds.AtLeast {
			return s.Members[first : i+1]
		}
	}
	return nil
}

func (s *State) end(env Env) {
	s.FiringAt, s.BelowAt = time.Time{}, time.Time{}
	s.Outbox.Put(event.Resolved, env.Now)
}

// Clip shortens a title to what is kept of it.
func Clip(title string) string {
	const most = 200 // bytes
	if len(title) <= most {
		return title
	}
	return strings.ToValidUTF8(title[:most], "") + "…"
}
