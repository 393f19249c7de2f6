// Package wheel is the timer wheel: it knows which records want to be woken soon, and hands those that are
// due to the engine. The store is the truth; the wheel keeps the next moments in memory, so that a wake-up is
// handled in the millisecond in which it is due. It reads no clock, starts nothing and never changes a record.
package wheel

import (
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

const (
	// refresh is how often the wheel reads the wake-ups of its own shards, and horizon how far ahead it reads.
	// What another replica arms nearer than that is handled by the replica that armed it.
	refresh = 400 * time.Millisecond
	horizon = time.Second
	// overdue is how late a wake-up must be before a replica takes it from a shard that is not its own, and
	// sweep how often it looks.
	overdue = time.Second
	sweep   = time.Second
	// page bounds one read of a shard.
	page = 2000
)

// Wheel is the wheel of one replica. Its methods may be called concurrently.
type Wheel struct {
	timers store.Timers

	mu     sync.Mutex
	queue  queue
	byID   map[store.ID]*item
	owned  []int
	others []int
	arms   uint64    // counts what was armed
	reload time.Time // when to read the own shards again
	look   time.Time // when to look at the others'
	nudge  chan struct{}
}

// New makes a wheel that owns every shard until Own says otherwise.
func New(timers store.Timers) *Wheel {
	w := &Wheel{timers: timers, byID: map[store.ID]*item{}, nudge: make(chan struct{}, 1)}
	for shard := range store.Shards {
		w.owned = append(w.owned, shard)
	}
	return w
}

// Own names the shards that this replica watches closely. The rest it takes only when it is overdue.
func (w *Wheel) Own(shards []int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.Equal(shards, w.owned) {
		return
	}
	mine := map[int]bool{}
	for _, s := range shards {
		mine[s] = true
	}
	w.owned, w.others = nil, nil
	for shard := range store.Shards {
		if mine[shard] {
			w.owned = append(w.owned, shard)
		} else {
			w.others = append(w.others, shard)
		}
	}
	w.reload = time.Time{}
	w.wake()
}

// Owned is how many shards this replica watches closely.
func (w *Wheel) Owned() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.owned)
}

// Nudged is readable when something was armed earlier than what Step had last answered.
func (w *Wheel) Nudged() <-chan struct{} { return w.nudge }

// Arm says that the record was committed with this wake-up (zero for none) and wants to be handed out at
// local, which differs from it when what is due must wait for something only this replica knows: a free
// place at a provider. A wake-up beyond the horizon is left to the store.
func (w *Wheel) Arm(id store.ID, committed, local, now time.Time) {
	w.mu.Lock()
	w.arms++
	it, known := w.byID[id]
	if local.IsZero() || local.After(now.Add(horizon)) && local.Equal(committed) {
		if known {
			w.drop(it)
		}
		w.mu.Unlock()
		return
	}
	first := len(w.queue) == 0 || local.Before(w.queue[0].at)
	w.put(id, committed, local).armed = w.arms
	w.mu.Unlock()
	if first {
		w.wake()
	}
}

// Now hands the record out at once if the wheel still holds it, and reports whether it does: what it had been
// waiting for has come.
func (w *Wheel) Now(id store.ID) bool {
	w.mu.Lock()
	it, ok := w.byID[id]
	if ok {
		it.at, it.called = time.Time{}, true
		heap.Fix(&w.queue, it.index)
	}
	w.mu.Unlock()
	if ok {
		w.wake()
	}
	return ok
}

func (w *Wheel) wake() {
	select {
	case w.nudge <- struct{}{}:
	default:
	}
}

// Due is a wake-up whose time has come.
type Due struct {
	ID store.ID
	At time.Time // when it was to be woken
	// Again says that it was handed out for this before, and had to wait.
	Again bool
}

// Take returns at most limit wake-ups that are due, earliest first, and when to call again if nothing is
// armed meanwhile. It reads the store when its view is old; when that fails it still returns what it knows.
func (w *Wheel) Take(ctx context.Context, now time.Time, limit int) (due []Due, next time.Time, err error) {
	err = w.read(ctx, now)
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) > 0 && len(due) < limit && !w.queue[0].at.After(now) {
		it := w.queue[0]
		w.drop(it)
		due = append(due, Due{it.id, it.committed, it.called || !it.at.Equal(it.committed)})
	}
	if len(due) > 0 && len(w.queue) > 0 {
		w.wake() // whoever else calls Take need not wait until these are done
	}
	next = w.reload
	if len(w.others) > 0 && w.look.Before(next) {
		next = w.look
	}
	if len(w.queue) > 0 && w.queue[0].at.Before(next) {
		next = w.queue[0].at
	}
	if next.Before(now) { // zero where Own or Now asked for it meanwhile
		next = now
	}
	return due, next, err
}

// read brings the wheel's view up to date if its time has come.
func (w *Wheel) read(ctx context.Context, now time.Time) error {
	w.mu.Lock()
	var own, other []int
	if !now.Before(w.reload) || w.reload.After(now.Add(refresh)) { // the latter when the clock was set back
		own, w.reload = w.owned, now.Add(refresh)
	}
	if !now.Before(w.look) || w.look.After(now.Add(sweep)) {
		other, w.look = w.others, now.Add(sweep)
	}
	w.mu.Unlock()
	if err := w.readShards(ctx, own, now.Add(horizon)); err != nil {
		return err
	}
	return w.readShards(ctx, other, now.Add(-overdue))
}

func (w *Wheel) readShards(ctx context.Context, shards []int, to time.Time) error {
	for _, shard := range shards {
		var from time.Time
		limit := page
		for {
			w.mu.Lock()
			arms := w.arms
			w.mu.Unlock()
			found, err := w.timers.Due(ctx, shard, from, to, limit)
			if err != nil {
				return err
			}
			w.learn(found, arms)
			if len(found) < limit {
				break
			}
			if last := found[len(found)-1].At; !last.Equal(from) {
				from = last
			} else {
				limit *= 2 // more are due in one millisecond than were asked for
			}
		}
	}
	return nil
}

// learn takes in what the store said. What was armed since it was asked, after so many arms, is newer.
func (w *Wheel) learn(found []store.Wakeup, arms uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range found {
		if it, ok := w.byID[f.ID]; !ok || it.armed <= arms && !it.committed.Equal(f.At) {
			w.put(f.ID, f.At, f.At)
		}
	}
}

// put and drop keep the heap and its index together; the lock is held.
func (w *Wheel) put(id store.ID, committed, at time.Time) *item {
	it, ok := w.byID[id]
	if ok {
		it.committed, it.at, it.called = committed, at, false
		heap.Fix(&w.queue, it.index)
		return it
	}
	it = &item{id: id, committed: committed, at: at}
	w.byID[id] = it
	heap.Push(&w.queue, it)
	return it
}

func (w *Wheel) drop(it *item) {
	heap.Remove(&w.queue, it.index)
	delete(w.byID, it.id)
}

type item struct {
	id        store.ID
	committed time.Time // as the store has it
	at        time.Time // when to hand it out
	armed     uint64    // the arms at which it was armed; 0 when it was read from the store
	called    bool      // Now was called for it
	index     int
}

type queue []*item

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}
func (q *queue) Push(x any) {
	it := x.(*item)
	it.index = len(*q)
	*q = append(*q, it)
}
func (q *queue) Pop() any {
	old := *q
	it := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return it
}
