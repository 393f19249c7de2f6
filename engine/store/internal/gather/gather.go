// Package gather lets concurrent callers share a slow step, such as an fsync or a round trip: while one
// batch is under way, what arrives waits, and goes together as the next. Nothing waits when nothing is
// under way. The package knows nothing of what it carries.
package gather

import (
	"context"
	"errors"
	"runtime"
	"sync"
)

// ErrClosed says that the queue was closed.
var ErrClosed = errors.New("closed")

// Limits bound one batch. A single call may exceed them.
type Limits struct {
	Items int
	Bytes int
}

// Queue carries items to a function that handles many of them at once.
type Queue[T any] struct {
	run    func(batch []T)
	limits Limits

	mu      sync.Mutex
	arrived *sync.Cond
	waiting []*call[T]
	closed  bool
	workers sync.WaitGroup
}

type call[T any] struct {
	ctx   context.Context
	items []T
	bytes int
	err   error         // set before done is closed: why the items were not run
	done  chan struct{} // closed when they were
}

// New starts so many workers, each of which hands one batch after the other to run. Close stops them.
func New[T any](workers int, limits Limits, run func(batch []T)) *Queue[T] {
	q := &Queue[T]{run: run, limits: limits}
	q.arrived = sync.NewCond(&q.mu)
	for range workers {
		q.workers.Go(q.work)
	}
	return q
}

// Do returns nil when a batch with all the items, in their order, has been run. After any other answer the
// caller must not touch the items: when the context ends while they are under way they may still be run.
// bytes is their approximate size.
func (q *Queue[T]) Do(ctx context.Context, bytes int, items ...T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call[T]{ctx: ctx, items: items, bytes: bytes, done: make(chan struct{})}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.waiting = append(q.waiting, c)
	q.mu.Unlock()
	q.arrived.Signal()
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close lets batches under way finish, refuses what waits and what comes, and returns when all workers
// have ended.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	q.closed = true
	for _, c := range q.waiting {
		c.refuse(ErrClosed)
	}
	q.waiting = nil
	q.mu.Unlock()
	q.arrived.Broadcast()
	q.workers.Wait()
}

func (c *call[T]) refuse(err error) {
	c.err = err
	close(c.done)
}

func (q *Queue[T]) work() {
	for {
		calls := q.take()
		if calls == nil {
			return
		}
		var batch []T
		for _, c := range calls {
			batch = append(batch, c.items...)
		}
		q.run(batch)
		for _, c := range calls {
			close(c.done)
		}
		// Those who were answered often come again at once: let them into the next batch.
		runtime.Gosched()
	}
}

// take waits for calls and returns as many as fit into one batch, or nil when the queue is closed. Calls
// whose callers have gone are not run.
func (q *Queue[T]) take() []*call[T] {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		var calls []*call[T]
		items, bytes := 0, 0
		for len(q.waiting) > 0 {
			c := q.waiting[0]
			if len(calls) > 0 && (items+len(c.items) > q.limits.Items || bytes+c.bytes > q.limits.Bytes) {
				q.arrived.Signal() // the rest is for another worker
				break
			}
			q.waiting[0] = nil
			q.waiting = q.waiting[1:]
			if err := c.ctx.Err(); err != nil {
				c.refuse(err)
				continue
			}
			calls, items, bytes = append(calls, c), items+len(c.items), bytes+c.bytes
		}
		if len(calls) > 0 {
			return calls
		}
		if q.closed {
			return nil
		}
		q.arrived.Wait()
	}
}
