package sim

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

func textOf(targets []policy.Target) (out []string) {
	for _, t := range targets {
		out = append(out, t.String())
	}
	return out
}

// checkRuns holds that policies are run step by step, in time, and start only for a reason.
func (o *observer) checkRuns(c *call, was, s *alert.State) {
	did := alert.Do("")
	if c.by != nil && c.by.number == s.Number {
		did = c.by.action.Do
	}
	for i := range s.Runs {
		r := &s.Runs[i]
		old := slices.IndexFunc(was.Runs, func(x alert.Run) bool { return x.ID == r.ID })
		if old < 0 {
			first := was.Runs == nil && was.Number == 0
			restarted := did == alert.Unack || did == alert.Assign || was.Status != s.Status || did == alert.Escalate || timedOut(was, c.decided.Add(o.slack(c)))
			if !first && !restarted && !r.Fallback {
				o.sim.broke("pinned", s.Number, "policy %s of #%d was started anew without a reason", r.Policy.Name, s.Number)
			}
			o.checkTaken(c, was, s, &alert.Run{ID: r.ID, Policy: r.Policy, Base: r.Base}, r, did)
			continue
		}
		w := &was.Runs[old]
		if !samePolicy(w.Policy, r.Policy) {
			o.sim.broke("pinned", s.Number, "policy %s of #%d changed while it ran", r.Policy.Name, s.Number)
		}
		if r.Round < w.Round || r.Round == w.Round && r.Next < w.Next || w.Over && !r.Over {
			o.sim.broke("steps", s.Number, "policy %s of #%d went back from round %d step %d to round %d step %d", r.Policy.Name, s.Number, w.Round, w.Next, r.Round, r.Next)
		}
		o.checkTaken(c, was, s, w, r, did)
	}
	if !s.ExhaustedAt.IsZero() && was.ExhaustedAt.IsZero() && did != alert.Escalate {
		if !slices.ContainsFunc(s.Runs, func(r alert.Run) bool { return r.Over }) && len(s.Runs) > 0 {
			o.sim.broke("exhausted", s.Number, "#%d is exhausted, and no policy of it is over", s.Number)
		}
	}
}

func timedOut(was *alert.State, now time.Time) bool {
	return was.Status == alert.Snoozed && !was.SnoozedUntil.After(now) ||
		was.Status == alert.Acked && len(was.Runs) > 0 && was.Runs[0].Policy.AckTimeout > 0 && !was.AckedAt.Add(was.Runs[0].Policy.AckTimeout).After(now)
}

func samePolicy(a, b policy.Policy) bool {
	return a.Name == b.Name && a.Repeat == b.Repeat && a.AckTimeout == b.AckTimeout && a.ExhaustedAfter == b.ExhaustedAfter &&
		slices.EqualFunc(a.Steps, b.Steps, func(x, y policy.Step) bool {
			return x.After == y.After && x.Unless == y.Unless && slices.Equal(x.Notify, y.Notify)
		})
}

// checkTaken holds every step that a commit took, and the end of the run, against the policy.
func (o *observer) checkTaken(c *call, was, s *alert.State, w, r *alert.Run, did alert.Do) {
	asked := did == alert.Escalate
	at := *w // the run as it goes on
	ran := slices.ContainsFunc(was.Runs, func(x alert.Run) bool { return x.ID == r.ID })
	if ran && r.Base.Equal(w.Base) && r.Round == w.Round && did == "" && c.what != "ingest" && len(was.Holds) > 0 && len(s.Holds) == 0 && s.Status != alert.Closed {
		o.sim.broke("held", s.Number, "#%d is not held any more, and the times of policy %s did not stand still", s.Number, r.Policy.Name)
	}
	if !r.Base.Equal(w.Base) && r.Round == w.Round {
		if did != alert.Escalate && c.what != "ingest" && !wentOn(was, s, w, r) {
			o.sim.broke("early", s.Number, "the times of policy %s of #%d were moved by %s", r.Policy.Name, s.Number, c.what)
		}
		at.Base = r.Base
	}
	for range 200 {
		if at.Round == r.Round && at.Next == r.Next {
			break
		}
		if at.Next >= len(at.Policy.Steps) {
			o.checkRound(s, &at, r, asked)
			continue
		}
		n := at.Next
		skipped := s.Status == alert.Acked && at.Policy.Steps[n].Unless != policy.UnlessClosed
		due := at.Base.Add(offset(&at, n))
		lost := reachedNobody(s, &at)
		at.Next++
		if skipped {
			continue
		}
		if due.After(r.LastAt) && !lost && !asked {
			o.sim.broke("early", s.Number, "step %d of #%d (round %d) was due at %s, and taken at %s", n+1, s.Number, at.Round, clock(due), clock(r.LastAt))
		}
		o.checkNight(c, s, r.LastAt, asked)
		o.checkDark(s, r.LastAt, asked)
		asked = false
		at.LastAt = r.LastAt
		o.checkNamed(c, s, &at, r.LastAt)
	}
	if r.Over && !w.Over {
		o.checkEnd(c, s, r, did == alert.Escalate)
	}
}

func (o *observer) checkRound(s *alert.State, at, r *alert.Run, asked bool) {
	due := later(at.Base.Add(at.Policy.Repeat.Every), at.LastAt)
	begun := r.Base
	at.Round++
	if at.Round > at.Policy.Repeat.Times {
		o.sim.broke("steps", s.Number, "policy %s of #%d runs round %d of %d", at.Policy.Name, s.Number, at.Round+1, at.Policy.Repeat.Times+1)
	}
	if due.After(begun) && !asked {
		o.sim.broke("early", s.Number, "round %d of #%d was due at %s, and begun at %s", at.Round, s.Number, clock(due), clock(begun))
	}
	at.Base, at.Next = begun, firstOf(at)
}

// checkEnd holds that a run ends only when everything was tried.
func (o *observer) checkEnd(c *call, s *alert.State, r *alert.Run, asked bool) {
	switch {
	case r.Next < len(r.Policy.Steps) || r.Round < r.Policy.Repeat.Times:
		o.sim.broke("steps", s.Number, "policy %s of #%d ended at round %d step %d", r.Policy.Name, s.Number, r.Round, r.Next)
	case !asked && !reachedNobody(s, r) && r.LastAt.Add(grace(r)).After(c.decided.Add(o.slack(c))):
		o.sim.broke("exhausted", s.Number, "policy %s of #%d gave up before %s", r.Policy.Name, s.Number, clock(r.LastAt.Add(grace(r))))
	}
}

// checkNamed holds that a step paged whom it names at its moment, and nobody else.
func (o *observer) checkNamed(c *call, s *alert.State, r *alert.Run, when time.Time) {
	if len(s.Pages) > 250 {
		return // old pages may be left out by now
	}
	people, places := map[string][]string{}, []string{}
	var told []string
	for _, p := range ofStep(s, r) {
		if p.User == "" {
			places = append(places, p.Channel)
			continue
		}
		if people[p.User] == nil {
			told = append(told, p.User)
		}
		people[p.User] = append(people[p.User], p.Via)
	}
	slices.Sort(told)
	slices.Sort(places)
	targets := textOf(r.Policy.Steps[r.Next-1].Notify)
	var want, wantPlaces []string
	views := o.views(c, when)
	for _, t := range o.configs(c) {
		for _, over := range views {
			var named [][]string
			named, wantPlaces = t.named(targets, when, over)
			for _, list := range named {
				want = want[:0]
				ways := true
				for _, name := range list {
					vias := t.waysTo(name, s.Priority)
					if len(vias) == 0 || s.Status == alert.Acked && name == s.AckedBy {
						continue
					}
					want = append(want, name)
					ways = ways && slices.Equal(vias, people[name])
				}
				if ways && slices.Equal(want, told) && slices.Equal(wantPlaces, places) {
					return
				}
			}
		}
	}
	o.sim.broke("named", s.Number, "step %d of #%d at %s (%v) pages %v %v %v, want %v %v", r.Next, s.Number, clock(when), targets, told, people, places, want, wantPlaces)
}

// checkTold holds that an acknowledgement is told to the others who were paged.
func (o *observer) checkTold(c *call, was, s *alert.State) {
	if c.by == nil || c.by.number != s.Number || c.by.action.Do != alert.Ack || was.Status == alert.Acked || s.Status != alert.Acked {
		return
	}
	for _, p := range was.Pages {
		if p.Kind != page.Escalation || p.Status != page.Sent && p.Status != page.Delivered || p.User == "" || p.User == c.by.action.By || p.Via != "email" {
			continue
		}
		if !slices.ContainsFunc(s.Pages, func(n page.Page) bool {
			return n.Kind == page.Notice && n.User == p.User && n.Via == p.Via && n.N > was.Paged
		}) {
			o.sim.broke("told", s.Number, "%s was paged for #%d over %s, and does not hear that %s has it", p.User, s.Number, p.Via, c.by.action.By)
		}
	}
}

// checkPages holds every page against what it was.
func (o *observer) checkPages(c *call, was, s *alert.State) {
	type place struct {
		run, round, step int
		user, via        string
		kind             page.Kind
	}
	o.checkTold(c, was, s)
	seen := map[place]bool{}
	for i := range s.Pages {
		p := &s.Pages[i]
		if p.Step > 0 && p.User != "" {
			at := place{p.Run, p.Round, p.Step, p.User, p.Via, p.Kind}
			if seen[at] {
				o.sim.broke("named", s.Number, "%s is paged twice over %s for step %d of #%d", p.User, p.Via, p.Step, s.Number)
			}
			seen[at] = true
		}
		old := was.Page(p.N)
		if old == nil {
			if p.N <= was.Paged {
				o.sim.broke("history", s.Number, "page %d of #%d came back", p.N, s.Number)
			}
			old = &page.Page{Status: page.Pending}
		}
		o.checkPage(c, s, old, p)
	}
}

func (o *observer) checkPage(c *call, s *alert.State, old, p *page.Page) {
	over := old.Status == page.Failed || old.Status == page.Cancelled || old.Status == page.Delivered
	if p.Attempts < old.Attempts || p.Failures < old.Failures || over && p.Status != old.Status || old.Status == page.Sent && p.Status != page.Sent && p.Status != page.Delivered && p.Status != page.Failed {
		o.sim.broke("history", s.Number, "page %d of #%d went from %s to %s", p.N, s.Number, old.Status, p.Status)
	}
	if (p.Status == page.Sent || p.Status == page.Delivered) && old.Status != p.Status && old.Status != page.Sent && !o.wasTaken(pageKey(s.ID, p.N)) {
		o.sim.broke("true", s.Number, "page %d of #%d counts as %s, and no provider took it", p.N, s.Number, p.Status)
	}
	settled := p.Status == page.Sent || p.Status == page.Delivered || p.Status == page.Failed
	if c.what == "send" && waiting(old) && (settled || p.Failures > old.Failures) {
		if claims := o.claims[pageKey(s.ID, p.N)]; len(claims) > 0 && claims[len(claims)-1].replica != c.replica {
			o.sim.broke("lease", s.Number, "%s settles page %d of #%d, whose latest claim is of %s", c.replica.name, p.N, s.Number, claims[len(claims)-1].replica.name)
		}
	}
	if p.Status == page.Failed && old.Status != page.Failed && p.User != "" && s.Status == alert.Open {
		o.checkHandedOn(c, s, p)
	}
}

func waiting(p *page.Page) bool { return p.Status == page.Pending || p.Status == page.Sending }

func (o *observer) wasTaken(key string) bool {
	return slices.ContainsFunc(o.messages[key], func(m *message) bool { return m.took })
}

// checkHandedOn holds that the next way of whoever was not reached is used at once.
func (o *observer) checkHandedOn(c *call, s *alert.State, failed *page.Page) {
	var waits *page.Page
	for i := range s.Pages {
		p := &s.Pages[i]
		if p.N <= failed.N || p.User != failed.User || p.Kind != failed.Kind || p.Run != failed.Run || p.Round != failed.Round || p.Step != failed.Step {
			continue
		}
		switch {
		case p.Status == page.Sending, p.Failures > 0, p.Status == page.Pending && !p.DueAt.After(c.decided.Add(o.slack(c))):
			return
		case p.Status == page.Pending && waits == nil:
			waits = p
		}
	}
	if waits != nil && !waits.Bundled && o.sim.now.Sub(o.limited) > 2*time.Minute {
		o.sim.broke("hand-on", s.Number, "page %d of #%d failed, and page %d waits until %s", failed.N, s.Number, waits.N, clock(waits.DueAt))
	}
}
