package sim

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// heldUntil is when the last hold of an alert ends, zero for none.
func heldUntil(s *alert.State) (until time.Time) {
	for _, h := range s.Holds {
		until = later(until, h.Until)
	}
	return until
}

// checkHeld holds that an alert is held for a reason, as long as it has one and no longer, and that nothing of it
// begins or is forgotten meanwhile.
func (o *observer) checkHeld(c *call, was, s *alert.State) {
	n := s.Number
	now := c.decided.Add(o.slack(c))
	for _, p := range s.Pages {
		old := was.Page(p.N)
		switch {
		case p.Status == page.Held && len(s.Holds) == 0:
			o.sim.broke("held", n, "page %d of #%d is held, and the alert is not", p.N, n)
		case old != nil && old.Status == page.Held && p.Status == page.Pending && !p.DueAt.After(old.DueAt):
			o.sim.broke("held", n, "page %d of #%d was held and is due at %s as if it had not been", p.N, n, clock(p.DueAt))
		}
	}
	if s.Status == alert.Closed {
		return
	}
	for _, h := range s.Holds {
		if h.Until.IsZero() || h.Until.Before(c.began) && o.sim.now.Sub(c.replica.hurt) >= fresh {
			o.sim.broke("held", n, "#%d is held for %s until %s", n, h.Reason, clock(h.Until))
		}
		if h.Reason == alert.HoldMaintenance && (!dark(s, h.Until.Add(-time.Second)) || dark(s, h.Until)) {
			o.sim.broke("held", n, "#%d is held until %s, when no maintenance ends", n, clock(h.Until))
		}
	}
	asked := c.by != nil && c.by.number == n && (c.by.action.Do == alert.Escalate || c.by.action.Do == alert.Assign)
	for _, h := range was.Holds {
		gone := !slices.ContainsFunc(s.Holds, func(o alert.Hold) bool { return o.Reason == h.Reason })
		enough := h.Reason == alert.HoldRequire && c.what == "ingest"
		worse := c.what == "ingest" && s.Priority < was.Priority && (h.Reason == alert.HoldQuiet || h.Reason == alert.HoldDelay)
		if gone && h.Until.After(now) && !asked && !enough && !worse {
			o.sim.broke("held", n, "#%d was held for %s until %s, and is not any more", n, h.Reason, clock(h.Until))
		}
	}
	if was.Number == 0 {
		o.checkBegins(s)
	}
}

// checkBegins holds that a new alert is held for what its rule says.
func (o *observer) checkBegins(s *alert.State) {
	reasons := map[string]alert.HoldReason{"delay": alert.HoldDelay, "require": alert.HoldRequire}
	want, ok := reasons[s.Labels["hold"]]
	if s.Labels["hold"] == "throttle" && s.Summary != nil {
		want, ok = alert.HoldThrottle, true
	}
	if ok && !slices.ContainsFunc(s.Holds, func(h alert.Hold) bool { return h.Reason == want }) {
		o.sim.broke("held", s.Number, "#%d is not held for %s", s.Number, want)
	}
}

// wentOn reports whether the times of a run were moved by exactly what the alert was held for.
func wentOn(was, s *alert.State, w, r *alert.Run) bool {
	if len(was.Holds) == 0 || len(s.Holds) > 0 && s.HeldAt.Equal(was.HeldAt) {
		return false
	}
	return r.Base.Sub(w.Base) == heldUntil(was).Sub(was.HeldAt)
}

// dark reports whether an alert is in the maintenance that there is in every town, from 1 to 4 o'clock in Berlin.
func dark(s *alert.State, when time.Time) bool {
	hour := when.Add(offsetAt(zoneOf("Europe/Berlin"), when)).UTC().Hour()
	return (s.Labels["hold"] == "delay" || s.Labels["hold"] == "auto-close") && hour >= 1 && hour < 4
}

// checkDark holds that no step is taken in a maintenance, unless a person wanted it.
func (o *observer) checkDark(s *alert.State, when time.Time, asked bool) {
	if dark(s, when) && !s.Overridden && !asked {
		o.sim.broke("held", s.Number, "#%d is in a maintenance, and takes a step at %s", s.Number, clock(when))
	}
}

// checkNight holds that no step is taken in the quiet hours of its priority.
func (o *observer) checkNight(c *call, s *alert.State, when time.Time, asked bool) {
	if s.Priority != "P5" || s.Overridden || asked {
		return
	}
	for _, t := range o.configs(c) {
		hour := when.Add(offsetAt(zoneOf(t.zone), when)).UTC().Hour()
		if !t.nights || hour >= 7 && hour < 22 {
			return
		}
	}
	o.sim.broke("held", s.Number, "#%d is of P5, and takes a step at %s, in the night", s.Number, clock(when))
}
