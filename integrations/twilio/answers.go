package twilio

import (
	"sync"
	"time"
)

const (
	answersKept = 15 * time.Minute // longer than Twilio goes on repeating a request
	answersMax  = 4096
)

// answers remembers what was said to recent requests. Twilio repeats a request that it got no answer to; a
// repeated "ack" must not act again, since by then another alert may be the only open one. Each replica
// remembers for itself.
type answers struct {
	mu       sync.Mutex
	new, old map[string]*answered // two generations: everything is kept for one to two times answersKept
	turned   time.Time
}

type answered struct {
	once sync.Once
	text string
	keep bool
}

func newAnswers() *answers { return &answers{new: map[string]*answered{}} }

// once returns what act said the first time for a key; whoever asks meanwhile waits for it. When act says
// not to keep it, the next one acts again.
func (a *answers) once(key string, now time.Time, act func() (text string, keep bool)) string {
	e := a.entry(key, now)
	e.once.Do(func() { e.text, e.keep = act() })
	if !e.keep {
		a.forget(key, e)
	}
	return e.text
}

func (a *answers) entry(key string, now time.Time) *answered {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Sub(a.turned) >= answersKept || len(a.new) >= answersMax {
		a.new, a.old, a.turned = map[string]*answered{}, a.new, now
	}
	if e := a.new[key]; e != nil {
		return e
	}
	e := a.old[key]
	if e == nil {
		e = new(answered)
	}
	a.new[key] = e
	return e
}

func (a *answers) forget(key string, e *answered) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, generation := range []map[string]*answered{a.new, a.old} {
		if generation[key] == e {
			delete(generation, key)
		}
	}
}
