package config

import (
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// coverage reads what the audit expects.
func (b *builder) coverage() audit.Settings {
	c := b.f.Coverage
	out := audit.Settings{MinPeople: c.MinPeople, Urgent: c.Urgent, Severities: map[coverage.Kind]coverage.Severity{}}
	for i, name := range c.Urgent {
		b.refer(b.item("coverage.urgent", i), pol, name)
	}
	for _, s := range c.Severity {
		out.Severities[coverage.Kind(s.Finding)] = coverage.Severity(s.Is)
	}
	for i, w := range c.Waive {
		path := fmt.Sprintf("coverage.waive[%d]", i)
		b.refer(path+".policy", pol, w.Policy)
		b.refer(path+".schedule", schedule, w.Schedule)
		b.refer(path+".user", user, w.User)
		waiver := coverage.Waiver{
			Kind: coverage.Kind(w.Finding), Policy: w.Policy, Schedule: w.Schedule, User: w.User, Reason: w.Reason,
		}
		until, err := schedules.ParseTime(w.Until, b.zone)
		if err != nil {
			b.fail(path+".until", "", "%v", err)
			continue
		}
		waiver.Until = until
		if err := waiver.Check(); err != nil {
			b.fail(path, "", "%v", err)
			continue
		}
		out.Waivers = append(out.Waivers, waiver)
	}
	return out
}
