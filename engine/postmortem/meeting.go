package postmortem

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

const (
	usualMeeting    = 45 * time.Minute
	shortestMeeting = 5 * time.Minute
	longestMeeting  = 8 * time.Hour
	maxWhere        = 500 // bytes
	maxInvited      = 100
)

// Meeting is the review meeting: one for each postmortem, which may be moved, cancelled and set again.
type Meeting struct {
	At        time.Time     `json:"at"`
	Length    time.Duration `json:"length"` // nanoseconds
	Where     string        `json:"where,omitempty"`
	By        string        `json:"by,omitempty"`
	SetAt     time.Time     `json:"set_at"`             // the latest change
	Sequence  int           `json:"sequence,omitempty"` // how often it was changed
	Cancelled bool          `json:"cancelled,omitempty"`
	Invited   []string      `json:"invited,omitempty"` // users
	// Organizer is who owned the postmortem when the meeting was set first. It stays: calendars take a change of a meeting
	// from its organizer alone.
	Organizer string `json:"organizer,omitempty"`
}

// On reports whether there is one that is not cancelled.
func (m *Meeting) On() bool { return m != nil && !m.Cancelled }

// Plans are when and where to meet.
type Plans struct {
	At     time.Time
	Length time.Duration // 0: as before, or 45 minutes
	Where  string        // a room or an address; empty: as before
}

// involved are those who worked on an incident.
func involved(inc *incident.State) (users []string) {
	for _, role := range slices.Sorted(maps.Keys(inc.Roles)) {
		users = append(users, inc.Roles[role])
	}
	return distinct(append(users, inc.Responders...))
}

// distinct keeps the first of each, and leaves out empty ones.
func distinct(names []string) (out []string) {
	for _, name := range names {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// meet sets the review meeting, or moves it, and invites who has to know: the owner, the reviewers, and those who worked
// on the incident.
func (s *State) meet(a Action, env Env) error {
	if s.Status == Waived {
		return s.isOver()
	}
	plan, had := a.Plans, Meeting{Length: usualMeeting}
	if s.Meeting != nil {
		had = *s.Meeting
	}
	plan.Length, plan.Where = cmp.Or(plan.Length, had.Length), cmp.Or(strings.TrimSpace(plan.Where), had.Where)
	switch {
	case !plan.At.After(env.Now):
		return &Refused{"A meeting lies ahead. Mark the step as done where you have met already."}
	case plan.At.After(env.Now.AddDate(1, 0, 0)):
		return &Refused{"A meeting lies at most a year ahead."}
	case plan.Length < shortestMeeting || plan.Length > longestMeeting:
		return &Refused{"A meeting lasts between 5 minutes and 8 hours."}
	case len(plan.Where) > maxWhere:
		return &Refused{fmt.Sprintf("Where to meet is said in %d bytes at most, this has %d.", maxWhere, len(plan.Where))}
	case s.Meeting.On() && plan.At.Equal(had.At) && plan.Length == had.Length && plan.Where == had.Where:
		return nil
	}
	m := &Meeting{At: plan.At, Length: plan.Length, Where: plan.Where, By: a.By, SetAt: env.Now, Invited: had.Invited, Organizer: had.Organizer}
	if env.Dir.Users[m.Organizer].Email == "" {
		m.Organizer = s.Owner
	}
	said := fmt.Sprintf("the review meeting is at %s, for %s", stamp(m.At), lasts(m.Length))
	if s.Meeting != nil {
		m.Sequence = had.Sequence + 1
	}
	if s.Meeting.On() && !had.At.Equal(m.At) {
		said += ", moved from " + stamp(had.At)
	}
	if m.Where != "" {
		said += ", " + m.Where
	}
	s.Meeting = m
	s.note(env, "meeting", a.By, a.said(said))
	s.invite(true, append(append([]string{s.Owner}, s.reviewers()...), s.Involved...), env)
	s.cancelUnwanted(env) // older invitations, and reminders to set one
	return nil
}

func (s *State) cancelMeeting(a Action, env Env) error {
	switch {
	case !s.Meeting.On():
		return &Refused{s.Name() + " has no review meeting."}
	case !s.Meeting.At.After(env.Now):
		return &Refused{"The review meeting of " + s.Name() + " has begun already."}
	}
	s.callOff(env, a.By, a.said(""))
	return nil
}

// callOff cancels a meeting and tells everybody who was invited.
func (s *State) callOff(env Env, by, said string) {
	m := *s.Meeting
	m.Cancelled, m.SetAt, m.Sequence = true, env.Now, m.Sequence+1
	s.Meeting = &m
	s.note(env, "meeting", by, "the review meeting at "+stamp(m.At)+" is cancelled"+said)
	s.invite(true, nil, env)
	s.cancelUnwanted(env)
}

// invite tells more people when and where to meet, and those who were invited before if it is news to them.
func (s *State) invite(news bool, more []string, env Env) {
	m := *s.Meeting
	var tell []string
	if news {
		tell = append(tell, m.Invited...)
	}
	for _, user := range distinct(more) {
		if known(env, user) && !slices.Contains(m.Invited, user) && len(m.Invited) < maxInvited {
			m.Invited = append(slices.Clone(m.Invited), user)
			tell = append(tell, user)
		}
	}
	s.Meeting = &m
	for _, user := range tell {
		ways := waysTo(env, user)
		if env.Dir.Address(user, "email") != "" && !slices.Contains(ways, "email") {
			ways = append(ways, "email") // which alone carries the invitation itself
		}
		for _, via := range ways {
			s.Add(page.Page{
				Kind: page.Notice, Run: aboutMeeting, Round: m.Sequence, User: user, Via: via,
				Text: s.meetingText(user, env), DueAt: env.Now,
			})
		}
	}
}

func lasts(d time.Duration) string { return count(int(d/time.Minute), "minute") }

// meetingText says when and where to meet, in the zone of who gets it.
func (s *State) meetingText(user string, env Env) string {
	m := s.Meeting
	at := m.At.In(env.Dir.ZoneOf(user)).Format("Mon 2 Jan 2006 15:04 MST")
	if m.Cancelled {
		return fmt.Sprintf("The review meeting of postmortem %s (%s) on %s is cancelled.", s.Name(), s.Title, at)
	}
	text := fmt.Sprintf("The review meeting of postmortem %s (%s) is on %s, for %s.", s.Name(), s.Title, at, lasts(m.Length))
	if m.Where != "" {
		text += " Where: " + m.Where
	}
	return text
}

// Invite is the review meeting as an event of a calendar; ok is false when there was none.
func (s *State) Invite(env Env) (in ical.Invite, ok bool) {
	m := s.Meeting
	if m == nil {
		return in, false
	}
	in = ical.Invite{
		UID: string(s.ID) + "@tocsin", Sequence: m.Sequence, Cancel: m.Cancelled, Stamp: m.SetAt, From: m.At, To: m.At.Add(m.Length),
		Summary: "Review of " + s.Name() + ": " + s.Title, Location: m.Where,
		Description: fmt.Sprintf("Postmortem %s of incident %s.", s.Name(), s.Incident),
		Organizer:   cmp.Or(env.Dir.Users[m.Organizer].Email, env.Dir.Users[s.Owner].Email),
	}
	for _, user := range m.Invited {
		if address := env.Dir.Users[user].Email; address != "" {
			in.Attendees = append(in.Attendees, address)
			in.Organizer = cmp.Or(in.Organizer, address)
		}
	}
	return in, true
}

// Invitation is the invitation that a page carries; ok is false for pages about other things.
func (s *State) Invitation(p page.Page, env Env) (in ical.Invite, ok bool) {
	if p.Run != aboutMeeting {
		return in, false
	}
	return s.Invite(env)
}
