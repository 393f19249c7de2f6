package deliver

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Limit bounds what one provider is given at a time, so that a slow one delays nobody else.
type Limit struct {
	Concurrency int     // messages under way at once; 0 means DefaultConcurrency
	Rate        float64 // messages per second; 0 means no limit
}

// DefaultConcurrency is how many messages a provider is given at once when the configuration says nothing.
const DefaultConcurrency = 16

// pool counts what is under way at one provider and remembers who waits for a place. It is guarded by the
// Deliverer's lock.
type pool struct {
	limit   Limit
	busy    int
	rate    *rate.Limiter
	waiting []store.ID
	inLine  map[store.ID]bool
	called  time.Time // when the last of them was called
}

// patience is how long a record that was called may take to claim its place before the next one is called too:
// it may have nothing to send any more.
const patience = 25 * time.Millisecond

func newPool(l Limit) *pool {
	if l.Concurrency <= 0 {
		l.Concurrency = DefaultConcurrency
	}
	p := &pool{limit: l, inLine: map[store.ID]bool{}}
	if l.Rate > 0 {
		p.rate = rate.NewLimiter(rate.Limit(l.Rate), max(1, int(l.Rate)))
	}
	return p
}

// place reserves a place if there is one.
func (p *pool) place(now time.Time) bool {
	if p.busy < p.limit.Concurrency && (p.rate == nil || p.rate.AllowN(now, 1)) {
		p.busy++
		return true
	}
	return false
}

// take reserves a place, or puts the record in line for one.
func (p *pool) take(id store.ID, now time.Time) bool {
	if p.place(now) {
		return true
	}
	if !p.inLine[id] {
		p.inLine[id] = true
		p.waiting = append(p.waiting, id)
	}
	return false
}

// places is how many messages could be begun now.
func (p *pool) places(now time.Time) int {
	n := p.limit.Concurrency - p.busy
	if p.rate != nil {
		n = min(n, int(p.rate.TokensAt(now)))
	}
	return n
}

// call takes the next out of the line if there is a place for it.
func (p *pool) call(now time.Time) (store.ID, bool) {
	if len(p.waiting) == 0 || p.places(now) < 1 {
		return "", false
	}
	id := p.waiting[0]
	p.waiting = p.waiting[1:]
	delete(p.inLine, id)
	p.called = now
	return id, true
}

// callAt is when to call the next in line; zero when nobody waits, or when a place must be given back first.
func (p *pool) callAt(now time.Time) time.Time {
	if len(p.waiting) == 0 || p.busy >= p.limit.Concurrency {
		return time.Time{}
	}
	at := now
	if wait := p.called.Add(patience); wait.After(now) && !p.called.After(now) {
		at = wait
	}
	if p.rate != nil {
		if missing := 1 - p.rate.TokensAt(now); missing > 0 {
			free := now.Add(time.Duration(missing / p.limit.Rate * float64(time.Second))).Add(time.Millisecond)
			if free.After(at) {
				at = free
			}
		}
	}
	return at
}
