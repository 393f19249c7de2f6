package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Message is something that was said elsewhere, and that somebody adds to the timeline.
type Message struct {
	At   time.Time // when it was said
	By   string    // who said it: a user, or what they are called elsewhere
	Text string    // cut to what a note may hold
	Link string    // where it can be seen
	Ref  string    // what it is elsewhere, such as MessageRef gives; the same is added once
	// Logged by whom, and from where.
	LoggedBy, Via string
}

func (in Message) apply(s *State, env Env, _ *Effects) error {
	text := strings.TrimSpace(in.Text)
	if text == "" {
		return &Refused{"A message without a text says nothing in a timeline."}
	}
	if in.Ref != "" && slices.ContainsFunc(s.Timeline, func(e Entry) bool { return e.Ref == in.Ref }) {
		return &Refused{fmt.Sprintf("This message is in the timeline of %s already.", s.Name())}
	}
	if len(text) > maxNote {
		text = strings.ToValidUTF8(text[:maxNote], "") + "…"
	}
	s.note(env, "message", in.By, text)
	e := &s.Timeline[len(s.Timeline)-1]
	e.Via, e.Link, e.Ref, e.LoggedBy = in.Via, in.Link, in.Ref, in.LoggedBy
	if in.At.Before(env.Now) {
		s.happened(in.At, env)
	}
	return nil
}

// happened says when it was what the latest entry tells; zero for now.
func (s *State) happened(at time.Time, env Env) {
	if !at.IsZero() {
		e := &s.Timeline[len(s.Timeline)-1]
		e.At, e.LoggedAt = at, env.Now
		if e.LoggedBy == "" {
			e.LoggedBy = e.By
		}
	}
}

// Course is the timeline in the order in which things happened; the record has them as they were written down.
func (s *State) Course() []Entry {
	course := slices.Clone(s.Timeline)
	slices.SortStableFunc(course, func(a, b Entry) int { return a.At.Compare(b.At) })
	return course
}
