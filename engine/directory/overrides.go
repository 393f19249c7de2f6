package directory

import (
	"maps"
	"slices"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// With is the directory with further overrides, by schedule, which count as listed after those of the configuration. One
// whose user, schedule, rotation or replaced person the configuration does not have any more is left out: then whom the
// rotation says is on call. The directory itself does not change.
func (d *Directory) With(overrides map[string][]schedules.OverrideSpec) *Directory {
	if len(overrides) == 0 {
		return d
	}
	with := *d
	with.Schedules = maps.Clone(d.Schedules)
	for name, specs := range overrides {
		s := d.Schedules[name]
		if s == nil {
			continue
		}
		specs = slices.DeleteFunc(slices.Clone(specs), func(o schedules.OverrideSpec) bool {
			_, ok := d.Users[o.User]
			return !ok && o.User != schedules.Nobody
		})
		with.Schedules[name], _ = s.With(specs)
	}
	return &with
}
