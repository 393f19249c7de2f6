package redis

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	// measureEvery is short enough that two clocks that drift apart by 100 ppm differ by half a millisecond.
	measureEvery = 5 * time.Second
	measurements = 3
	// step is how far back a measurement may put the clock before it is believed to have been set. What is
	// less is inexactness, and time stands still for it.
	step = time.Second
)

// clock tells Redis' time between measurements. It runs by the monotonic clock, so that setting the
// machine's clock does not matter.
type clock struct {
	mu     sync.Mutex
	base   time.Time // of this machine, when Redis' time was there
	there  time.Time
	latest time.Time // what was told last
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.there.Add(time.Since(c.base)); t.After(c.latest) {
		c.latest = t
	}
	return c.latest
}

// set takes a measurement and returns by how much it is behind what was told before, when it is a step.
func (c *clock) set(base, there time.Time) (back time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.there = base, there
	now := there.Add(time.Since(base))
	if back = c.latest.Sub(now); back < step {
		return 0
	}
	c.latest = now
	return back
}

// Now implements store.Store: it is the time of the Redis server, within half a round trip. It never goes
// back, unless the server's clock is set back by a second or more.
func (s *Store) Now() time.Time { return s.clock.now() }

// keepTime measures until the context ends.
func (s *Store) keepTime(ctx context.Context) {
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// While Redis is away, the clock goes on by itself; those who need Redis say that it is away.
			// Three times, as the first answer after it was away can be seconds late and tell little.
			_ = s.measure(ctx, measurements)
		}
	}
}

// measure asks for the time and takes the answer that came fastest.
func (s *Store) measure(ctx context.Context, times int) error {
	var base, there time.Time
	best := time.Duration(-1)
	for range times {
		cmd := timeScript.call([]string{s.keys.alive})
		before := time.Now()
		if err := s.get(ctx, s.slow, "ask for the time", cmd); err != nil {
			return err
		}
		took := time.Since(before)
		at, err := parseTime(cmd.StringSlice())
		if err != nil {
			return s.unavailable("ask for the time", err)
		}
		if best < 0 || took < best {
			best, base, there = took, before.Add(took/2), at
		}
	}
	if back := s.clock.set(base, there); back > 0 {
		s.log.Error("the clock of the store was set back", "store", s.name, "by", back)
	}
	return nil
}

func parseTime(parts []string, err error) (time.Time, error) {
	if err != nil {
		return time.Time{}, err
	}
	if len(parts) == 2 {
		sec, err1 := strconv.ParseInt(parts[0], 10, 64)
		usec, err2 := strconv.ParseInt(parts[1], 10, 64)
		if err1 == nil && err2 == nil {
			return time.Unix(sec, usec*1000).UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%w %q", errStrange, parts)
}
