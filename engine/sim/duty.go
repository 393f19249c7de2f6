package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/override"
)

// What people do to who is on call while everything runs: overrides, swaps, absences.

// duties plans them, half of them just before or after something else that happens: that is where it matters that
// every replica knows.
func (s *script) duties(rng *rand.Rand, length time.Duration) {
	others := len(s.items)
	for _, k := range []struct {
		what string
		most int
	}{{"stand-in", 8}, {"swap", 3}, {"absence", 2}} {
		for range scaled(rng, length, -2, k.most) {
			at := within(rng, length)
			if rng.IntN(2) == 0 && others > 0 {
				at = max(0, s.items[rng.IntN(others)].at+time.Duration(rng.IntN(4000)-2500)*time.Millisecond)
			}
			s.add(at, item{what: k.what, i: rng.IntN(64), j: rng.IntN(64), ms: 60_000 + rng.IntN(12*3600_000)})
		}
	}
	s.tells, s.beats, s.canary = rng.IntN(3) == 0, rng.IntN(3) == 0, rng.IntN(3) == 0
	for at := within(rng, beatEvery); s.beats && at < length; at += beatEvery - time.Duration(rng.IntN(3600))*time.Second {
		s.add(at, item{what: "beat", i: rng.IntN(64)})
		if rng.IntN(20) == 0 { // it stops for a while
			at += within(rng, 5*beatEvery)
		}
	}
}

// change lets a replica do something to who is on call, and takes note of the answer.
func (s *Sim) change(to int, what string, do func(*replica) error) {
	r := s.someone(to)
	if r == nil || s.broken != nil {
		return
	}
	s.begin(r, what, func(c *call) {
		if err := do(r); err == nil && !r.dead {
			s.watch.answeredDuty(c)
		}
	}, nil)
}

// standIn puts somebody on call, now or later, and some of the times takes it back. Some of the times that is just
// before a hand-off, and some of the times other replicas have looked at who is on call just before, and must page
// whom the override says a second later.
func (s *Sim) standIn(it item) {
	name, at := []string{"primary", "primary", "backup"}[it.i%3], s.now
	handover := s.plan.tells && it.j%2 == 1
	if handover {
		if t, ok := s.towns[s.config].schedule(name).after(s.now, s.now.AddDate(0, 0, 2), s.watch.standIns()); ok {
			at = t.Add(-time.Duration(50+it.ms%500) * time.Millisecond)
		}
	}
	long, before := time.Duration(it.ms)*time.Millisecond, time.Duration(100+it.ms%900)*time.Millisecond
	alerts := it.j%3 > 0
	switch {
	case handover:
		for i := range s.places {
			s.queue.Add(later(s.now, at.Add(-before/5)), func() { s.ask(it, name, fmt.Sprintf("a%d", i), i) })
		}
	case alerts:
		s.queue.Add(later(s.now, at.Add(-before)), func() { s.ask(it, name, "a", it.j) })
	}
	s.queue.Add(at, func() {
		s.change(it.i, "override", func(r *replica) error {
			w := override.Wish{
				Schedule: name, User: append([]string{"nobody"}, names...)[it.j%5], To: r.clock().Add(long), Reason: "a stand-in", By: "amir", Via: "api",
			}
			if it.j%3 == 0 {
				w.From = r.clock().Add(long / 4)
			}
			made, err := r.engine.AddOverride(context.Background(), w)
			if err != nil {
				return err
			}
			s.watch.checkMade(w, made)
			if alerts {
				s.after(knownFor+before/4, func() { s.ask(it, name, "b", it.j) })
			}
			if it.i%4 == 0 {
				s.after(long/2, func() { s.takeBack(made.Name(), it.j) })
			}
			return nil
		})
	})
}

// ask sends an alert whose policy begins with whoever is on call by a schedule, and which is over soon.
func (s *Sim) ask(it item, schedule, suffix string, to int) {
	n := &news{integration: "prom", key: fmt.Sprintf("d%d%s", it.n, suffix), priority: "P2", policy: "p0", firing: true, expires: 10 * time.Minute}
	for _, p := range s.towns[s.config].policies[:policies] {
		if slices.Contains(p.steps[0].targets, "schedule:"+schedule) {
			n.policy = p.name
		}
	}
	s.offer([]*news{n}, to, 0)
}

func (s *Sim) takeBack(name string, to int) {
	s.change(to, "cancel", func(r *replica) error {
		_, err := r.engine.CancelOverride(context.Background(), name, "amir", "not needed")
		return err
	})
}

// swap has whoever is on call some turns from now give an hour of it to somebody else, who accepts on another replica.
func (s *Sim) swap(it item) {
	rota := s.towns[s.config].schedule([]string{"primary", "backup"}[it.i%2])
	from := s.now.Truncate(time.Hour).Add(time.Duration(1+it.ms/600_000) * time.Hour)
	giver, asked := rota.onCall(from, s.watch.standIns()), names[it.j%len(names)]
	if giver == "" || giver == asked {
		return
	}
	s.change(it.i, "propose", func(r *replica) error {
		made, err := r.engine.ProposeSwap(context.Background(), override.Trade{
			Schedule: rota.name, Giver: giver, Asked: asked, Give: override.Piece{From: from, To: from.Add(time.Hour)}, Reason: "a wedding", By: giver, Via: "api",
		})
		if err == nil {
			s.after(s.jitter(3_000_000), func() {
				s.change(it.j, "accept", func(r *replica) error {
					_, err := r.engine.AcceptSwap(context.Background(), made.Name(), asked, "")
					return err
				})
			})
		}
		return err
	})
}

// absence has somebody be away for a day or so, and others cover what they are asked for.
func (s *Sim) absence(it item) {
	away, other := names[it.j%len(names)], names[(it.j+1+it.i%3)%len(names)]
	s.change(it.i, "away", func(r *replica) error {
		from := r.clock().Add(10 * time.Minute)
		made, err := r.engine.AddAbsence(context.Background(), override.Wish{
			User: away, From: from, To: from.Add(4 * time.Duration(it.ms) * time.Millisecond), Reason: "ill", By: away, Via: "api",
		})
		if err == nil {
			s.after(s.jitter(3_000_000), func() {
				s.change(it.j, "cover", func(r *replica) error {
					_, err := r.engine.CoverAbsence(context.Background(), made.Name(), other, "api", 0)
					return err
				})
			})
		}
		return err
	})
}

// ping says that beat is there, again and again until it is heard, as jobs do; not for ever.
func (s *Sim) ping(to, tries int) {
	again := func() {
		if tries < 8 {
			s.after(time.Duration(5<<tries)*time.Second, func() { s.ping(to, tries+1) })
		}
	}
	r := s.someone(to + tries)
	if r == nil {
		again()
		return
	}
	heard := false
	s.begin(r, "ping", func(*call) { heard = r.engine.Ping(context.Background(), "beat") == nil && !r.dead }, func() {
		if !heard {
			again()
		}
	})
}
