package sim

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// handoffCommitted holds what people were told of who is on call against who is.
func (o *observer) handoffCommitted(c *call, was, s *handoff.State, ch *store.Change) {
	if was == nil {
		was = &handoff.State{}
	}
	o.sim.tell(0, "%s commits (%s): hand-offs of %s: %s, next %s", c.replica.name, c.what, s.Schedule, noticesOf(s), clock(s.NextAt))
	for i := range s.Pages {
		o.checkNotice(s, was, &s.Pages[i])
	}
	if s.Told == was.Told && s.NextAt.Equal(was.NextAt) {
		return // it did not look
	}
	if s.SeenAt.IsZero() {
		return // it is new
	}
	if d := s.SeenAt.Sub(c.decided); d > time.Second || d < -o.slack(c) {
		o.sim.broke("hand-off", 0, "the hand-offs of %s were looked at as of %s, at %s", s.Schedule, clock(s.SeenAt), clock(c.decided))
	}
	o.checkTurns(was, s)
	o.checkRoster(c, s, ch)
}

// checkRoster holds that after a look those know that they are on call who are, and that it looks again when that changes.
func (o *observer) checkRoster(c *call, s *handoff.State, ch *store.Change) {
	rota, ok := o.rotaOf(s)
	if !ok {
		o.sim.broke("hand-off", 0, "nobody knows the configuration by which %s was looked at", s.Schedule)
		return
	}
	why := ""
	for _, over := range o.viewsSince(c, c.decidedAt, 0) { // they are looked at with the overrides of that very moment
		who := rota.onCall(s.SeenAt, over)
		next, changes := rota.after(s.SeenAt, s.SeenAt.AddDate(0, 0, 40), over)
		switch {
		case who != noticesOf(s):
			why = "on call is \"" + who + "\", and who was told is \"" + noticesOf(s) + "\""
		case changes && (ch.Wake.IsZero() || ch.Wake.After(next.Add(time.Millisecond))):
			why = "the next hand-off is at " + clock(next) + ", and it asks to be woken at " + clock(ch.Wake)
		default:
			return
		}
	}
	o.sim.broke("hand-off", 0, "%s at %s: %s", s.Schedule, clock(s.SeenAt), why)
}

// noticesOf are those who were told that they are on call.
func noticesOf(s *handoff.State) (who string) {
	for _, n := range s.Notices {
		if n.On {
			if who != "" {
				who += " "
			}
			who += n.User
		}
	}
	return who
}

// rotaOf is the schedule by which hand-offs were looked at last.
func (o *observer) rotaOf(s *handoff.State) (rota, bool) {
	for _, t := range o.sim.towns {
		if t.world != nil && t.world.Dir.Handoffs[s.Schedule].Edition == s.Settings.Edition {
			return t.schedule(s.Schedule), true
		}
	}
	return rota{}, false
}

// checkTurns holds that everybody is told on and off in turns, and that nobody is left untold.
func (o *observer) checkTurns(was, s *handoff.State) {
	for _, n := range s.Notices {
		if n.N <= was.Told {
			continue
		}
		old := slices.IndexFunc(was.Notices, func(x handoff.Notice) bool { return x.User == n.User })
		if knew := old >= 0 && was.Notices[old].On; knew == n.On {
			o.sim.broke("hand-off", 0, "%s is told twice by %s, on call: %v", n.User, s.Schedule, n.On)
		}
		told := slices.ContainsFunc(s.Pages, func(p page.Page) bool { return p.Round == n.N && p.User == n.User })
		unsent := old >= 0 && unsent(was, was.Notices[old].N)
		if told == unsent {
			o.sim.broke("hand-off", 0, "%s is told of notice %d by %s: %v, of which nothing had gone out before: %v", n.User, n.N, s.Schedule, told, unsent)
		}
	}
}

// unsent reports whether nothing of a notice has gone out that was to.
func unsent(s *handoff.State, n int) bool {
	pages, tried := 0, 0
	for _, p := range s.Pages {
		if p.Round == n {
			pages++
			if p.Attempts > 0 || p.Status != page.Pending {
				tried++
			}
		}
	}
	return pages > 0 && tried == 0
}

// checkNotice holds that what goes out is the latest that its person has to know, over one way, and arrives when it is
// said to have.
func (o *observer) checkNotice(s, was *handoff.State, p *page.Page) {
	old := was.Page(p.N)
	if old == nil {
		old = &page.Page{Status: page.Pending}
	}
	n, kept := s.Notice(p.Round)
	switch {
	case p.Attempts > old.Attempts && (!kept || n.User != p.User):
		o.sim.broke("hand-off", 0, "%s is told what is not true any more by %s", p.User, s.Schedule)
	case (p.Status == page.Sent || p.Status == page.Delivered) && old.Status != p.Status && !o.wasTaken(pageKey(s.ID, p.N)):
		o.sim.broke("true", 0, "notice %d of %s counts as %s, and no provider took it", p.Round, s.Schedule, p.Status)
	}
	for _, other := range s.Pages {
		if other.Round == p.Round && other.N != p.N && other.Status != page.Failed && p.Status != page.Failed {
			o.sim.broke("hand-off", 0, "%s gets notice %d of %s over %s and %s", p.User, p.Round, s.Schedule, p.Via, other.Via)
		}
	}
}

// told is how long after an override, a reload or a fault it may take until everybody knows, in a town in which nothing
// is wrong: whoever made it may die at once, and then others look within keepEach.
const told = keepEach + 10*time.Second

// checkKnown holds that everybody knows whether they are on call, unless something has changed just now.
func (o *observer) checkKnown() {
	s := o.sim
	town := s.towns[s.config]
	since := s.now.Add(-told - 20*time.Duration(s.plan.slowest)*time.Millisecond)
	if !town.tells || later(s.quiet, o.changed).After(since) {
		return
	}
	over := o.standIns()
	for _, rota := range town.schedules[:2] {
		who := rota.onCall(since, over)
		if _, changes := rota.after(since, s.now.Add(time.Millisecond), over); changes {
			continue
		}
		state, ok := o.handoffOf(rota.name)
		switch {
		case !ok:
			s.broke("hand-off", 0, "the hand-offs of %s are not watched", rota.name)
		case noticesOf(state) != who:
			s.broke("hand-off", 0, "on call by %s is %q for %s, and who was told is %q", rota.name, who, s.now.Sub(since), noticesOf(state))
		}
	}
}

func (o *observer) handoffOf(schedule string) (*handoff.State, bool) {
	for _, id := range o.otherIDs {
		if h, ok := o.others[id].(*handoff.State); ok && h.Schedule == schedule {
			return h, true
		}
	}
	return nil, false
}

// closeHandoffs holds, at the end, that every notice has gone out.
func (o *observer) closeHandoffs() {
	for _, id := range o.otherIDs {
		if h, ok := o.others[id].(*handoff.State); ok {
			for _, p := range h.Pages {
				if p.Waiting() && o.sim.now.Sub(p.DueAt) > 10*time.Minute {
					o.sim.broke("hand-off", 0, "notice %d of %s to %s is %s since %s", p.Round, h.Schedule, p.User, p.Status, clock(p.DueAt))
				}
			}
		}
	}
}
