package sim

import (
	"container/heap"
	"time"
)

// queue is what is still to happen, in the order of virtual time; what is due at the same instant happens in
// the order in which it was planned. Nothing else decides the order.
type queue struct {
	items planned
	seq   uint64
}

type happening struct {
	at  time.Time
	seq uint64
	do  func()
}

func (q *queue) add(at time.Time, do func()) {
	q.seq++
	heap.Push(&q.items, happening{at, q.seq, do})
}

func (q *queue) next() (happening, bool) {
	if len(q.items) == 0 {
		return happening{}, false
	}
	return heap.Pop(&q.items).(happening), true
}

type planned []happening

func (p planned) Len() int { return len(p) }
func (p planned) Less(i, j int) bool {
	if !p[i].at.Equal(p[j].at) {
		return p[i].at.Before(p[j].at)
	}
	return p[i].seq < p[j].seq
}
func (p planned) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *planned) Push(x any)   { *p = append(*p, x.(happening)) }
func (p *planned) Pop() any {
	old := *p
	last := old[len(old)-1]
	old[len(old)-1] = happening{}
	*p = old[:len(old)-1]
	return last
}
