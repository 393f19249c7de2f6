package replay

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// upkeep is what a directory has of a recorded maintenance, or why its configuration does not understand it.
func upkeep(l history.Line, d *directory.Directory) (m directory.Maintenance, err error) {
	was := l.Maintenance
	zone, err := time.LoadLocation(was.Timezone)
	if err != nil {
		return m, err
	}
	spec := schedules.RecurrenceSpec{From: stamp(was.From), Until: stamp(was.Until), RRule: was.RRule, Zone: zone}
	if !was.Ends.IsZero() {
		spec.Ends = stamp(was.Ends)
	}
	times, wrong := schedules.NewRecurrence(spec)
	if len(wrong) > 0 {
		return m, fmt.Errorf("%s: %s", wrong[0].Path, wrong[0].Message)
	}
	when, problems := d.Language.Condition("when", was.When)
	if len(problems) > 0 {
		return m, fmt.Errorf("when: %s", problems[0].Message)
	}
	return directory.Maintenance{
		Name: was.Name, Reason: was.Reason, Condition: was.When, When: when, Times: times, Made: l.At, Cancelled: was.Cancelled,
	}, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
