package schedules

import (
	"fmt"
	"slices"
	"strings"
)

// reporter notes a problem of one rotation.
type reporter = func(path, format string, args ...any)

func (b *builder) rotation(i int, specs []RotationSpec) {
	spec, before := specs[i], len(b.problems)
	report := func(path, format string, args ...any) {
		b.report(strings.TrimSuffix(fmt.Sprintf("rotations[%d].%s", i, path), "."), format, args...)
	}
	r := &rotation{name: spec.Name, zone: b.schedule.zone, starts: always, ends: never}
	if r.name == "" {
		r.name = fmt.Sprintf("rotation-%d", i+1)
	}
	if at := slices.IndexFunc(b.schedule.rotations, func(other *rotation) bool { return other.name == r.name }); at >= 0 {
		report("name", "%q is also the name of rotations[%d]; give each its own", r.name, at)
	}
	if spec.Calendar != nil {
		b.bounds(r, spec, report)
		b.calendar(r, spec, i, report)
	} else {
		turns := parseTurns(spec.Participants, i, report)
		if spec.StartAt < 0 || spec.StartAt > 0 && spec.StartAt >= len(spec.Participants) {
			report("start_at", "%d is out of range; the first of %d participants is 0", spec.StartAt, len(spec.Participants))
		}
		for _, turn := range turns {
			for _, e := range turn {
				r.listed = append(r.listed, e.user)
			}
		}
		members := b.parseMembers(spec, turns, report)
		anchor, anchored := b.bounds(r, spec, report)
		cycle := b.turns(r, spec, turns, anchor, anchored, report)
		switch {
		case len(b.problems) > before: // there will be no schedule
		case cycle != nil:
			r.epochs = r.filtered(cycle, members)
		default:
			r.epochs = r.epochsOf(turns, spec.StartAt, members)
		}
	}
	r.weekly = parseRestrictions(spec.Restrict, report)
	b.schedule.rotations = append(b.schedule.rotations, r)
}

// calendar reads turns one by one.
func (b *builder) calendar(r *rotation, spec RotationSpec, i int, report reporter) {
	if len(spec.Participants)+len(spec.Members)+len(spec.Skip) > 0 || spec.Every+spec.RRule+spec.Shift+spec.Night != "" || spec.StartAt != 0 {
		report("calendar", "stands alone: the calendar says who is on call and when; leave participants, members, every, rrule, shift, skip and start_at out")
	}
	r.imported = true
	r.calendar = parseCalendar(spec.Calendar, i, report)
	r.listed = r.calendar.users()
}

// bounds reads starts and ends, and says whether there is an anchor.
func (b *builder) bounds(r *rotation, spec RotationSpec, report reporter) (anchor stamp, ok bool) {
	if anchor, ok = b.optional(spec.Starts, "starts", report); ok {
		r.starts = anchor.unix
	}
	if at, ok := b.optional(spec.Ends, "ends", report); ok {
		if r.ends = at.unix; r.ends <= r.starts {
			report("ends", "%s is not after starts, %s", spec.Ends, spec.Starts)
		}
	}
	return anchor, ok
}

// turns reads what changes hands when. For a shift pattern it returns who is on call in each of its turns.
func (b *builder) turns(r *rotation, spec RotationSpec, turns [][]entry, anchor stamp, anchored bool, report reporter) (cycle [][]entry) {
	ways := 0
	for _, way := range [...]string{spec.Every, spec.RRule, spec.Shift} {
		if way != "" {
			ways++
		}
	}
	switch {
	case spec.Every != "" && spec.RRule != "":
		report("rrule", "every and rrule exclude each other; keep one")
		return nil
	case ways > 1:
		report("shift", "every, rrule and shift exclude each other; keep one")
		return nil
	case ways == 0 && len(spec.Participants) > 1:
		report("every", "missing; %d turns need every (such as 1w) or rrule to change hands; for people on call together, put them into one turn", len(spec.Participants))
		return nil
	case ways > 0 && spec.Starts == "":
		report("starts", "missing; it says when the first turn begins, such as 2026-03-09T09:00")
	}
	if spec.Shift == "" && (spec.Night != "" || spec.Stagger != 0) {
		report("shift", "missing; night and stagger belong to a shift pattern, such as \"2 days, 2 nights, 4 off\"")
	}
	r.anchor = anchor.unix
	switch {
	case spec.Shift != "":
		return b.shift(r, spec, turns, anchor.wall, report)
	case spec.RRule != "":
		b.rule(r, spec, anchor.wall, anchored, report)
	default:
		b.every(r, spec, anchor.wall, anchored, report)
	}
	if len(spec.Participants) == 1 { // a turn that hands over to itself
		r.handoffs, r.elapsed = nil, 0
	}
	return nil
}

func (b *builder) shift(r *rotation, spec RotationSpec, turns [][]entry, anchor wall, report reporter) [][]entry {
	if len(spec.Skip) > 0 {
		report("skip", "does not go with shift; a pattern says which days are off")
	}
	if slices.ContainsFunc(turns, func(turn []entry) bool { return len(turn) == 0 }) {
		report("participants", "%s has no shifts; leave it out, a pattern says who is off", Nobody)
		return nil
	}
	rule, cycle, problem := shiftPattern(spec, turns, anchor)
	if problem != nil {
		report(problem.Path, "%s", problem.Message)
		return nil
	}
	r.handoffs = rule
	return cycle
}

func (b *builder) rule(r *rotation, spec RotationSpec, anchor wall, anchored bool, report reporter) {
	if len(spec.Skip) > 0 {
		report("skip", "goes with every; in a rule write the days, such as BYDAY=MO,TU,WE,TH,FR, and restrict")
	}
	if !anchored {
		return
	}
	rule, err := parseRule(spec.RRule, anchor, b.schedule.zone)
	if err != nil {
		report("rrule", "%v", err)
	}
	r.handoffs = rule
}

func (b *builder) every(r *rotation, spec RotationSpec, anchor wall, anchored bool, report reporter) {
	e := every{}
	if spec.Every != "" {
		var err error
		if e, err = parseEvery(spec.Every); err != nil {
			report("every", "%v", err)
			return
		}
	}
	switch {
	case e.elapsed:
		r.elapsed = int64(e.length)
	case e.months > 0:
		r.handoffs = monthly{anchor, e.months}
	case e.length > 0:
		r.handoffs = pattern{anchor: anchor, period: e.length, offsets: []wall{e.length}}
	}
	if len(spec.Skip) == 0 {
		return
	}
	switch {
	case !anchored:
		report("skip", "needs starts, which says at what time the days begin")
		return
	case e.elapsed:
		report("skip", "does not go with every: %s, which drifts through the day; use hours that divide a day, or days", spec.Every)
		return
	}
	counted, worked := skipping(spec.Skip, e, anchor, report)
	if r.worked = worked; counted != nil {
		r.handoffs = counted
	}
}
