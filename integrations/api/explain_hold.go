package api

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

// hold writes what an alert of this decision would wait for, and returns from when the offsets of its policy count, as
// far as that is known: not for want of further events.
func (c *call) hold(x *Explanation, at time.Time, d rules.Decision, priority string) time.Time {
	begin := at
	wait := func(until time.Time, why string) {
		if until.After(at) {
			x.Held = append(x.Held, why+", until "+until.In(c.env.Dir.Zone).Format("Mon 2006-01-02 15:04 MST"))
		}
		if until.After(begin) {
			begin = until
		}
	}
	wait(at.Add(d.Delay), "delayed by "+d.Delay.String())
	wait(d.DelayUntil, "delayed")
	if d.GroupKey != "" {
		wait(at.Add(d.Group.Wait), "a new group gathers")
	}
	if r := d.Require; r != nil {
		x.Held = append(x.Held, fmt.Sprintf("until it has had %d events within %s", r.Events, r.Within))
	}
	if t := d.Throttle; t != nil && d.GroupKey == "" {
		x.Held = append(x.Held, fmt.Sprintf("where %d alerts of %s began to page within %s before it: gathered until that time is over", t.Pages, t.Key, t.Per))
	}
	// Quiet hours may follow each other, such as a night and a weekend; within a week they have all come.
	for range 50 {
		until, window := c.env.Dir.Quiet(d.Team, priority, begin)
		if until.IsZero() {
			break
		}
		wait(until, "quiet hours "+window)
	}
	return begin
}
