package config

import (
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Fairness is how what being on call costs is counted.
type Fairness struct {
	MaxShare float64  `json:"max_share,omitempty" jsonschema:"exclusiveMinimum=0" doc:"How far from the mean somebody's hours, nights or weekends may be, as a share of it: 0.25 is a quarter more or less. Default 0.25."`
	Night    Restrict `json:"night,omitzero" doc:"What counts as night, in the person's zone. Default: every day from 22:00 to 06:00."`
	Weekend  Restrict `json:"weekend,omitzero" doc:"What counts as weekend, in the person's zone. Default: sat and sun, from midnight to midnight."`
}

// fairness reads how duty is counted.
func (b *builder) fairness() {
	f := b.f.Fairness
	b.dir.Fairness = directory.Fairness{
		MaxShare: f.MaxShare, Night: b.hours("fairness.night", f.Night), Weekend: b.hours("fairness.weekend", f.Weekend),
	}
}

// hours reads a part of the week.
func (b *builder) hours(path string, r Restrict) schedules.RestrictionSpec {
	spec := r.spec()
	_, problems := schedules.New(schedules.Spec{Rotations: []schedules.RotationSpec{
		{Participants: [][]string{{"anybody"}}, Restrict: []schedules.RestrictionSpec{spec}},
	}})
	for _, p := range problems {
		if b.written(path) {
			b.fail(path+strings.TrimPrefix(p.Path, "rotations[0].restrict[0]"), "", "%s", p.Message)
		}
	}
	return spec
}
