package sim

import (
	"iter"
	"time"
)

// call is one thing that a replica is doing: a step of its wheel, a message on its way, a request of a person.
// It is a coroutine. Wherever the engine waits for the store or a provider, the call gives the word back to the
// scheduler for a time that the seed decides; meanwhile others go on, or the replica crashes or is frozen.
type call struct {
	replica   *replica
	what      string    // step, deliver, send, ingest, act, …
	by        *act      // the person's action, for act
	began     time.Time // by the replica's clock
	seen      int       // the journal's commit number when it began
	config    int       // the version of the configuration that was in force when it began
	done      func()    // what follows when it ends
	decided   time.Time // when it had made up its latest commit, by the replica's clock
	decidedAt time.Time // the same in true time
	acked     uint64    // the alert that it acknowledged

	yield func(time.Duration) bool
	next  func() (time.Duration, bool)
	stop  func()
}

// begin starts a call of a replica at once. done runs when it has ended, even if its replica crashed meanwhile.
func (s *Sim) begin(r *replica, what string, f func(*call), done func()) *call {
	c := &call{replica: r, what: what, began: r.clock(), seen: s.watch.commits, config: r.config, done: done}
	c.next, c.stop = iter.Pull(func(yield func(time.Duration) bool) {
		c.yield = yield
		f(c)
	})
	r.calls = append(r.calls, c)
	s.resume(c)
	return c
}

// resume gives the word to a call until it waits or ends.
func (s *Sim) resume(c *call) {
	was := s.call
	s.call = c
	wait, more := c.next()
	s.call = was
	if !more {
		c.replica.forget(c)
		if c.done != nil {
			c.done()
		}
		c.replica.nudged()
		return
	}
	c.replica.nudged()
	s.after(wait, func() { c.replica.whenAwake(func() { s.resume(c) }) })
}

// wait lets the present call wait. It reports false when its replica crashed meanwhile.
func (s *Sim) wait(d time.Duration) bool {
	c := s.call
	if c == nil || d <= 0 {
		return c == nil || !c.replica.dead
	}
	return c.yield(d) && !c.replica.dead
}
