package sim

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/record"
)

// takeClaims takes note of the claims in a commit, and holds each against the rules for claims.
func (o *observer) takeClaims(c *call, was *alert.State, s *alert.State) {
	for i := range s.Pages {
		p := &s.Pages[i]
		old := page.Page{Status: page.Pending, DueAt: p.DueAt}
		if was != nil && was.Page(p.N) != nil {
			old = *was.Page(p.N)
		}
		if p.Attempts == old.Attempts {
			if p.Status == page.Sending && !p.LeaseUntil.Equal(old.LeaseUntil) {
				o.sim.broke("lease", s.Number, "the claim of page %d of #%d was prolonged", p.N, s.Number)
			}
			continue
		}
		o.checkClaim(c, s, &old, p)
		key := pageKey(s.ID, p.N)
		o.claims[key] = append(o.claims[key], claim{c.replica, p.Attempts, o.sim.now, p.LeaseUntil})
		if p.Bundle != "" && !slices.Contains(o.bundles[p.Bundle], key) {
			o.bundles[p.Bundle] = append(o.bundles[p.Bundle], key)
		}
	}
}

func (o *observer) checkClaim(c *call, s *alert.State, old, p *page.Page) {
	now := c.decided.Add(o.slack(c))
	wanted := p.Kind != page.Escalation || s.Status == alert.Open || p.Always && s.Status == alert.Acked || p.Always && p.Step == 0 && s.Status == alert.Snoozed
	switch {
	case len(s.Holds) > 0 && p.Attempts == 1 && p.Step > 0 && p.Kind == page.Escalation:
		o.sim.broke("held", s.Number, "page %d of #%d was claimed though the alert is held for %s", p.N, s.Number, s.Holds[0].Reason)
	case !wanted:
		o.sim.broke("after-ack", s.Number, "page %d of #%d was claimed though the alert is %s", p.N, s.Number, s.Status)
	case p.Status != page.Sending || p.Attempts != old.Attempts+1 || p.Replica != c.replica.name:
		o.sim.broke("lease", s.Number, "%s claims page %d of #%d as %s attempt %d after %d for %s", c.replica.name, p.N, s.Number, p.Status, p.Attempts, old.Attempts, p.Replica)
	case p.LeaseUntil.After(now.Add(page.Lease)) || !p.LeaseUntil.After(c.began):
		o.sim.broke("lease", s.Number, "the claim of page %d of #%d lasts until %s", p.N, s.Number, clock(p.LeaseUntil))
	case old.Status == page.Sending && old.LeaseUntil.After(now):
		o.sim.broke("lease", s.Number, "page %d of #%d was claimed although the claim of %s lasts until %s", p.N, s.Number, old.Replica, clock(old.LeaseUntil))
	case old.Status == page.Pending && p.DueAt.After(now):
		o.sim.broke("early", s.Number, "page %d of #%d was claimed before it was due at %s", p.N, s.Number, clock(p.DueAt))
	}
	late := c.decided.Sub(later(p.DueAt, s.CreatedAt))
	calm := o.sim.quiet.Add(20*time.Second).Before(p.DueAt) && o.sim.now.Sub(o.full[p.Via]) > time.Minute
	if old.Attempts == 0 && calm && late > 6*time.Second && !p.Together() && p.Via != "sms" && p.Via != "voice" {
		o.sim.broke("late", s.Number, "page %d of #%d over %s was due at %s, and begun %s late", p.N, s.Number, p.Via, clock(p.DueAt), late)
	}
}

// slack is how far a replica's clock can be trusted: it may have jumped between a decision and its commit.
func (o *observer) slack(c *call) time.Duration {
	if o.sim.now.Sub(c.replica.hurt) < fresh {
		return time.Second
	}
	return time.Millisecond
}

// checkSending holds that a message is sent by whoever holds its claim.
func (o *observer) checkSending(c *call, msg *message) {
	if msg.kind != page.Work { // tasks have places of their own: they excuse no page that is late
		o.busy[msg.via]++
	}
	if o.busy[msg.via] > 10 {
		o.full[msg.via] = o.sim.now
	}
	msg.until = farAway
	if len(msg.pages) == 0 {
		o.sim.broke("claimed", msg.number, "%s sends a message to %s over %s for which there is no claim", c.replica.name, msg.to, msg.via)
		return
	}
	for _, key := range msg.pages {
		claims := o.claims[key]
		if len(claims) == 0 || claims[len(claims)-1].replica != c.replica {
			o.sim.broke("claimed", msg.number, "%s sends page %s to %s over %s, which it has not claimed", c.replica.name, key[31:], msg.to, msg.via)
			return
		}
		last := claims[len(claims)-1]
		if !last.until.After(c.replica.clock()) {
			o.sim.broke("claimed", msg.number, "%s sends page %s to %s after its claim was over at %s", c.replica.name, key[31:], msg.to, clock(last.until))
		}
		if last.until.Before(msg.until) {
			msg.until = last.until
		}
		if id, _ := splitKey(key); msg.kind == page.Escalation && id.Kind() == 'a' {
			if !slices.ContainsFunc(msg.alerts, func(a *alert.State) bool { return a.ID == id }) {
				o.sim.broke("bundle", o.alerts[id].state.Number, "the message to %s over %s leaves out #%d", msg.to, msg.via, o.alerts[id].state.Number)
			}
		}
	}
}

// accepted takes note of a provider having taken a message, and holds it against those before.
func (o *observer) accepted(msg *message, _ string) {
	msg.took = true
	for _, key := range msg.pages {
		o.checkQuiet(msg, key)
		for _, before := range o.messages[key] {
			if !before.took || before == msg {
				continue
			}
			r := before.replica
			since := before.began.Add(-page.Lease)
			if !before.ambiguous && !r.dead && !r.frozen && r.hurt.Before(since) {
				o.sim.broke("once", msg.number, "page %s to %s over %s was taken at %s from %s, which was well, and again now", key[31:], msg.to, msg.via, clock(before.began), r.name)
			}
		}
		o.messages[key] = append(o.messages[key], msg)
	}
}

// checkQuiet holds that nobody is paged long after somebody took an alert: a message that was under way then
// has come to its end by now.
func (o *observer) checkQuiet(msg *message, key string) {
	id, n := splitKey(key)
	k := o.alerts[id]
	if k == nil || k.gone || k.quiet.IsZero() || msg.kind != page.Escalation {
		return
	}
	if p := k.state.Page(n); p != nil && !p.Always && o.sim.now.Sub(k.quiet) > page.Lease {
		o.sim.broke("after-ack", msg.number, "%s is paged over %s for #%d, which is %s since %s", msg.to, msg.via, k.state.Number, k.state.Status, clock(k.quiet))
	}
}

// over takes note of the end of a message, however it ended.
func (o *observer) over(msg *message) {
	if msg.kind != page.Work {
		o.busy[msg.via]--
	}
}

// takeReminders takes note of the claims of a postmortem's reminders.
func (o *observer) takeReminders(c *call, was, r record.Record) {
	old := map[int]page.Page{}
	if was != nil {
		for _, p := range was.Paging() {
			old[p.N] = p
		}
	}
	for _, p := range r.Paging() {
		if p.Attempts > old[p.N].Attempts {
			key := pageKey(r.Identity(), p.N)
			o.claims[key] = append(o.claims[key], claim{c.replica, p.Attempts, o.sim.now, p.LeaseUntil})
			if p.Bundle != "" && !slices.Contains(o.bundles[p.Bundle], key) {
				o.bundles[p.Bundle] = append(o.bundles[p.Bundle], key)
			}
		}
	}
}
