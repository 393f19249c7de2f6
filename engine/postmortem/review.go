package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const maxReviewers = 20

// Verdict is what a reviewer says.
type Verdict string

// The verdicts of a reviewer.
const (
	Asked    Verdict = "asked" // nothing was said yet
	Approved Verdict = "approved"
	Changes  Verdict = "changes" // asks for changes
)

// Review is what one reviewer said at last.
type Review struct {
	User    string    `json:"user"`
	Verdict Verdict   `json:"verdict"`
	AskedAt time.Time `json:"asked_at,omitzero"`
	At      time.Time `json:"at,omitzero"` // of the verdict
	Note    string    `json:"note,omitempty"`
}

func (s *State) reviewer(user string) *Review {
	for i := range s.Reviews {
		if s.Reviews[i].User == user {
			return &s.Reviews[i]
		}
	}
	return nil
}

// submit asks the reviewers to read it, those anew who read an earlier state.
func (s *State) submit(a Action, env Env) error {
	if err := s.isOver(); err != nil {
		return err
	}
	var fresh []string
	for _, user := range a.Reviewers {
		switch {
		case !known(env, user):
			return &Refused{fmt.Sprintf("There is no user %q.", user)}
		case user == s.Owner:
			return &Refused{fmt.Sprintf("%s owns %s: somebody else reviews it.", user, s.Name())}
		case s.reviewer(user) == nil && !slices.Contains(fresh, user):
			fresh = append(fresh, user)
		}
	}
	switch {
	case len(s.Reviews)+len(fresh) == 0:
		return &Refused{"Who is to review " + s.Name() + "? Name at least one reviewer."}
	case len(s.Reviews)+len(fresh) > maxReviewers:
		return &Refused{fmt.Sprintf("A postmortem has %d reviewers at most.", maxReviewers)}
	case s.Stage() == InReview && len(fresh) == 0:
		return nil
	}
	again := s.Stage() != InReview
	for i := range s.Reviews {
		if r := &s.Reviews[i]; again {
			r.Verdict, r.AskedAt, r.At, r.Note = Asked, env.Now, time.Time{}, ""
		}
	}
	for _, user := range fresh {
		s.Reviews = append(s.Reviews, Review{User: user, Verdict: Asked, AskedAt: env.Now})
	}
	s.Phase = InReview
	s.note(env, "submitted", a.By, a.said("in review by "+strings.Join(s.reviewers(), ", ")))
	if s.Meeting.On() && s.Meeting.At.After(env.Now) {
		s.invite(false, fresh, env)
	}
	return nil
}

func (s *State) reviewers() (users []string) {
	for _, r := range s.Reviews {
		users = append(users, r.User)
	}
	return users
}

// review takes the verdict of a reviewer; whoever reads it of their own accord becomes one. Changes that are asked
// for send it back to its owner.
func (s *State) review(a Action, env Env) error {
	if err := s.isOver(); err != nil {
		return err
	}
	note := strings.TrimSpace(a.Note)
	r := s.reviewer(a.By)
	switch {
	case s.Stage() != InReview:
		return &Refused{fmt.Sprintf("%s is not in review. Submit it first.", s.Name())}
	case !known(env, a.By):
		return &Refused{fmt.Sprintf("A review is a person's: say which user's it is, %q is none.", a.By)}
	case a.By == s.Owner:
		return &Refused{fmt.Sprintf("%s owns %s: somebody else reviews it.", a.By, s.Name())}
	case a.Do == RequestChanges && note == "":
		return &Refused{"Say what is to be changed."}
	case r == nil && len(s.Reviews) >= maxReviewers:
		return &Refused{fmt.Sprintf("A postmortem has %d reviewers at most.", maxReviewers)}
	case r == nil:
		s.Reviews = append(s.Reviews, Review{User: a.By, AskedAt: env.Now})
		r = &s.Reviews[len(s.Reviews)-1]
	case a.Do == Approve && r.Verdict == Approved:
		return nil
	}
	r.At, r.Note = env.Now, note
	if a.Do == Approve {
		r.Verdict = Approved
		s.note(env, "approved", a.By, a.said("approved"))
		return nil
	}
	r.Verdict, s.Phase = Changes, Drafting
	s.note(env, "changes", a.By, a.said("asks for changes"))
	return nil
}
