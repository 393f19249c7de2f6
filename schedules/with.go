package schedules

import "slices"

// With returns the schedule with further overrides, which count as listed after its own: the last listed wins. What is
// wrong with an override leaves out that one only, and is reported at its place in more: overrides[0] is more[0].
// The schedule itself does not change, and both share what its rotations have worked out.
func (s *Schedule) With(more []OverrideSpec) (*Schedule, []Problem) {
	with := *s
	with.overrides = slices.Clone(s.overrides)
	b := &builder{schedule: &with}
	b.overrides(more)
	return &with, b.problems
}
