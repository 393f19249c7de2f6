package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func (b *builder) schedules() {
	for i, s := range b.f.Schedules {
		path := fmt.Sprintf("schedules[%d]", i)
		b.onCall(path, s)
		spec := schedules.Spec{Name: string(s.Name), Zone: s.Timezone, Combine: string(s.Combine)}
		set(&spec.Zone, b.zone.String())
		spec.Location = b.load(spec.Zone)
		calendars := map[int]string{}
		for j, r := range s.Rotations {
			spec.Rotations = append(spec.Rotations, r.spec())
			if r.ICal != nil {
				calendars[j] = b.ical(fmt.Sprintf("%s.rotations[%d].ical", path, j), *r.ICal)
			}
		}
		for _, o := range s.Overrides {
			spec.Overrides = append(spec.Overrides, schedules.OverrideSpec{
				User: o.User, From: o.From, To: o.To, Replace: o.Replace, Rotation: o.Rotation, Reason: o.Reason,
			})
		}
		built, problems := schedules.New(spec)
		for _, p := range problems {
			at := p.Path
			if at == "zone" {
				at = "timezone"
			}
			message := p.Message
			if strings.HasSuffix(at, "].calendar") {
				at, message = strings.TrimSuffix(at, "calendar")+"ical", "ical "+message
			}
			if strings.HasPrefix(message, "missing;") {
				message = at[strings.LastIndex(at, ".")+1:] + " is " + message
			}
			b.fail(strings.TrimSuffix(path+"."+at, "."), "", "%s", message)
		}
		if built != nil {
			b.dir.Schedules[string(s.Name)] = built
			if len(calendars) > 0 {
				b.dir.Imported[string(s.Name)] = directory.Imported{Spec: spec, Calendars: calendars}
			}
			b.handoff(path+".handoff", s, edition(spec, calendars, b.known[user]))
		}
	}
}

func (r Rotation) spec() schedules.RotationSpec {
	spec := schedules.RotationSpec{
		Name: r.Name, Starts: r.Starts, Ends: r.Ends, Every: r.Every, RRule: r.RRule, StartAt: r.StartAt,
		Shift: r.Shift, Night: string(r.Night), Stagger: r.Stagger, Skip: texts(r.Skip),
	}
	for _, p := range r.Participants {
		spec.Participants = append(spec.Participants, p)
	}
	for _, m := range r.Members {
		spec.Members = append(spec.Members, schedules.MemberSpec{User: m.User, From: m.From, Until: m.Until})
	}
	for _, part := range r.Restrict {
		spec.Restrict = append(spec.Restrict, part.spec())
	}
	if r.ICal != nil {
		spec.Calendar = &schedules.CalendarSpec{}
	}
	return spec
}

func (r Restrict) spec() schedules.RestrictionSpec {
	return schedules.RestrictionSpec{Days: texts(r.Days), From: r.From, To: r.To}
}

func (r Restrict) zero() bool { return r.From == "" && r.To == "" && len(r.Days) == 0 }

// onCall checks that those who are on call are users.
func (b *builder) onCall(path string, s Schedule) {
	for i, r := range s.Rotations {
		for j, group := range r.Participants {
			at := fmt.Sprintf("%s.rotations[%d].participants[%d]", path, i, j)
			for k, name := range group {
				if name != schedules.Nobody {
					b.refer(b.item(at, k), user, name)
				}
			}
		}
	}
	imported := slices.ContainsFunc(s.Rotations, func(r Rotation) bool { return r.ICal != nil })
	for i, o := range s.Overrides {
		at := fmt.Sprintf("%s.overrides[%d]", path, i)
		if imported { // where all participants are known, New says so
			b.refer(at+".replace", user, o.Replace)
		}
		if o.User != schedules.Nobody {
			b.refer(at+".user", user, o.User)
		}
	}
}
