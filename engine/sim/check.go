package sim

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// fresh is how long ago a fault may have been to excuse what depends on a replica's clock.
const fresh = 30 * time.Second

// checkAlert holds a commit of an alert against what it was before.
func (o *observer) checkAlert(c *call, was, s *alert.State, ch *store.Change) {
	o.checkWake(c, s, ch)
	o.checkDone(c, s)
	if was == nil {
		o.checkNew(c, s)
		was = &alert.State{Status: alert.Open, Count: 0}
	} else {
		o.checkHistory(was, s)
		o.checkStatus(c, was, s)
	}
	o.checkHeld(c, was, s)
	o.checkRuns(c, was, s)
	o.checkPages(c, was, s)
	if s.Status == alert.Open && !s.ExhaustedAt.IsZero() && was.ExhaustedAt.IsZero() && !slices.Contains(ch.Join, alert.ListExhausted) {
		o.sim.broke("exhausted", s.Number, "#%d is exhausted and not listed as such", s.Number)
	}
}

// configs are the configurations that may have been in force when a call decided.
func (o *observer) configs(c *call) (towns []*town) {
	for i := min(c.config, c.replica.config); i <= max(c.config, c.replica.config); i++ {
		if o.sim.towns[i].world != nil && (i == c.config || i == c.replica.config) {
			towns = append(towns, o.sim.towns[i])
		}
	}
	return towns
}

func (o *observer) checkWake(c *call, s *alert.State, ch *store.Change) {
	for _, d := range debts(s, o.configs(c)[0].retention) {
		if d.what == "the end of retention" && len(o.configs(c)) > 1 {
			continue
		}
		if wake := store.FromMillis(store.Millis(ch.Wake)); wake.IsZero() || wake.After(d.at.Add(time.Millisecond)) {
			o.sim.broke("wake", s.Number, "#%d waits for %s at %s, but asks to be woken at %s", s.Number, d.what, clock(d.at), clock(wake))
		}
	}
	if s.Status == alert.Open && s.Policy != "" && ch.Wake.IsZero() && s.ExhaustedAt.IsZero() {
		o.sim.broke("wake", s.Number, "#%d is open, not exhausted, and waits for nothing", s.Number)
	}
}

func clock(t time.Time) string { return t.UTC().Format("Jan 02 15:04:05.000") }

// checkDone holds that a commit leaves nothing undone that was due when its call began.
func (o *observer) checkDone(c *call, s *alert.State) {
	if o.sim.now.Sub(c.replica.hurt) < fresh {
		return // its clock may have jumped
	}
	for _, d := range debts(s, 0) {
		if !d.page && (d.at.Before(c.began) || strings.HasPrefix(d.what, atOnce)) {
			o.sim.broke("due", s.Number, "#%d was committed with %s, due at %s, still undone", s.Number, d.what, clock(d.at))
		}
	}
}

func (o *observer) checkNew(c *call, s *alert.State) {
	want := s.Labels["policy"]
	if s.Integration == canary.Integration {
		want = "everyone"
	}
	switch {
	case s.Labels["quiet"] == "yes":
		if len(s.Runs) > 0 || len(s.Pages) > 0 {
			o.sim.broke("named", s.Number, "#%d is suppressed and pages somebody", s.Number)
		}
		return
	case len(s.Runs) == 0 || s.Runs[0].Policy.Name != want:
		o.sim.broke("pinned", s.Number, "#%d was routed to %q, want %s", s.Number, s.Policy, want)
		return
	}
	for _, t := range o.configs(c) {
		if p, ok := t.policy(want); ok && p.is(s.Runs[0]) {
			return
		}
	}
	o.sim.broke("pinned", s.Number, "#%d does not have the policy %s of its configuration", s.Number, want)
}

// checkOnlyOne holds that a new alert is the only one of its key.
func (o *observer) checkOnlyOne(s *alert.State) {
	for _, id := range o.order {
		if k := o.alerts[id]; k.state != nil && !k.gone && k.state.Status != alert.Closed && k.state.Integration == s.Integration && k.state.DedupKey == s.DedupKey && id != s.ID {
			o.sim.broke("one", s.Number, "#%d is begun though #%d of the same key is %s", s.Number, k.state.Number, k.state.Status)
		}
	}
}

// is reports whether a run has this policy.
func (l ladder) is(r alert.Run) bool {
	p := r.Policy
	if len(p.Steps) != len(l.steps) || p.Repeat.Every != l.every || p.Repeat.Times != l.times || p.Repeat.From != l.from ||
		p.AckTimeout != l.ackTimeout || p.ExhaustedAfter != l.grace {
		return false
	}
	for i, st := range p.Steps {
		if st.After != l.steps[i].after || (st.Unless == "closed") != l.steps[i].always || !slices.Equal(textOf(st.Notify), l.steps[i].targets) {
			return false
		}
	}
	return true
}

func (o *observer) checkHistory(was, s *alert.State) {
	n := s.Number
	switch {
	case was.ID != s.ID || was.Number != s.Number || !was.CreatedAt.Equal(s.CreatedAt) || was.DedupKey != s.DedupKey || was.Integration != s.Integration:
		o.sim.broke("history", n, "#%d became another alert", n)
	case s.Count < was.Count || s.Paged < was.Paged || s.Started < was.Started || s.Rev < was.Rev:
		o.sim.broke("history", n, "a count of #%d went down", n)
	case s.Dropped+len(s.Timeline) < was.Dropped+len(was.Timeline):
		o.sim.broke("history", n, "the timeline of #%d became shorter", n)
	}
	if len(was.Timeline) > 0 && s.Timeline[0].Text != was.Timeline[0].Text {
		o.sim.broke("history", n, "the timeline of #%d lost its beginning", n)
	}
	for i := range was.Pages {
		if s.Page(was.Pages[i].N) == nil && len(was.Pages) < 250 {
			o.sim.broke("history", n, "page %d of #%d is gone", was.Pages[i].N, n)
		}
	}
}

// checkStatus holds that the state changed only for a reason.
func (o *observer) checkStatus(c *call, was, s *alert.State) {
	did := alert.Do("")
	if c.by != nil && c.by.number == s.Number {
		did = c.by.action.Do
	}
	from, to := was.Status, s.Status
	now := c.decided.Add(o.slack(c))
	ended := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	restarts := did == alert.Unack || did == alert.Escalate || did == alert.Assign
	fine := true
	switch {
	case from == to:
	case to == alert.Acked:
		fine = did == alert.Ack || from == alert.Closed && c.what == "ingest" && was.AckedBy != "" || from == alert.Snoozed && did == alert.Ack
	case to == alert.Snoozed:
		fine = did == alert.Snooze
	case to == alert.Closed:
		fine = did == alert.Close || c.what == "ingest" || tellsItself(s) || ended(was.ExpiresAt) || ended(was.StaleAt) || was.Require != nil && ended(heldUntil(was))
	case from == alert.Closed:
		fine = c.what == "ingest" && now.Before(was.ClosedAt.Add(reopenWithin+time.Second)) && s.Integration == "prom"
	case from == alert.Acked:
		fine = restarts || did == alert.Snooze || len(was.Runs) > 0 && was.Runs[0].Policy.AckTimeout > 0 && ended(was.AckedAt.Add(was.Runs[0].Policy.AckTimeout))
	case from == alert.Snoozed:
		fine = restarts || ended(was.SnoozedUntil)
	}
	if !fine {
		o.sim.broke("states", s.Number, "#%d went from %s to %s by %s %s", s.Number, from, to, c.what, did)
	}
}

// checkGone holds that only what is over is deleted.
func (o *observer) checkGone(c *call, k *known) {
	if k == nil || k.state == nil {
		return
	}
	s := k.state
	for _, t := range o.configs(c) {
		if s.Status == alert.Closed && (!s.WantIncident || len(s.Holds) > 0) && !s.ClosedAt.Add(t.retention).After(c.decided.Add(o.slack(c))) {
			return
		}
	}
	o.sim.broke("retention", s.Number, "#%d was deleted; it is %s, closed at %s", s.Number, s.Status, clock(s.ClosedAt))
}

// onTime looks, once in a while, whether anything is overdue though somebody could have done it.
func (o *observer) onTime() {
	s := o.sim
	if s.now.Before(o.nextLook) {
		return
	}
	o.nextLook = s.now.Add(time.Second)
	up := false
	for _, r := range s.places {
		up = up || r != nil && r.healthy()
	}
	if !up {
		s.disturbed()
		return
	}
	if s.now.After(o.nextKnown) {
		o.nextKnown = s.now.Add(20 * time.Second)
		o.checkKnown()
		o.checkSaid()
	}
	slow := 6 * time.Duration(s.plan.slowest) * time.Millisecond
	for shard := range store.Shards {
		for _, w := range s.store.due(shard, time.Time{}, s.now.Add(-3*time.Second), 20) {
			bound, what := 150*time.Second, "a message"
			if k := o.alerts[w.ID]; k != nil {
				for _, d := range debts(k.state, 0) {
					if !d.page && !d.at.After(w.At.Add(time.Millisecond)) {
						bound, what = 4*time.Second+slow, d.what
					}
				}
			}
			own, known := o.dueOf(w.ID, w.At)
			if own != "" {
				bound, what = 4*time.Second+slow, own
			}
			if from := later(w.At.Add(bound), later(s.quiet, known).Add(bound+6*time.Second)); from.Before(s.now) {
				n := uint64(0)
				if k := o.alerts[w.ID]; k != nil {
					n = k.state.Number
				}
				s.broke("late", n, "%s of %s was due at %s, and nothing happened", what, w.ID[:1], clock(w.At))
			}
		}
	}
}

// close closes the books: everything has come to rest.
func (o *observer) close() {
	s, ctx := o.sim, context.Background()
	exhausted := 0
	for _, id := range o.order {
		k := o.alerts[id]
		found, err := s.store.Load(ctx, id)
		if err != nil || found[0].Exists() == k.gone {
			s.broke("accepted", k.state.Number, "#%d: in the store %v, want %v (%v)", k.state.Number, found[0].Exists(), !k.gone, err)
			return
		}
		if k.gone {
			continue
		}
		a := k.state
		if a.WantIncident && len(a.Holds) == 0 {
			s.broke("incident", a.Number, "#%d still waits for its incident", a.Number)
		}
		if a.Labels["incident"] == "yes" && a.Labels["quiet"] != "yes" && a.Incident == "" && len(a.Holds) == 0 {
			s.broke("incident", a.Number, "#%d was to open an incident or to join one, and is in none", a.Number)
		}
		if a.Status == alert.Open && !a.ExhaustedAt.IsZero() {
			exhausted++
		}
		if !found[0].Wake.Equal(k.wake) {
			s.broke("wake", a.Number, "#%d wakes at %s, committed was %s", a.Number, clock(found[0].Wake), clock(k.wake))
		}
		if a.Status == alert.Open && s.now.Sub(a.CreatedAt) > 20*time.Minute {
			o.checkServed(a)
		}
	}
	if n, err := s.store.Count(ctx, alert.ListExhausted); err != nil || n[0] != exhausted {
		s.broke("exhausted", 0, "%d alerts are listed as exhausted, want %d (%v)", n[0], exhausted, err)
	}
	o.closeIncidents()
	o.closeRooms()
	o.closeHandoffs()
}

// checkServed holds that whoever can be reached at the end of an open alert's steps was reached.
func (o *observer) checkServed(a *alert.State) {
	for _, p := range a.Pages {
		if (p.Status == page.Pending || p.Status == page.Sending) && p.Kind == page.Escalation && o.sim.now.Sub(p.DueAt) > 10*time.Minute {
			o.sim.broke("late", a.Number, "page %d of #%d was due at %s and is %s", p.N, a.Number, clock(p.DueAt), p.Status)
		}
	}
}
