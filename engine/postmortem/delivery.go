package postmortem

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// cancelOwners gives up the reminders of the postmortem that did not go out yet; those of actions, and invitations, are for
// whom they are, whoever owns it.
func (s *State) cancelOwners() {
	for i := range s.Pages {
		if p := &s.Pages[i]; p.Kind == page.Reminder && p.Run != aboutActions {
			p.Cancel()
		}
	}
}

// Subject is what a message about the postmortem is headed with.
func (s *State) Subject(p page.Page, env Env) string {
	what := "postmortem"
	switch {
	case p.Kind == page.Reminder && p.Run == aboutActions:
		what = "actions of the postmortem"
	case p.Kind == page.Reminder && s.Overdue(env.Now):
		what = "overdue postmortem"
	}
	return fmt.Sprintf("%s, %s: %s", s.Name(), what, s.Title)
}

// cancelUnwanted gives up those that nobody needs any more.
func (s *State) cancelUnwanted(env Env) {
	for i := range s.Pages {
		if p := &s.Pages[i]; !s.stillWanted(p, env) {
			p.Cancel()
		}
	}
}

// stillWanted reports whether a reminder may go out now: what it is about is owed, and it is the latest to its person.
func (s *State) stillWanted(p *page.Page, env Env) bool {
	if p.Run == aboutMeeting {
		return p.Round == s.Meeting.Sequence
	}
	if issue.Tracks(p) || p.Channel != "" {
		return true // it is no reminder
	}
	for i := range s.Pages {
		if later := &s.Pages[i]; later.Kind == p.Kind && later.User == p.User && later.Round > p.Round {
			return false
		}
	}
	if s.snoozed(p.User, env) {
		return false
	}
	if p.Run != aboutActions { // it speaks of the postmortem, if not only
		from, open := s.remindFrom(env)
		return open && !from.After(env.Now)
	}
	return s.Status != Waived && s.lateFor(p.User, env)
}

// dropUnwanted cancels what became due but is not wanted any more: a claim that ran out, or a retry, of a
// postmortem that was completed meanwhile. What is wanted says what is owed by now: it may have waited for a morning.
func (s *State) dropUnwanted(env Env) {
	for i := range s.Pages {
		p := &s.Pages[i]
		switch {
		case !p.Due(env.Now):
		case !s.stillWanted(p, env):
			p.Status, p.LeaseUntil = page.Cancelled, time.Time{}
		case p.Kind == page.Reminder && p.Run == aboutPostmortem:
			p.Text = s.text(env, p.User, s.todo(env))
		}
	}
}

func (in Settled) apply(s *State, env Env, _ *Effects) error {
	p := s.Page(in.N)
	if p != nil && issue.Tracks(p) {
		s.issueSettled(p, in.Outcome, env)
		return nil
	}
	if p != nil && p.Attempts == in.Fence && !p.Waiting() {
		return nil // the provider's own word, or the end of the postmortem, came first
	}
	if p == nil || !p.Settle(in.Outcome, env.Now) {
		s.note(env, kindLate, "", fmt.Sprintf("reminder %d attempt %d came to its end after its claim was over: it may have been sent twice", in.N, in.Fence))
		return nil
	}
	switch p.Status {
	case page.Failed:
		what := "reminded"
		switch {
		case p.Run == aboutRetrospective:
			what = "sent the retrospective"
		case p.Channel != "":
			what = "told"
		case p.Run == aboutMeeting:
			what = "invited"
		}
		s.note(env, kindFailed, "", fmt.Sprintf("%s could not be %s over %s: %s", p.User+p.Channel, what, p.Via, p.Error))
	case page.Pending:
		if !s.stillWanted(p, env) {
			p.Cancel()
		}
	}
	return nil
}

func (in Reported) apply(s *State, env Env, _ *Effects) error {
	p := s.Page(in.Page)
	if p != nil && p.Report(in.Ref, in.Delivered, in.Reason, env.Now) && !in.Delivered {
		s.note(env, kindFailed, "", fmt.Sprintf("%s did not get the %s: %s", p.User+p.Channel, p.Via, in.Reason))
	}
	return nil
}
