package schedules

import "time"

// Timeline is a schedule between two instants, layer by layer. All intervals of a layer together cover the time
// from From until To, in the schedule's zone, without gap or overlap, and neighbours differ.
type Timeline struct {
	Schedule  string
	From, To  time.Time
	Rotations []RotationLine // each alone, overrides aside, in the order of the Spec
	Base      []Interval     // the rotations combined, overrides aside
	Overrides []Override     // those that touch the time, in their order: where they overlap the later one wins
	Final     []Interval     // who is on call
}

// RotationLine is who is on call in one rotation.
type RotationLine struct {
	Name      string
	Intervals []Interval
}

// Override is an override with its times as instants in the schedule's zone.
type Override struct {
	OverrideSpec
	From, To time.Time // they hide the texts of the same names
}

// Timeline lays out the schedule from from until to; nothing when to is not after from. The cost grows with the number of
// hand-offs in the range.
func (s *Schedule) Timeline(from, to time.Time) Timeline {
	tl := Timeline{Schedule: s.name, From: from.In(s.zone.Location), To: to.In(s.zone.Location)}
	for _, r := range s.rotations {
		changes := func(lo, hi int64) []int64 { return ordered(r.boundaries(nil, lo, hi)) }
		tl.Rotations = append(tl.Rotations, RotationLine{r.name, s.lay(from, to, changes, r.at)})
	}
	tl.Overrides = s.OverridesIn(from, to)
	base := *s
	base.overrides = nil
	tl.Base = base.Intervals(from, to)
	tl.Final = tl.Base
	if len(tl.Overrides) > 0 {
		tl.Final = s.Intervals(from, to)
	}
	return tl
}

// Boundaries returns every instant after from and before to at which who is on call, or who comes next or came before, may
// change, ascending. Between two of them none of it does.
func (s *Schedule) Boundaries(from, to time.Time) []time.Time {
	lo, hi := unixOf(from), unixOf(to)
	if lo >= hi {
		return nil
	}
	var out []time.Time
	for _, at := range s.during(lo, hi).changes(lo, hi) {
		out = append(out, s.zone.time(at))
	}
	return out
}

// OverridesIn returns the overrides that touch the time from from until to, in their order.
func (s *Schedule) OverridesIn(from, to time.Time) []Override {
	if !from.Before(to) {
		return nil
	}
	var out []Override
	for _, o := range s.during(unixOf(from), unixOf(to)).overrides {
		out = append(out, Override{*o.spec, s.zone.time(o.from), s.zone.time(o.until)})
	}
	return out
}
