package schedules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// New builds the schedule that spec says. It reports everything that is wrong at once, and returns
// no schedule then. It never panics.
func New(spec Spec) (*Schedule, []Problem) {
	b := &builder{schedule: &Schedule{name: spec.Name, zone: zone{time.UTC}}}
	b.zone(spec)
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
	b.overrides(spec.Overrides)
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

func (b *builder) zone(spec Spec) {
	if spec.Location != nil {
		b.schedule.zone = zone{spec.Location}
		return
	}
	loc, err := LoadZone(spec.Zone)
	if err != nil {
		b.report("timezone", "%v", err)
		return
	}
	b.schedule.zone = zone{loc}
}

// LoadZone returns the time zone of an IANA name, the same on every machine. The error says what was probably meant.
func LoadZone(name string) (*time.Location, error) {
	loc, err := time.LoadLocation(name)
	if err == nil && name != "Local" {
		return loc, nil
	}
	if name == "Local" {
		return nil, errors.New("the name Local would mean another zone on another machine; write its name, such as America/New_York")
	}
	if near := closestZone(name); near != "" {
		return nil, fmt.Errorf("%q is not a known time zone; did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("%q is not a known time zone; write an IANA name such as America/New_York", name)
}

// overrides adds those that are fine.
func (b *builder) overrides(specs []OverrideSpec) {
	specs = slices.Clone(specs) // which the schedule keeps
	b.schedule.overrides = slices.Grow(b.schedule.overrides, len(specs))
	for i := range specs {
		b.override(i, &specs[i])
	}
}

func (b *builder) override(i int, spec *OverrideSpec) {
	report := func(path, format string, args ...any) {
		b.report(fmt.Sprintf("overrides[%d].%s", i, path), format, args...)
	}
	before := len(b.problems)
	o := override{spec: spec, user: spec.User, replace: spec.Replace, rotation: whole}
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
		} else if people := b.schedule.Participants(); !slices.Contains(people, spec.Replace) && !b.schedule.open() {
			report("replace", "%s is never on call here; there are %s", spec.Replace, list(people))
		}
	}
	if len(b.problems) == before {
		b.schedule.overrides = append(b.schedule.overrides, o)
	}
}

func (b *builder) required(value, path string, report reporter) (stamp, bool) {
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
