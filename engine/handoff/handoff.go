// Package handoff watches one schedule and tells people when they come on call and when they go off, as a pure state
// machine: whom it told last that they are on call, whom to tell now, and when to look again. What was told is held
// against who is on call, overrides and all, so that a hand-off that nobody was awake for is made up for, and none is
// told twice. It does no I/O, reads no clock and decides nothing about who is on call: package schedules does.
package handoff

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

// Format is the version of the State's encoding.
const Format = 1

// maxTimeline is how many entries of the timeline are kept: the latest.
const maxTimeline = 100

// State is everything that is known of the hand-offs of a schedule; it is stored as JSON.
type State struct {
	Format   int               `json:"v"`
	ID       store.ID          `json:"id"`
	Schedule string            `json:"schedule"`
	Settings directory.Handoff `json:"settings"`

	CreatedAt time.Time `json:"created_at"`       // when it was first seen in a configuration
	NextAt    time.Time `json:"next_at,omitzero"` // when to look next; the next hand-off, or the lead before it
	SeenAt    time.Time `json:"seen_at,omitzero"` // when looking made a difference last: time does not go back before it
	Empty     bool      `json:"empty,omitempty"`  // nobody is on call, and that was noted
	Removed   bool      `json:"removed,omitempty"`

	Notices []Notice    `json:"notices,omitempty"` // the latest one of everybody who is on call, or still being told something
	Told    int         `json:"told,omitempty"`    // how many were ever made; the N of the latest
	Pages   []page.Page `json:"pages,omitempty"`   // of these notices; the Round of a page is the N of its notice
	Paged   int         `json:"paged,omitempty"`   // how many pages were ever made; the N of the latest

	Spent   []Spent `json:"spent,omitempty"`   // the notices that count for how many a person is given
	Waiting []Spent `json:"waiting,omitempty"` // who has to wait for more, and until when

	Timeline []Entry `json:"timeline,omitempty"`
	Dropped  int     `json:"dropped,omitempty"` // how many entries were left out at the beginning
}

// Notice is what a person was told last; Words has it in words.
type Notice struct {
	N    int    `json:"n"`
	User string `json:"user"`
	On   bool   `json:"on,omitempty"` // that they are on call; else that they are not
	// From is when the shift begins; zero for long ago. For who is told that they are not on call after all it is when
	// that shift would have begun, and zero for who was on call.
	From time.Time `json:"from,omitzero"`
}

// Entry is one line of the timeline.
type Entry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // on, off, gap, withdrawn, postponed, failed, unreachable
	User string    `json:"user,omitempty"`
	Text string    `json:"text,omitempty"`
}

// New is a schedule whose hand-offs were not watched before: nobody was told anything. Its id must be of
// Key(schedule).Shard.
func New(id store.ID, schedule string, settings directory.Handoff, env Env) *State {
	return &State{Format: Format, ID: id, Schedule: schedule, Settings: settings, CreatedAt: env.Now, NextAt: env.Now}
}

// Notice returns notice n, and false when it is not kept any more.
func (s *State) Notice(n int) (Notice, bool) {
	if i := slices.IndexFunc(s.Notices, func(x Notice) bool { return x.N == n }); i >= 0 {
		return s.Notices[i], true
	}
	return Notice{}, false
}

// Page returns page n, or nil.
func (s *State) Page(n int) *page.Page {
	for i := range s.Pages {
		if s.Pages[i].N == n {
			return &s.Pages[i]
		}
	}
	return nil
}

func (s *State) note(env Env, kind, user, text string) {
	s.Timeline = append(s.Timeline, Entry{At: env.Now, Kind: kind, User: user, Text: text})
	if over := len(s.Timeline) - maxTimeline; over > 0 {
		s.Timeline = slices.Delete(s.Timeline, 0, over)
		s.Dropped += over
	}
}

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was first seen.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(_ Env, add func(time.Time)) {
	for i := range s.Pages {
		add(s.Pages[i].Wake())
	}
	if !s.Removed {
		add(s.NextAt)
	}
}

// GoneAt is when it is deleted: when it is not configured any more and nothing is under way.
func (s *State) GoneAt(env Env) time.Time {
	if s.Removed && !slices.ContainsFunc(s.Pages, func(p page.Page) bool { return p.Waiting() }) {
		return env.Now
	}
	return time.Time{}
}

// ListAll is the list that all of them are found in.
const ListAll = "handoffs"

// Lists are the lists that it is found in.
func (s *State) Lists() []string { return []string{ListAll} }

// Keys is the lookup key by which it is found.
func (s *State) Keys() []string { return []string{Key(s.Schedule).Name} }

// Key is the lookup key of the hand-offs of a schedule.
func Key(schedule string) store.Key {
	key := "handoff/" + schedule
	return store.Key{Shard: store.ShardOf(key), Name: key}
}

// Paging are its pages, to be claimed in place.
func (s *State) Paging() []page.Page { return s.Pages }
