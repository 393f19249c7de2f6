package postmortem

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when the postmortem was made.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that the postmortem is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	for i := range s.Pages {
		add(s.Pages[i].Wake())
	}
	add(s.RemindAt)
	for _, n := range s.Nudges {
		add(n.At)
	}
	add(s.Issues.RefreshAt)
	add(s.Retrospective.MailAt)
	add(s.GoneAt(env))
}

// GoneAt is when a published or waived postmortem is deleted; zero for never. One that is owed stays, and so does a
// published one until its actions are verified. Its time begins with the latest of these, and anew when its retrospective is
// sent, whose words it holds for those mails that have to wait.
func (s *State) GoneAt(env Env) time.Time {
	keep := env.Dir.Retention.Postmortems
	if keep <= 0 || !s.Retrospective.MailAt.IsZero() {
		return time.Time{}
	}
	since := s.Retrospective.SentAt
	later := func(at time.Time) {
		if at.After(since) {
			since = at
		}
	}
	switch s.Status {
	case Completed:
		later(s.CompletedAt)
		for _, i := range s.Actions {
			if !i.Verified() {
				return time.Time{}
			}
			later(i.VerifiedAt)
		}
	case Waived:
		later(s.WaivedAt)
	default:
		return time.Time{}
	}
	return since.Add(keep)
}

// Lists are the lists that the postmortem is found in: the one of its status.
func (s *State) Lists() []string { return []string{ListOf(s.Status)} }

// ListOf names the list of a status.
func ListOf(status Status) string { return "postmortems/" + string(status) }

// Keys are the lookup keys by which the postmortem is found: its name.
func (s *State) Keys() []string { return []string{NameKey(s.Name())} }

// NameKey is the lookup key of a name such as PM-3. It is in incident.Shard.
func NameKey(name string) string { return incident.NameKey(name) }

// Paging are its reminders, to be claimed in place.
func (s *State) Paging() []page.Page { return s.Pages }
