// Package virtual is what every run of the engine in virtual time needs: the order of what is still to happen, and an
// observer that counts nothing. Packages sim and rehearsal are such runs. It reads no clock and starts nothing.
package virtual

import (
	"container/heap"
	"time"
)

// Queue is what is still to happen, in the order of virtual time; what is due at the same instant happens in
// the order in which it was planned. Nothing else decides the order. The zero value is empty.
type Queue struct {
	items planned
	seq   uint64
}

type happening struct {
	at  time.Time
	seq uint64
	do  func()
}

// Add plans something.
func (q *Queue) Add(at time.Time, do func()) {
	q.seq++
	heap.Push(&q.items, happening{at, q.seq, do})
}

// At is when the next thing is to happen; ok is false when there is none.
func (q *Queue) At() (at time.Time, ok bool) {
	if len(q.items) == 0 {
		return time.Time{}, false
	}
	return q.items[0].at, true
}

// Next takes the next thing out; ok is false when there is none.
func (q *Queue) Next() (at time.Time, do func(), ok bool) {
	if len(q.items) == 0 {
		return time.Time{}, nil, false
	}
	h := heap.Pop(&q.items).(happening)
	return h.at, h.do, true
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
