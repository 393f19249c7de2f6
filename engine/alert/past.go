package alert

import (
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// ResolvedBySource is the text of the timeline entry of kind "closed" when the source said that it is over, or said no
// more that it fires.
const ResolvedBySource = "resolved by its source"

// Past is an event that made something a member of the alert.
type Past struct {
	At    time.Time    `json:"at"`
	Over  time.Time    `json:"over,omitzero"` // when its source said that it is over
	Key   string       `json:"key"`           // its dedup key
	Event *event.Delta `json:"event,omitempty"`
}

// pastMax is how many events of members are kept: as many as a group may have members.
const pastMax = 500

// Began is the event that began the alert, as it came: without what rules made of it. An alert of a version that did
// not keep that gives what the rules made. When it expires is not kept.
func (s *State) Began() event.Event {
	ev := s.shown()
	if s.Summary != nil {
		ev = event.Event{}
	}
	ev = s.Came.Of(ev)
	ev.Status = event.Firing
	return ev
}

// Member is the event of one of s.Past, as it came.
func (s *State) Member(p Past) event.Event {
	ev := p.Event.Of(s.Began())
	ev.DedupKey = p.Key
	return ev
}

// shown is what the alert says, as an event.
func (s *State) shown() event.Event {
	return event.Event{
		DedupKey: s.DedupKey, Title: s.Title, Description: s.Description, Source: s.Source, Priority: s.Priority,
		Service: s.Service, Team: s.Team, Tags: s.Tags, Actions: s.Actions, Labels: s.Labels, Details: s.Details,
		Link: s.Link, Runbook: s.Runbook, StartsAt: s.StartsAt,
	}
}

// began notes the event that began the alert.
func (s *State) began(ev event.Event, env Env) {
	from := s.shown()
	if s.Summary != nil {
		from = event.Event{}
		ev.Labels, ev.Details = maps.Clone(ev.Labels), maps.Clone(ev.Details)
	}
	s.Came = event.Diff(from, ev)
	if s.Grouped {
		s.Past = []Past{{At: env.Now, Key: ev.DedupKey}}
	}
}

// joined notes the event of a new member. It is called before the member is one.
func (s *State) joined(ev event.Event, env Env) {
	if len(s.Past) == 0 {
		return // of a version that did not keep them
	}
	if len(s.Past) >= pastMax {
		s.PastLost++
		i := slices.IndexFunc(s.Past, func(p Past) bool { return !p.Over.IsZero() })
		if i < 0 {
			return
		}
		s.Past = slices.Delete(s.Past, i, i+1)
	}
	from := s.Began()
	from.DedupKey = ev.DedupKey
	s.Past = append(s.Past, Past{At: env.Now, Key: ev.DedupKey, Event: event.Diff(from, ev)})
}

// left notes that a member is over.
func (s *State) left(key string, env Env) {
	for i := len(s.Past) - 1; i >= 0; i-- {
		if p := &s.Past[i]; p.Key == key && p.Over.IsZero() {
			p.Over = env.Now
			return
		}
	}
}
