package directory

import "time"

// Env is the world at one instant: all that a pure machine may ask beside its own state and the event.
type Env struct {
	Now  time.Time
	Dir  *Directory
	Pick func(n int) int // a random number below n, for random: targets
}
