package config

import (
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// maintenance adds the maintenances. It comes after rules, whose language their conditions are written in.
func (b *builder) maintenance(router *rules.Router) {
	b.dir.Language = router
	for i, m := range b.f.Maintenance {
		path := fmt.Sprintf("maintenance[%d]", i)
		built := directory.Maintenance{Name: string(m.Name), Reason: m.Reason, Public: m.Public, Service: m.Service, Times: b.times(path, m)}
		if len(m.Public) > maintenance.MaxPublic {
			b.fail(path+".public", "", "it holds %d bytes at most", maintenance.MaxPublic)
		}
		if madeLater.MatchString(string(m.Name)) {
			b.fail(path+".name", "give it another name, such as patch-night", "%s is what one is called that is made at run time", m.Name)
		}
		if m.Team != "" {
			b.refer(path+".team", team, m.Team)
		}
		if _, ok := b.dir.Sources[m.Integration]; m.Integration != "" && !ok {
			var names []string
			for _, in := range b.f.Integrations {
				names = append(names, string(in.Name))
			}
			b.fail(path+".integration", suggest(m.Integration, names, "there is no integration at all yet"), "there is no integration %q", m.Integration)
		}
		if router != nil { // else there is no language to understand it
			match := maintenance.Match{When: string(m.When), Service: m.Service, Team: m.Team, Integration: m.Integration, Labels: m.Labels}
			var problems []rules.Problem
			built.Condition = match.Condition()
			built.When, problems = match.Compile(router)
			for _, p := range problems {
				b.report(Error, path+"."+p.Path, p.Offset, p.Message, p.Hint)
			}
		}
		if built.When != nil && built.Times != nil {
			b.also = append(b.also, built.When.Uses())
			b.dir.Maintenance = append(b.dir.Maintenance, built)
		}
	}
}

// madeLater is how maintenances are called that are made at run time, however a command writes it. One of the configuration
// of the same name would hide it: it could not be removed.
var madeLater = regexp.MustCompile(`^(?i:mnt)-[0-9]+$`)

// times are when a maintenance takes place, nil where that makes no sense.
func (b *builder) times(path string, m Maintenance) *schedules.Recurrence {
	zone := b.location(path+".timezone", m.Timezone)
	until := m.Until
	switch {
	case m.Until != "" && m.For != 0:
		b.fail(path+".for", "keep one of the two", "until and for exclude each other")
		return nil
	case m.Until == "" && m.For == 0:
		b.fail(path, "write until: and when, or for: and how long", "the maintenance %s has no end", m.Name)
		return nil
	case m.For != 0:
		from, err := schedules.ParseTime(m.From, zone)
		if err != nil {
			b.fail(path+".from", "", "%s", err)
			return nil
		}
		until = from.Add(time.Duration(m.For)).Format(time.RFC3339)
	}
	times, problems := schedules.NewRecurrence(schedules.RecurrenceSpec{From: m.From, Until: until, RRule: m.RRule, Ends: m.Ends, Zone: zone})
	for _, p := range problems {
		b.fail(path+"."+p.Path, "", "%s", p.Message)
	}
	if times != nil && m.RRule != "" && !times.Over(forgotten) {
		b.warn(path+".rrule", "write ends: and a date by which somebody looks at it again", "the maintenance %s never ends", m.Name)
	}
	return times
}

// forgotten is a moment at which nobody knows any more why there is a maintenance.
var forgotten = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)

// uses are the names that rules and other conditions use.
func (b *builder) uses(router *rules.Router) rules.Uses {
	all := rules.Uses{Windows: map[string]bool{}, Lists: map[string]bool{}, Calendars: map[string]bool{}}
	for _, u := range append([]rules.Uses{router.Uses()}, b.also...) {
		maps.Copy(all.Windows, u.Windows)
		maps.Copy(all.Lists, u.Lists)
		maps.Copy(all.Calendars, u.Calendars)
	}
	return all
}
