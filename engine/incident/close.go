package incident

import (
	"fmt"
	"slices"
	"strings"
)

// close ends the incident, and decides about its postmortem. A second close changes nothing.
func (s *State) close(a Action, env Env, fx *Effects) error {
	if s.Status == Closed {
		return nil
	}
	without, err := s.ready(a, env)
	if err != nil {
		return err
	}
	text := "closed"
	if s.Harmful() {
		s.ResolvedAt, s.ResolvedBy = env.Now, a.By
		text = "resolved and closed"
	}
	if len(without) > 0 {
		text += " by force, without: " + strings.Join(without, "; ")
		s.Forced = a.Note
	}
	s.Status, s.ClosedAt, s.ClosedBy = Closed, env.Now, a.By
	s.did(a, env, "closed", text)
	s.dismiss(env)
	fx.PostmortemOwed = s.owesPostmortem(env)
	s.note(env, "postmortem", "", s.PostmortemReason)
	return nil
}

// owesPostmortem asks the configured condition. One that cannot be evaluated counts as fulfilled: a
// postmortem too many is waived in a minute, one too few is never missed.
func (s *State) owesPostmortem(env Env) bool {
	if s.Postmortem != "" {
		s.PostmortemReason = s.Postmortem + " is that of an earlier close"
		return false
	}
	required := env.Dir.Postmortem.Required
	if required == nil {
		s.PostmortemReason = "not owed: postmortem.required_when is not configured"
		return false
	}
	owed, err := required(s.Facts(env.Now))
	switch {
	case err != nil:
		s.PostmortemReason = fmt.Sprintf("owed: postmortem.required_when could not be evaluated: %v", err)
		return true
	case !owed:
		s.PostmortemReason = "not owed: postmortem.required_when is false"
		return false
	}
	s.PostmortemReason = "owed: postmortem.required_when is true"
	return true
}

func (in PostmortemMade) apply(s *State, env Env, _ *Effects) error {
	switch {
	case slices.Contains(s.Postmortems(), in.ID):
		return nil
	case in.Team != "":
		return s.made(in, env)
	case s.Postmortem != "":
		return &Refused{fmt.Sprintf("%s has a postmortem already: %s.", s.Name(), s.Postmortem)}
	}
	s.Postmortem, s.PostmortemID = in.Name, in.ID
	s.note(env, "postmortem", "", in.Name+" is its postmortem")
	return nil
}
