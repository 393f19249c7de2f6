package incident

import (
	"fmt"
	"slices"
)

// Likened is that an incident was found to be like an earlier one. It is said once.
type Likened struct {
	To    string // INC-3
	Title string
}

func (in Likened) apply(s *State, env Env, _ *Effects) error {
	if s.Alike != "" || !s.Harmful() {
		return nil
	}
	s.Alike = in.To
	s.note(env, "similar", "", fmt.Sprintf("similar to %s (%s)", in.To, in.Title))
	return nil
}

// Settlement is what was said when it was last resolved, or else mitigated or closed; empty when nothing was.
func (s *State) Settlement() string {
	for _, kind := range []string{"resolved", "mitigated", "closed"} {
		for _, e := range slices.Backward(s.Timeline) {
			if e.Kind == kind && e.Text != "" {
				return e.Text
			}
		}
	}
	return ""
}
