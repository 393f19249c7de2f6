package postmortem

import (
	"fmt"
	"strings"
	"time"
)

const maxNote = 10_000 // bytes

func (a Action) apply(s *State, env Env, _ *Effects) error {
	if len(a.Note) > maxNote {
		return &Refused{fmt.Sprintf("A note holds %d bytes at most, this one has %d.", maxNote, len(a.Note))}
	}
	switch a.Do {
	case Note:
		if strings.TrimSpace(a.Note) == "" {
			return &Refused{"A note needs a text."}
		}
		s.note(env, "note", a.By, a.Note)
		return nil
	case Publish, Complete:
		return s.publish(a, env)
	case Submit:
		return s.submit(a, env)
	case Approve, RequestChanges:
		return s.review(a, env)
	case Waive:
		return s.waive(a, env)
	case Reopen:
		s.reopen(a, env)
		return nil
	case Assign:
		return s.assign(a, env)
	case Update:
		return s.update(a, env)
	case Meet:
		return s.meet(a, env)
	case CancelMeeting:
		return s.cancelMeeting(a, env)
	case Snooze:
		return s.snooze(a, env)
	case Mark, Unmark:
		return s.mark(a, env)
	case EditRetrospective:
		return s.editRetrospective(a, env)
	case ResetRetrospective:
		return s.resetRetrospective(a, env)
	case SendRetrospective:
		return s.sendRetrospective(a, env)
	case LinkIssue, UnlinkIssue, RefreshIssues, CreateIssues:
		next := s.copied()
		if err := next.editIssues(a, env); err != nil {
			return err
		}
		*s = *next
		return nil
	}
	return &Refused{fmt.Sprintf("%q is not something that can be done to a postmortem.", a.Do)}
}

func byWhom(by string) string {
	if by == "" {
		return ""
	}
	return " by " + by
}

// said is what the timeline says: what was done, where, and the words that came with it.
func (a Action) said(what string) string {
	if a.Via != "" {
		what += " over " + a.Via
	}
	if a.Note != "" {
		what += ": " + a.Note
	}
	return what
}

// isOver refuses what cannot be done to a postmortem that nobody owes any more.
func (s *State) isOver() error {
	switch s.Status {
	case Completed:
		return &Refused{fmt.Sprintf("%s was completed%s. Reopen it first.", s.Name(), byWhom(s.CompletedBy))}
	case Waived:
		return &Refused{fmt.Sprintf("%s was waived%s. Reopen it first.", s.Name(), byWhom(s.WaivedBy))}
	}
	return nil
}

// publish ends the work on it. What Check finds keeps it from being published, unless somebody says why not.
func (s *State) publish(a Action, env Env) error {
	if s.Status == Completed {
		return nil // it is what they wanted
	}
	if err := s.isOver(); err != nil {
		return err
	}
	gaps := s.Check(env).Errors()
	text, why := "published", strings.TrimSpace(a.Note)
	switch {
	case len(gaps) == 0:
	case a.Do == Complete:
		text = "published as it is, in spite of: " + strings.Join(gaps, "; ")
	case !a.Force:
		return &Refused{fmt.Sprintf("%s is not complete: %s. Mend that, or publish it by force and say why.", s.Name(), strings.Join(gaps, "; "))}
	case why == "":
		return &Refused{fmt.Sprintf("Say why %s is published although it is not complete.", s.Name())}
	default:
		text = "published by force, in spite of: " + strings.Join(gaps, "; ")
		s.ForcedFor = why
	}
	s.Status, s.CompletedAt, s.CompletedBy = Completed, env.Now, a.By
	s.Phase, s.Gaps = "", gaps
	s.Retrospective.Owed = env.Dir.Postmortem.Retrospective.On
	s.stopReminders(env)
	s.note(env, "completed", a.By, a.said(text))
	return nil
}

func (s *State) waive(a Action, env Env) error {
	if s.Status == Waived {
		return nil
	}
	if err := s.isOver(); err != nil {
		return err
	}
	reason := strings.TrimSpace(a.Note)
	if reason == "" {
		return &Refused{"Say why " + s.Name() + " is not needed."}
	}
	s.Status, s.WaivedAt, s.WaivedBy, s.WaivedFor = Waived, env.Now, a.By, reason
	s.Phase = ""
	s.stopReminders(env)
	s.note(env, "waived", a.By, a.said("waived"))
	if s.Meeting.On() && s.Meeting.At.After(env.Now) {
		s.callOff(env, a.By, "")
	}
	return nil
}

// stopReminders ends those of the postmortem, but for what its plan still has; those of its actions go on once it is
// published.
func (s *State) stopReminders(env Env) {
	s.schedule(env, s.RemindedAt)
	s.plan(env)
	s.cancelUnwanted(env)
}

func (s *State) reopen(a Action, env Env) {
	if s.Status == Open {
		return
	}
	s.Status, s.Phase = Open, Drafting
	s.CompletedAt, s.CompletedBy = time.Time{}, ""
	s.Gaps, s.ForcedFor = nil, ""
	s.WaivedAt, s.WaivedBy, s.WaivedFor = time.Time{}, "", ""
	s.note(env, "reopened", a.By, a.said("open again"))
	s.schedule(env, time.Time{})
}

// assign hands the postmortem to somebody else, who is reminded from now on.
func (s *State) assign(a Action, env Env) error {
	if err := s.isOver(); err != nil {
		return err
	}
	switch {
	case !known(env, a.Owner):
		return &Refused{fmt.Sprintf("There is no user %q.", a.Owner)}
	case a.Owner == s.Owner:
		return nil
	}
	text := "assigned to " + a.Owner
	if s.Owner != "" {
		text += ", after " + s.Owner
	}
	s.Owner = a.Owner
	s.cancelOwners()
	s.schedule(env, time.Time{})
	s.note(env, "assigned", a.By, a.said(text))
	if s.Meeting.On() && s.Meeting.At.After(env.Now) {
		s.invite(false, []string{s.Owner}, env)
	}
	return nil
}
