package faults

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// life is what the clients know of one alert.
type life struct {
	key, id  string
	number   uint64
	sent     time.Time // when it was first tried to send it
	accepted time.Time // when the first 2xx came
	asked    time.Time // when an ack was first asked for; zero for never
	acked    time.Time // when it was answered 2xx
}

// load are clients that send alerts, acknowledge and close some of them, and remember what they were told.
type load struct {
	t       *testing.T
	p       *provider
	h       *history
	servers []*programtest.Server
	began   time.Time
	senders sync.WaitGroup
	people  sync.WaitGroup
	crowd   sync.WaitGroup
	ended   chan struct{} // closed when the crowd may go home

	mu         sync.Mutex
	lives      map[uint64]*life
	begun      int           // alerts that were sent, if only tried
	changed    chan struct{} // closed and replaced with every one of them
	unanswered int
	spans      []span
}

// again is how soon a client repeats what was not answered.
const again = 100 * time.Millisecond

// burst is how many alerts come at the same moment, so that some are under way when something breaks.
const burst = 16

// start sends so many alerts, each until one of the servers accepts it, and has a crowd act on a few more all the time.
func start(t *testing.T, p *provider, total int, servers ...*programtest.Server) *load {
	t.Helper()
	l := &load{t: t, p: p, h: newHistory(), servers: servers, began: time.Now(), ended: make(chan struct{}), lives: map[uint64]*life{}, changed: make(chan struct{})}
	work := make(chan int)
	for range burst {
		l.senders.Go(func() {
			for i := range work {
				l.one(i)
			}
		})
	}
	l.senders.Go(func() {
		defer close(work)
		pace := time.NewTicker(burst * time.Second / time.Duration(size.rate))
		defer pace.Stop()
		for i := range total {
			if i%burst == 0 {
				select {
				case <-pace.C:
				case <-t.Context().Done():
					return
				}
			}
			select {
			case work <- i:
			case <-t.Context().Done():
				return
			}
		}
	})
	for g := range crowds {
		l.gather(g)
	}
	t.Cleanup(func() { // where the test ended before its account
		l.senders.Wait()
		l.people.Wait()
		l.crowd.Wait()
	})
	return l
}

// dice are the same for the same seed and the same client.
func dice(who string, n int) *rand.Rand {
	for _, c := range who {
		n = n*31 + int(c)
	}
	return rand.New(rand.NewPCG(seed, uint64(n)))
}

// pause waits; false when the test is over.
func (l *load) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.t.Context().Done():
		return false
	}
}

// one is the life of one alert, as its sender and then a person have it.
func (l *load) one(i int) {
	key, luck := fmt.Sprintf("alert-%05d", i), dice("alert", i)
	l.mu.Lock()
	l.begun++
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
	sent := time.Now()
	var alert seen
	for events := 1 + luck.IntN(10)/9; events > 0; events-- { // one in ten fires twice
		if alert = l.until(i, request{input: input{op: ingest, key: key}}); alert.ID == "" {
			return
		}
		l.accept(key, alert, sent)
	}
	if luck.IntN(2) > 0 {
		return // nobody takes it, and it escalates
	}
	l.people.Go(func() {
		if luck.IntN(4) > 0 { // most people take it when they are told
			select {
			case <-l.p.whenTexted(alert.Number):
			case <-l.t.Context().Done():
				return
			}
		}
		if !l.pause(time.Duration(luck.IntN(int(escalates)))) {
			return
		}
		about := request{input{ack, key, alert.Number}, alert.ID}
		l.stamp(alert.Number, func(a *life) { a.asked = time.Now() })
		if l.until(i, about).ID == "" {
			return
		}
		l.stamp(alert.Number, func(a *life) { a.acked = time.Now() })
		if luck.IntN(3) == 0 {
			about.op = closeOut
			l.until(i, about)
		}
	})
}

// until asks one server after the other until there is an answer that is no refusal.
func (l *load) until(from int, r request) seen {
	for try := from; ; try++ {
		if out, alert := l.ask(0, l.servers[try%len(l.servers)], r); out != (output{}) {
			if out.refused {
				l.t.Errorf("%s of %s was refused", r.op, r.key)
			}
			return alert
		}
		if l.t.Failed() || !l.pause(again) { // what is broken is not asked again for ever
			return seen{}
		}
	}
}

func (l *load) accept(key string, alert seen, sent time.Time) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.lives[alert.Number]
	if a == nil {
		a = &life{key: key, id: alert.ID, number: alert.Number, sent: sent, accepted: now}
		l.lives[alert.Number] = a
	}
	if a.key != key || a.id != alert.ID {
		l.t.Errorf("#%d is %s (%s) and %s (%s)", a.number, a.key, a.id, key, alert.ID)
	}
}

func (l *load) stamp(number uint64, f func(*life)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.lives[number])
}

// reach waits until so many alerts are sent, and then a moment that nobody chose.
func (l *load) reach(n int, luck *rand.Rand) {
	l.t.Helper()
	late := time.After(size.patience)
	for {
		l.mu.Lock()
		begun, changed := l.begun, l.changed
		l.mu.Unlock()
		if begun >= n {
			l.pause(time.Duration(luck.IntN(int(3 * time.Millisecond))))
			return
		}
		select {
		case <-changed:
		case <-late:
			l.t.Fatalf("waited in vain for %d alerts to be sent; %d are", n, begun)
		}
	}
}

// during remembers from when to when something was broken.
func (l *load) during(what string, f func()) {
	from := time.Now()
	f()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spans = append(l.spans, span{what, from, time.Now()})
}
