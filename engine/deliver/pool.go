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
}

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

// free gives a place back and names who is next in line.
func (p *pool) free() (next store.ID, ok bool) {
	p.busy--
	return p.next()
}

func (p *pool) next() (store.ID, bool) {
	if len(p.waiting) == 0 {
		return "", false
	}
	id := p.waiting[0]
	p.waiting = p.waiting[1:]
	delete(p.inLine, id)
	return id, true
}

// rateAt is when the rate limit lets the next message go; zero when it does not hold anything up.
func (p *pool) rateAt(now time.Time) time.Time {
	if p.rate == nil || len(p.waiting) == 0 || p.busy >= p.limit.Concurrency {
		return time.Time{}
	}
	missing := 1 - p.rate.TokensAt(now)
	if missing <= 0 {
		return now
	}
	return now.Add(time.Duration(missing / p.limit.Rate * float64(time.Second)))
}
