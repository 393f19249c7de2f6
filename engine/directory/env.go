package directory

import "time"

// Env is the world at one instant: all that a pure machine may ask beside its own state and the event.
type Env struct {
	Now  time.Time
	Dir  *Directory
	Pick func(n int) int // a random number below n, for random: targets
	// Known is when that was read which is known at run time only. What was made before is in Dir, and what is not there
	// any more was taken back. Zero: now.
	Known time.Time
}

// Knows reports whether Dir has all that was made at run time until t.
func (e Env) Knows(t time.Time) bool { return e.Known.IsZero() || e.Known.After(t) }
