package sim

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/virtual"
	"github.com/tocsin-oncall/tocsin/engine/wheel"
)

// What package runner does in a process, in the same numbers.
const (
	workers  = 2
	lifeSign = time.Second
	lifetime = 3 * time.Second
	retry    = 250 * time.Millisecond
	refresh  = 400 * time.Millisecond // of the wheel: how often it reads its own shards
	overdue  = time.Second            // of the wheel: when it takes from others' shards
)

// replica is one process: an engine, and what package runner would do around it. A crash makes it dead for
// ever; the process that is started in its place is another replica with another name.
type replica struct {
	sim    *Sim
	place  int // which machine; it survives crashes
	name   string
	engine *engine.Engine
	store  *faulty
	skew   time.Duration // how far its clock is ahead
	config int           // index of the configuration in force

	dead, frozen bool
	calls        []*call
	asleep       []func()  // what waits for its thaw
	silent       time.Time // since when the others do not hear it; zero while they do
	hurt         time.Time // when something last went wrong with it: a fault of the store, a freeze, a jump of its clock
	stuck        time.Time // until when it waits for the slow answer to a commit

	stepping int
	again    bool
	stepAt   time.Time
	stepGen  int
	owns     [store.Shards]bool

	delivering bool
	deliver    bool // once more
	deliverAt  time.Time
	deliverGen int

	keeping  bool
	keepMore bool // once more
	keepAt   time.Time
	keepGen  int
	begunAt  time.Time
	knows    time.Time // when it had read the overrides for the first time
	back     bool      // it begins to live, or was away for long
}

func (s *Sim) start(place int) *replica {
	s.born++
	r := &replica{sim: s, place: place, name: fmt.Sprintf("m%d-%d", place+1, s.born), skew: s.skewOf(place), config: s.config, begunAt: s.now, back: true}
	r.store = &faulty{sim: s, replica: r}
	r.engine = engine.New(engine.Options{
		Store: r.store, Replica: r.name, World: s.towns[r.config].world,
		Run:   func(f func()) { r.send(f) },
		Pick:  func(n int) int { return s.dice.IntN(n) },
		Watch: virtual.Silent{}, Log: slog.New(slog.DiscardHandler),
	})
	r.engine.Delivery.Configure(s.setup(s.towns[r.config]))
	for i := range r.owns {
		r.owns[i] = true
	}
	s.places[place] = r
	s.members = append(s.members, r)
	s.tell(0, "%s starts", r.name)
	s.membersChanged()
	r.wantStep(s.now)
	r.wantDeliver(s.now)
	r.wantKeep(s.now)
	s.after(0, func() { r.whenAwake(r.freshen) })
	return r
}

func (r *replica) clock() time.Time { return r.sim.now.Add(r.skew).Truncate(time.Millisecond) }

// healthy reports whether the replica works and reaches the store, and does not wait for an answer of it.
func (r *replica) healthy() bool {
	return !r.dead && !r.frozen && !r.sim.away(r) && r.sim.now.After(r.stuck)
}

func (r *replica) forget(c *call) {
	for i, x := range r.calls {
		if x == c {
			r.calls = append(r.calls[:i], r.calls[i+1:]...)
			return
		}
	}
}

// whenAwake does something now, or when the replica thaws, or never if it is dead.
func (r *replica) whenAwake(do func()) {
	switch {
	case r.dead:
	case r.frozen:
		r.asleep = append(r.asleep, do)
	default:
		do()
	}
}

// crash ends the replica here and now. Whoever watches over the machine starts another process after a while.
func (r *replica) crash(why string, back time.Duration) {
	if r.dead {
		return
	}
	r.sim.after(back, func() { r.sim.revive(r.place) })
	r.sim.tell(0, "%s crashes%s", r.name, why)
	r.sim.disturbed()
	r.end()
}

// end stops everything that the replica is doing: it cannot do anything any more. The call that crashes it ends
// by itself.
func (r *replica) end() {
	r.dead = true
	r.silence()
	r.sim.after(0, func() {
		for len(r.calls) > 0 {
			c := r.calls[0]
			was := r.sim.call
			r.sim.call = c
			c.stop()
			r.sim.call = was
			r.forget(c)
			if c.done != nil {
				c.done()
			}
		}
	})
}

func (r *replica) freeze() {
	r.frozen, r.hurt = true, r.sim.now
	r.sim.tell(0, "%s is frozen", r.name)
	r.sim.disturbed()
	r.silence()
}

func (r *replica) thaw() {
	r.back = r.back || r.sim.now.Sub(r.silent) > lifetime
	r.frozen, r.hurt, r.silent = false, r.sim.now, time.Time{}
	r.sim.tell(0, "%s wakes up", r.name)
	r.sim.disturbed()
	r.sim.membersChanged()
	asleep := r.asleep
	r.asleep = nil
	for _, do := range asleep {
		r.sim.after(r.sim.jitter(5), func() { r.whenAwake(do) })
	}
}

// leave ends the replica as SIGTERM does, and tells the others. What it sends is cut off: the harder case.
func (r *replica) leave() {
	r.sim.tell(0, "%s leaves", r.name)
	r.sim.disturbed()
	r.end()
	r.silent = r.sim.now.Add(-lifetime)
}

// send is what the engine's messages are begun with.
func (r *replica) send(f func()) {
	r.sim.after(r.sim.jitter(3), func() {
		r.whenAwake(func() { r.sim.begin(r, "send", func(*call) { f() }, nil) })
	})
}

// nudged looks whether the engine wants to be stepped earlier than it had said.
func (r *replica) nudged() {
	if r.dead {
		return
	}
	select {
	case <-r.engine.Wheel.Nudged():
		r.wantStep(r.sim.now.Add(r.sim.jitter(2)))
	default:
	}
	select {
	case <-r.engine.Delivery.Nudged():
		r.wantDeliver(r.sim.now.Add(r.sim.jitter(2)))
	default:
	}
	select {
	case <-r.engine.KeepNudged():
		r.wantKeep(r.sim.now.Add(r.sim.jitter(2)))
	default:
	}
}

// wantStep plans a step of the wheel for at, unless one comes earlier.
func (r *replica) wantStep(at time.Time) {
	if r.dead || !r.stepAt.IsZero() && !at.Before(r.stepAt) {
		return
	}
	if at.Before(r.sim.now) {
		at = r.sim.now
	}
	r.stepAt = at
	r.stepGen++
	gen := r.stepGen
	r.sim.queue.Add(at, func() {
		if gen == r.stepGen {
			r.stepAt = time.Time{}
			r.whenAwake(r.step)
		}
	})
}

func (r *replica) step() {
	if r.stepping >= workers {
		r.again = true
		return
	}
	r.stepping++
	var next time.Time
	var err error
	r.sim.begin(r, "step", func(*call) {
		next, err = r.engine.Step(context.Background(), r.engine.Now())
	}, func() {
		r.stepping--
		switch at := next.Add(-r.skew); {
		case r.again:
			r.again = false
			r.wantStep(r.sim.now)
		case err != nil:
			r.wantStep(latest(at, r.sim.now.Add(retry)))
		case at.Before(r.sim.now.Add(refresh - time.Millisecond)):
			r.wantStep(at)
		default:
			r.wantStep(r.idleUntil(at))
		}
	})
	if r.stepping > 0 && r.stepping < workers { // the other worker goes on while this one waits for the store
		r.wantStep(r.idleUntil(r.sim.now.Add(refresh)))
	}
}

// idleUntil is when a replica that has just read the store must look again: the wheel would look every refresh,
// but that does nothing until a wake-up comes near.
func (r *replica) idleUntil(next time.Time) time.Time {
	at := r.sim.now.Add(24 * time.Hour)
	for shard, wake := range r.sim.store.wakes() {
		if wake.IsZero() {
			continue
		}
		if t := r.looksAt(shard, wake); t.Before(at) {
			at = t
		}
	}
	return latest(next, at)
}

// looksAt is when the replica would come to know of a wake-up.
func (r *replica) looksAt(shard int, wake time.Time) time.Time {
	local := wake.Add(-r.skew)
	if r.owns[shard] {
		return local.Add(-r.sim.jitter(int(refresh.Milliseconds())))
	}
	return local.Add(overdue + r.sim.jitter(int(overdue.Milliseconds())))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (r *replica) wantDeliver(at time.Time) {
	if r.dead || !r.deliverAt.IsZero() && !at.Before(r.deliverAt) {
		return
	}
	if at.Before(r.sim.now) {
		at = r.sim.now
	}
	r.deliverAt = at
	r.deliverGen++
	gen := r.deliverGen
	r.sim.queue.Add(at, func() {
		if gen == r.deliverGen {
			r.deliverAt = time.Time{}
			r.whenAwake(r.deliverStep)
		}
	})
}

func (r *replica) deliverStep() {
	if r.delivering {
		r.deliver = true
		return
	}
	r.delivering = true
	var next time.Time
	var err error
	r.sim.begin(r, "deliver", func(*call) {
		next, err = r.engine.Delivery.Step(context.Background(), r.engine.Now())
	}, func() {
		r.delivering = false
		switch at := next.Add(-r.skew); {
		case r.deliver:
			r.deliver = false
			r.wantDeliver(r.sim.now)
		case next.IsZero():
		case err != nil:
			r.wantDeliver(latest(at, r.sim.now.Add(retry)))
		default:
			r.wantDeliver(at)
		}
	})
}

// silence says that the others do not hear the replica from now on.
func (r *replica) silence() {
	if r.silent.IsZero() {
		r.silent = r.sim.now
	}
	r.sim.membersChanged()
}

// membersChanged lets every replica notice, after a while, who lives.
func (s *Sim) membersChanged() {
	for _, after := range []time.Duration{0, lifetime} {
		for _, r := range s.places {
			if r == nil || r.dead {
				continue
			}
			s.after(after+s.jitter(int(lifeSign.Milliseconds())), func() { r.whenAwake(r.own) })
		}
	}
}

// own takes the replica's share of the shards. Who crashed, was frozen or cut off counts as alive until its
// life sign is over.
func (r *replica) own() {
	s := r.sim
	if s.away(r) {
		return
	}
	var alive []string
	kept := s.members[:0]
	for _, m := range s.members {
		gone := !m.silent.IsZero() && !s.now.Before(m.silent.Add(lifetime))
		if !gone {
			alive = append(alive, m.name)
		}
		if !gone || !m.dead {
			kept = append(kept, m)
		}
	}
	s.members = kept
	r.resume(alive)
	mine := wheel.Share(r.name, alive)
	r.engine.Wheel.Own(mine)
	r.owns = [store.Shards]bool{}
	for _, shard := range mine {
		r.owns[shard] = true
	}
	r.wantStep(s.now)
}
