package main

import (
	"sync/atomic"
	"time"
)

// leastSkew is by how much a server's clock must be off this machine's to count: less of it is the rounding of the
// Date header, and the way of the answer.
const leastSkew = 2 * time.Second

// clock is this machine's, put right by what the server that was asked says of the time: "3m ago" is what it says
// there, however wrong the clock of a laptop is.
type clock struct {
	skew atomic.Int64 // nanoseconds that the server is ahead
}

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.skew.Load())) }

// heard takes what a server said that its time was, just now.
func (c *clock) heard(date time.Time) {
	skew := time.Until(date)
	if skew.Abs() < leastSkew {
		skew = 0
	}
	c.skew.Store(int64(skew))
}
