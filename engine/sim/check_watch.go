package sim

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// What watches by itself: the heartbeat of beat, which must be heard of every beatEvery, and the canary.
const (
	beatEvery   = 8 * time.Hour
	beatGrace   = 30 * time.Minute
	canaryEvery = 36 * time.Hour
)

// tellsItself reports whether an alert is told of by a record of the engine, in whatever the engine does at the time.
func tellsItself(s *alert.State) bool {
	return s.Integration == "beat" || s.Integration == canary.Integration
}

// heartbeatCommitted holds that it is late when it was not heard of in time, and only then.
func (o *observer) heartbeatCommitted(c *call, was, s *heartbeat.State, ch *store.Change) {
	if was == nil {
		was = &heartbeat.State{}
		o.heard = o.sim.now
	}
	if s.Pings > was.Pings {
		o.heard = o.sim.now
	}
	deadline := o.heard.Add(beatEvery + beatGrace)
	switch {
	case s.Late() && !was.Late():
		o.sim.tell(0, "%s: beat is late", c.replica.name)
		if c.decidedAt.Add(time.Second).Before(deadline) {
			o.sim.broke("heartbeat", 0, "beat is late, and was heard of at %s", clock(o.heard))
		}
	case was.Late() && !s.Late() && s.Pings == was.Pings:
		o.sim.broke("heartbeat", 0, "beat is not late any more, and was not heard of since %s", clock(o.heard))
	case s.NotBefore.After(was.NotBefore) && o.sim.quiet.Add(3*time.Minute).Before(o.sim.now):
		o.sim.broke("heartbeat", 0, "beat is given time until %s, though pings were taken all the time", clock(s.NotBefore))
	}
	if !s.Late() && (ch.Wake.IsZero() || ch.Wake.After(later(deadline, s.NotBefore).Add(time.Second))) {
		o.sim.broke("heartbeat", 0, "beat must be heard of until %s, and asks to be woken at %s", clock(deadline), clock(ch.Wake))
	}
}

// canaryCommitted holds that rounds begin in time, that they page nobody else, and that what does not arrive is noticed.
func (o *observer) canaryCommitted(c *call, was, s *canary.State, ch *store.Change) {
	if was == nil {
		was = &canary.State{}
	}
	if s.Round != was.Round {
		o.sim.tell(0, "%s: round %d of the canary", c.replica.name, s.Round)
		if s.Round != was.Round+1 || !was.NextAt.IsZero() && was.NextAt.After(c.decided.Add(o.slack(c))) {
			o.sim.broke("canary", 0, "round %d of the canary was due at %s, and %d follows now", was.Round+1, clock(was.NextAt), s.Round)
		}
	}
	if want := s.StartedAt.Add(canaryEvery); s.Round > 0 && (!s.NextAt.Equal(want) || ch.Wake.IsZero() || ch.Wake.After(want)) {
		o.sim.broke("canary", 0, "the next round of the canary is due at %s, is planned for %s, and it asks to be woken at %s", clock(want), clock(s.NextAt), clock(ch.Wake))
	}
	failed := false
	for _, p := range s.Pages {
		r, known := s.Results[p.Via]
		known = known && !r.At.Before(s.StartedAt)
		arrived := p.Status == page.Sent || p.Status == page.Delivered
		switch {
		case p.User != "ethan":
			o.sim.broke("canary", 0, "the canary pages %s", p.User)
		case p.Round != s.Round:
		case known && r.OK && !o.wasTaken(pageKey(s.ID, p.N)):
			o.sim.broke("canary", 0, "the canary says that %s works, and no provider took its page", p.Via)
		case p.Status == page.Failed && (!known || r.OK), !known && !arrived && c.decided.After(s.StartedAt.Add(canary.Bound+o.slack(c))):
			o.sim.broke("canary", 0, "the canary's page over %s is %s since %s, and that is not noticed", p.Via, p.Status, clock(s.StartedAt))
		}
		failed = failed || p.Round == s.Round && known && !r.OK
	}
	if failed && !s.Failing {
		o.sim.broke("canary", 0, "a page of the canary did not arrive, and that is no alert")
	}
}

// checkOutbox holds that an alert was told when a record says so.
func (o *observer) checkOutbox(integration string, was, now outbox.Outbox) {
	if now.N != was.N {
		o.putAt[integration] = o.sim.now
	}
	if !was.Pending || now.Pending || was.N != now.N {
		return
	}
	var open, told bool
	for _, id := range o.order {
		if k := o.alerts[id]; k.state.Integration == integration && !k.gone {
			open = open || k.state.Status != alert.Closed
			told = told || !k.state.LastEventAt.Before(o.putAt[integration].Add(-2*time.Second))
		}
	}
	if now.Status == event.Firing && !told || now.Status == event.Resolved && open {
		o.sim.broke("heartbeat", 0, "the alert of %s counts as told that it is %s, and was not", integration, now.Status)
	}
}

// checkSaid holds that no alert waits for what it is to be told.
func (o *observer) checkSaid() {
	s := o.sim
	bound := 45*time.Second + 20*time.Duration(s.plan.slowest)*time.Millisecond
	for _, id := range o.otherIDs {
		integration, out := outboxOf(o.others[id])
		if out.Pending && later(o.putAt[integration], s.quiet).Add(bound).Before(s.now) {
			s.broke("heartbeat", 0, "the alert of %s is %s since %s, and was not told", integration, out.Status, clock(o.putAt[integration]))
		}
	}
}

func outboxOf(rec any) (integration string, out outbox.Outbox) {
	switch r := rec.(type) {
	case *heartbeat.State:
		return r.Name, r.Outbox
	case *canary.State:
		return canary.Integration, r.Outbox
	}
	return "", out
}

// heardIn is when beat was heard of last, as the records say.
func (o *observer) heardIn() (at time.Time) {
	for _, id := range o.otherIDs {
		if s, ok := o.others[id].(*heartbeat.State); ok {
			at = later(s.CreatedAt, s.PingedAt)
		}
	}
	return at
}
