package postmortem

import (
	"fmt"
	"slices"
	"strings"
)

// How much a tree of causes holds.
const (
	maxCauses   = 200
	maxDepth    = 12 // levels
	maxCause    = 2_000
	maxEvidence = 10_000
)

// Cause is one answer to a why. The children of a cause answer why it was so.
type Cause struct {
	N        int    `json:"n"`                // 1, 2, …; never reused
	Parent   int    `json:"parent,omitempty"` // the cause that it explains; 0 for a first answer
	Text     string `json:"text"`
	Evidence string `json:"evidence,omitempty"` // how it is known
	Category string `json:"category,omitempty"` // what kind of cause it is, in the words of every postmortem: capacity, release
}

// CauseEdit makes a cause, or changes, moves or removes that of number N: what is nil stays as it is.
type CauseEdit struct {
	N        int
	Text     *string
	Evidence *string
	Category *string // "" takes it away
	Parent   *int    // 0 moves it to the top
	Before   int     // the sibling that it comes before; 0 for the last place when it is made or moved
	Remove   bool    // with everything below it
}

// Cause returns cause n, or nil.
func (s *State) Cause(n int) *Cause {
	if i := s.causeAt(n); i >= 0 {
		return &s.Causes[i]
	}
	return nil
}

func (s *State) causeAt(n int) int {
	return slices.IndexFunc(s.Causes, func(c Cause) bool { return c.N == n })
}

// Children are the causes that answer why another one was so, in their order; of 0 the first answers.
func (s *State) Children(parent int) (list []Cause) {
	for _, c := range s.Causes {
		if c.Parent == parent {
			list = append(list, c)
		}
	}
	return list
}

// Roots are the causes that nothing explains any further: where the whys end.
func (s *State) Roots() (list []Cause) {
	for _, c := range s.Causes {
		if len(s.Children(c.N)) == 0 {
			list = append(list, c)
		}
	}
	return list
}

// level is how deep a cause is: 1 for a first answer, 0 for none.
func (s *State) level(n int) (level int) {
	for n != 0 && level <= len(s.Causes) {
		level++
		n = s.Cause(n).Parent
	}
	return level
}

// height is how many levels there are below a cause, its own included.
func (s *State) height(n int) int {
	below := 0
	for _, c := range s.Children(n) {
		below = max(below, s.height(c.N))
	}
	return below + 1
}

// under reports whether a cause is, or is somewhere below, another one.
func (s *State) under(n, top int) bool {
	for ; n != 0; n = s.Cause(n).Parent {
		if n == top {
			return true
		}
	}
	return false
}

// editCause does one edit and says what changed; refused, it may have changed s.
func (s *State) editCause(e CauseEdit) (said string, err error) {
	if err := s.checkCause(e); err != nil {
		return "", err
	}
	switch {
	case e.Remove:
		gone := s.removeCause(e.N)
		if gone > 1 {
			return fmt.Sprintf("cause %d removed, and %d below it", e.N, gone-1), nil
		}
		return fmt.Sprintf("cause %d removed", e.N), nil
	case e.N == 0:
		s.CausesMade++
		c := Cause{N: s.CausesMade, Text: strings.TrimSpace(*e.Text)}
		if e.Parent != nil {
			c.Parent = *e.Parent
		}
		if e.Evidence != nil {
			c.Evidence = strings.TrimSpace(*e.Evidence)
		}
		if e.Category != nil {
			c.Category = tagOf(*e.Category)
		}
		s.Causes = append(s.Causes, c)
		s.place(c.N, e.Before)
		return fmt.Sprintf("new cause %d: %s", c.N, c.Text), nil
	}
	c := s.Cause(e.N)
	was := *c
	if e.Text != nil {
		c.Text = strings.TrimSpace(*e.Text)
	}
	if e.Evidence != nil {
		c.Evidence = strings.TrimSpace(*e.Evidence)
	}
	if e.Category != nil {
		c.Category = tagOf(*e.Category)
	}
	if e.Parent != nil {
		c.Parent = *e.Parent
	}
	changed := *c != was
	if e.Parent != nil || e.Before != 0 {
		s.place(e.N, e.Before)
		changed = true
	}
	if !changed {
		return "", nil
	}
	return fmt.Sprintf("cause %d", e.N), nil
}

func (s *State) checkCause(e CauseEdit) error {
	c := s.Cause(e.N)
	switch {
	case e.N != 0 && c == nil:
		return &Refused{fmt.Sprintf("%s has no cause %d.", s.Name(), e.N)}
	case e.Remove && e.N == 0:
		return &Refused{"Which cause is removed? Give its number."}
	case e.Remove:
		return nil
	case e.N == 0 && e.Text == nil, e.Text != nil && strings.TrimSpace(*e.Text) == "":
		return &Refused{"A cause needs a text."}
	case e.Text != nil && len(*e.Text) > maxCause:
		return &Refused{fmt.Sprintf("A cause holds %d bytes at most, this one has %d.", maxCause, len(*e.Text))}
	case e.Evidence != nil && len(*e.Evidence) > maxEvidence:
		return &Refused{fmt.Sprintf("The evidence of a cause holds %d bytes at most, this one has %d.", maxEvidence, len(*e.Evidence))}
	case e.Category != nil && len(*e.Category) > maxTag:
		return &Refused{fmt.Sprintf("A category holds %d bytes at most, this one has %d.", maxTag, len(*e.Category))}
	case e.N == 0 && len(s.Causes) >= maxCauses:
		return &Refused{fmt.Sprintf("A postmortem has %d causes at most.", maxCauses)}
	}
	parent, height := 0, 1
	if c != nil {
		parent, height = c.Parent, s.height(c.N)
	}
	if e.Parent != nil {
		parent = *e.Parent
	}
	switch {
	case parent != 0 && s.Cause(parent) == nil:
		return &Refused{fmt.Sprintf("%s has no cause %d to put another one under.", s.Name(), parent)}
	case c != nil && s.under(parent, c.N):
		return &Refused{fmt.Sprintf("Cause %d cannot be put under itself.", c.N)}
	case s.level(parent)+height > maxDepth:
		return &Refused{fmt.Sprintf("A tree of causes has %d levels at most.", maxDepth)}
	}
	if e.Before != 0 {
		if next := s.Cause(e.Before); next == nil || next.Parent != parent || next.N == e.N {
			return &Refused{fmt.Sprintf("Cause %d is not beside it: only one of the same parent can come next.", e.Before)}
		}
	}
	return nil
}

// place moves a cause before one of its siblings, or behind them all, and keeps parents before their children.
func (s *State) place(n, before int) {
	i := s.causeAt(n)
	c := s.Causes[i]
	s.Causes = slices.Delete(s.Causes, i, i+1)
	at := len(s.Causes)
	if before != 0 {
		at = s.causeAt(before)
	}
	s.Causes = slices.Insert(s.Causes, at, c)
	ordered := make([]Cause, 0, len(s.Causes))
	var walk func(parent int)
	walk = func(parent int) {
		for _, c := range s.Children(parent) {
			ordered = append(ordered, c)
			walk(c.N)
		}
	}
	walk(0)
	s.Causes = ordered
}

// removeCause removes a cause with everything below it, and says how many that were.
func (s *State) removeCause(n int) int {
	var keep []Cause
	for _, c := range s.Causes {
		if !s.under(c.N, n) {
			keep = append(keep, c)
		}
	}
	gone := len(s.Causes) - len(keep)
	s.Causes = keep
	return gone
}
