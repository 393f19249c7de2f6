package rehearsal

import (
	"fmt"
	"time"
)

// run lets time pass from one thing to the next.
func (p *play) run() error {
	if _, err := p.engine.Keep(p.ctx, p.now); err != nil {
		return err
	}
	for {
		for p.happen() {
			if err := p.count(); err != nil {
				return err
			}
		}
		if err := p.work(); err != nil {
			return err
		}
		next, ok, err := p.next()
		if err != nil {
			return err
		}
		if !ok {
			p.story.Quiet = true
			return nil
		}
		if next.After(p.end) {
			p.now = p.end
			return nil
		}
		p.now = next
	}
}

// count counts a step, and says when there is a reason to stop.
func (p *play) count() error {
	p.steps++
	switch {
	case p.err != nil:
		return p.err
	case p.log.first != "":
		return fmt.Errorf("the engine reports, at %s: %s", p.at(), p.log.first)
	case p.ctx.Err() != nil:
		return fmt.Errorf("the rehearsal was stopped at %s: %w", p.at(), p.ctx.Err())
	case p.steps > p.script.Steps:
		return fmt.Errorf("%w: it has taken %d steps by %s, with %d alerts; rehearse a shorter time, or look for what pages again and again",
			ErrEndless, p.script.Steps, p.at(), len(p.story.Alerts))
	}
	return nil
}

// at is the present instant for people.
func (p *play) at() string { return "+" + p.now.Sub(p.script.Start).String() }

// happen does the next thing of the script that is due now, and sends what comes of it.
func (p *play) happen() bool {
	at, ok := p.queue.At()
	if !ok || at.After(p.now) {
		return false
	}
	_, do, _ := p.queue.Next()
	do()
	p.send()
	return true
}

// send gives providers the messages that were begun.
func (p *play) send() {
	for len(p.sends) > 0 {
		begun := p.sends
		p.sends = nil
		for _, f := range begun {
			p.steps++
			f()
		}
	}
}

// work lets the engine do what is due now, until nothing is.
func (p *play) work() error {
	for first := true; ; first = false {
		again := false
		if nudged(p.engine.Delivery.Nudged()) || !p.bundles.IsZero() && !p.bundles.After(p.now) {
			next, err := p.engine.Delivery.Step(p.ctx, p.now)
			if err != nil {
				return err
			}
			p.bundles, again = next, true
		}
		if nudged(p.engine.Wheel.Nudged()) || first || !p.look.After(p.now) {
			next, err := p.engine.Step(p.ctx, p.now)
			if err != nil {
				return err
			}
			p.look, again = next, true
		}
		if nudged(p.engine.KeepNudged()) {
			if _, err := p.engine.Keep(p.ctx, p.now); err != nil {
				return err
			}
		}
		p.send()
		if !again {
			return nil
		}
		if err := p.count(); err != nil {
			return err
		}
	}
}

func nudged(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// next is when something happens next. A record that the store has as overdue waits in the wheel, which knows when to
// look again; otherwise looking before the earliest wake-up would find nothing.
func (p *play) next() (at time.Time, ok bool, err error) {
	sooner := func(t time.Time) {
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	if t, waiting := p.queue.At(); waiting {
		sooner(t)
	}
	if !p.bundles.IsZero() {
		sooner(p.bundles)
	}
	wake, err := p.store.earliest(p.ctx)
	if !wake.IsZero() {
		if !wake.After(p.now) {
			wake = p.look
		}
		sooner(wake)
	}
	return at, ok, err
}
