package schedules

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxParticipants is how many people a rotation may list, the same person in several turns counted each time.
const maxParticipants = 9_999

// New builds the schedule that spec says. It reports everything that is wrong at once, and returns
// no schedule then. It never panics.
func New(spec Spec) (*Schedule, []Problem) {
	b := &builder{schedule: &Schedule{name: spec.Name, zone: zone{time.UTC}}}
	b.zone(spec.Zone)
	switch spec.Combine {
	case "", Union:
	case Layers:
		b.schedule.layers = true
	default:
		b.report("combine", "%q is not a way to combine rotations; write %s or %s", spec.Combine, Union, Layers)
	}
	if len(spec.Rotations) == 0 {
		b.report("rotations", "missing; a schedule has at least one rotation")
	}
	for i := range spec.Rotations {
		b.rotation(i, spec.Rotations)
	}
	for i, o := range spec.Overrides {
		b.override(i, o)
	}
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return b.schedule, nil
}

type builder struct {
	schedule *Schedule
	problems []Problem
}

func (b *builder) report(path, format string, args ...any) {
	b.problems = append(b.problems, Problem{path, fmt.Sprintf(format, args...)})
}

func (b *builder) zone(name string) {
	loc, err := time.LoadLocation(name)
	if err == nil && name != "Local" {
		b.schedule.zone = zone{loc}
		return
	}
	if name == "Local" {
		b.report("timezone", "Local would mean another zone on another machine; write its name, such as America/New_York")
	} else if near := closestZone(name); near != "" {
		b.report("timezone", "%q is not a known time zone; did you mean %s?", name, near)
	} else {
		b.report("timezone", "%q is not a known time zone; write an IANA name such as America/New_York", name)
	}
}

func (b *builder) rotation(i int, specs []RotationSpec) {
	spec := specs[i]
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
	r.turns = parseTurns(spec.Participants, i, report)
	if spec.StartAt < 0 || spec.StartAt > 0 && spec.StartAt >= len(spec.Participants) {
		report("start_at", "%d is out of range; the first of %d participants is 0", spec.StartAt, len(spec.Participants))
	}
	r.startAt = int64(spec.StartAt)
	anchor, anchored := b.bounds(r, spec, report)
	b.turns(r, spec, anchor, anchored, report)
	r.weekly = parseRestrictions(spec.Restrict, report)
	b.schedule.rotations = append(b.schedule.rotations, r)
}

// bounds reads starts and ends, and says whether there is an anchor.
func (b *builder) bounds(r *rotation, spec RotationSpec, report func(path, format string, args ...any)) (anchor stamp, ok bool) {
	if spec.Starts != "" {
		at, err := b.schedule.zone.parse(spec.Starts)
		if err != nil {
			report("starts", "%v", err)
		} else {
			anchor, ok = at, true
			r.starts = at.unix
		}
	}
	if spec.Ends != "" {
		at, err := b.schedule.zone.parse(spec.Ends)
		if err != nil {
			report("ends", "%v", err)
		} else if r.ends = at.unix; r.ends <= r.starts {
			report("ends", "%s is not after starts, %s", spec.Ends, spec.Starts)
		}
	}
	return anchor, ok
}

// turns reads every and rrule.
func (b *builder) turns(r *rotation, spec RotationSpec, anchor stamp, anchored bool, report func(path, format string, args ...any)) {
	changing := spec.Every != "" || spec.RRule != ""
	switch {
	case spec.Every != "" && spec.RRule != "":
		report("rrule", "every and rrule exclude each other; keep one")
		return
	case !changing && len(spec.Participants) > 1:
		report("every", "missing; %d turns need every (such as 1w) or rrule to change hands; for people on call together, put them into one turn", len(spec.Participants))
		return
	case changing && spec.Starts == "":
		report("starts", "missing; it says when the first turn begins, such as 2026-03-09T09:00")
	}
	r.anchor = anchor.unix
	if spec.Every != "" {
		length, elapsed, err := parseEvery(spec.Every)
		if err != nil {
			report("every", "%v", err)
		} else if elapsed {
			r.elapsed = int64(length)
		} else {
			r.handoffs = pattern{anchor: anchor.wall, period: length, offsets: []wall{length}}
		}
	}
	if spec.RRule != "" && anchored {
		rule, err := parseRule(spec.RRule, anchor.wall, b.schedule.zone)
		if err != nil {
			report("rrule", "%v", err)
		}
		r.handoffs = rule
	}
	if len(spec.Participants) == 1 { // a turn that hands over to itself
		r.handoffs, r.elapsed = nil, 0
	}
}

func parseTurns(groups [][]string, rotation int, report func(path, format string, args ...any)) [][]entry {
	if len(groups) == 0 {
		report("participants", "missing; a rotation has at least one participant")
	}
	total, people := 0, false
	for _, group := range groups {
		total += len(group)
		people = people || slices.ContainsFunc(group, func(user string) bool { return user != Nobody })
	}
	if total > 0 && !people {
		report("participants", "only %s; somebody has to be on call some time", Nobody)
	}
	if total > maxParticipants {
		report("participants", "%d participants are too many; %d are the most", total, maxParticipants)
		return nil
	}
	turns := make([][]entry, len(groups))
	for i, group := range groups {
		path := fmt.Sprintf("participants[%d]", i)
		if len(group) == 0 {
			report(path, "nobody in this turn; for a deliberate gap write %s", Nobody)
		}
		for j, user := range group {
			at := path
			if len(group) > 1 {
				at = fmt.Sprintf("%s[%d]", path, j)
			}
			switch {
			case user == "":
				report(at, "a participant needs a name")
			case user == Nobody && len(group) > 1:
				report(at, "%s stands alone in its turn", Nobody)
			case slices.Contains(group[:j], user):
				report(at, "%s is in this turn already", user)
			case user != Nobody:
				turns[i] = append(turns[i], entry{user: user, rotation: rotation})
			}
		}
		slices.SortFunc(turns[i], func(a, b entry) int { return strings.Compare(a.user, b.user) })
	}
	return turns
}

func (b *builder) override(i int, spec OverrideSpec) {
	report := func(path, format string, args ...any) {
		b.report(fmt.Sprintf("overrides[%d].%s", i, path), format, args...)
	}
	o := override{user: spec.User, replace: spec.Replace, rotation: whole}
	if spec.User == "" {
		report("user", "missing; it says who is on call instead, or %s", Nobody)
	}
	from, okFrom := b.required(spec.From, "from", report)
	until, okTo := b.required(spec.To, "to", report)
	if okFrom && okTo && until.unix <= from.unix {
		report("to", "%s is not after from, %s", spec.To, spec.From)
	}
	o.from, o.until = from.unix, until.unix
	if spec.Rotation != "" {
		o.rotation = slices.Index(b.schedule.Rotations(), spec.Rotation)
		if o.rotation < 0 {
			report("rotation", "no rotation is named %q; there are %s", spec.Rotation, strings.Join(b.schedule.Rotations(), ", "))
		}
	}
	if spec.Replace != "" {
		if spec.Replace == spec.User {
			report("replace", "%s cannot replace themselves", spec.User)
		} else if people := b.schedule.Participants(); !slices.Contains(people, spec.Replace) {
			report("replace", "%s is never on call here; there are %s", spec.Replace, list(people))
		}
	}
	b.schedule.overrides = append(b.schedule.overrides, o)
}

func (b *builder) required(value, path string, report func(path, format string, args ...any)) (stamp, bool) {
	if value == "" {
		report(path, "missing; an override has from and to")
		return stamp{}, false
	}
	at, err := b.schedule.zone.parse(value)
	if err != nil {
		report(path, "%v", err)
	}
	return at, err == nil
}

// list names the first few of people.
func list(people []string) string {
	const most = 8
	if len(people) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(people[:most], ", "), len(people)-most)
	}
	return strings.Join(people, ", ")
}
