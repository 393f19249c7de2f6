package override

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/trail"
)

// Made is what the audit trail says of its making.
func (s *State) Made() trail.Note {
	where := s.Schedule
	if s.Rotation != "" {
		where += ", rotation " + s.Rotation
	}
	return trail.Note{By: s.By, Did: "override.made", What: s.Name(), Why: s.Reason, Text: fmt.Sprintf("%s on call by %s instead of %s from %s to %s",
		s.User, where, cmp.Or(s.Replace, "everybody"), stamp(s.From), stamp(s.To))}
}

// Unmade is what the trail says of its being taken back.
func (s *State) Unmade() trail.Note {
	return trail.Note{By: s.CancelledBy, Did: "override.cancelled", What: s.Name(), Why: s.CancelledFor,
		Text: fmt.Sprintf("%s on call by %s, taken back", s.User, s.Schedule)}
}

// Made is what the audit trail says of its making.
func (s *Absence) Made() trail.Note {
	return trail.Note{By: s.By, Did: "absence.made", What: s.Name(), Why: s.Reason,
		Text: fmt.Sprintf("%s away from %s to %s, %d shifts to cover", s.User, stamp(s.From), stamp(s.To), len(s.Asks))}
}

// Unmade is what the trail says of its being taken back.
func (s *Absence) Unmade() trail.Note {
	return trail.Note{By: s.CancelledBy, Did: "absence.cancelled", What: s.Name(), Why: s.CancelledFor, Text: s.User + " is there after all"}
}

// Covered is what the trail says of shifts that somebody took.
func (s *Absence) Covered(by string, taken []*Ask) trail.Note {
	var list []string
	for _, a := range taken {
		list = append(list, fmt.Sprintf("%s from %s to %s (%s)", a.Schedule, stamp(a.From), stamp(a.To), a.Override))
	}
	more := ""
	if n := len(list) - maxLines; n > 0 {
		list, more = list[:maxLines], fmt.Sprintf(" and %d more", n)
	}
	return trail.Note{By: by, Did: "absence.covered", What: s.Name(), Text: "for " + s.User + ": " + strings.Join(list, ", ") + more}
}

// Made is what the audit trail says of its proposal.
func (s *Swap) Made() trail.Note {
	return trail.Note{By: s.By, Did: "swap.proposed", What: s.Name(), Why: s.Reason, Text: s.terms()}
}

// Ended is what the trail says of its answer.
func (s *Swap) Ended() trail.Note {
	text := s.terms()
	if len(s.Overrides) > 0 {
		text += ": " + strings.Join(s.Overrides, ", ")
	}
	return trail.Note{By: s.EndedBy, Did: "swap." + string(s.Status), What: s.Name(), Why: s.EndedFor, Text: text}
}

func (s *Swap) terms() string {
	text := fmt.Sprintf("%s takes %s from %s to %s for %s", s.Asked, s.Schedule, stamp(s.Give.From), stamp(s.Give.To), s.Giver)
	if s.Take != nil {
		text += fmt.Sprintf(", and %s from %s to %s the other way round", s.Schedule, stamp(s.Take.From), stamp(s.Take.To))
	}
	return text
}
