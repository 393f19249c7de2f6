package sim

import (
	"context"
	"errors"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// act is one thing that a person does to an alert.
type act struct {
	id     store.ID
	number uint64
	action alert.Action
}

// react lets whoever got a page do something about it, at once or later, or nothing.
func (s *Sim) react(m deliver.Message, msg *message) {
	if m.Kind != page.Escalation || msg.user == "" || s.calm&calmPeople != 0 || s.folk.Float64() > s.plan.nerves {
		return
	}
	delay := time.Duration(s.folk.IntN(900)) * time.Second
	switch s.folk.IntN(4) {
	case 0:
		delay = time.Duration(s.folk.IntN(300)) * time.Millisecond
	case 1:
		delay = time.Duration(s.folk.IntN(30)) * time.Second
	}
	for _, a := range msg.alerts {
		s.decide(a.ID, a.Number, msg.user, delay)
	}
}

// decide plans what a person does to an alert, and what they do to it afterwards.
func (s *Sim) decide(id store.ID, number uint64, user string, delay time.Duration) {
	do := alert.Action{By: user, Via: "link"}
	switch n := s.folk.IntN(100); {
	case n < 60:
		do.Do = alert.Ack
	case n < 66:
		do.Do = alert.Snooze
	case n < 72:
		do.Do = alert.Escalate
	case n < 78:
		do.Do, do.Target = alert.Assign, policy.Target{Kind: policy.User, Name: names[s.folk.IntN(4)]}
	case n < 84:
		do.Do, do.Target = alert.AddResponder, policy.Target{Kind: policy.User, Name: names[s.folk.IntN(4)]}
	case n < 88:
		do.Do, do.Note = alert.Note, "looking"
	case n < 94:
		do.Do = alert.Unack
	default:
		do.Do = alert.Close
	}
	snooze := time.Duration(1+s.folk.IntN(240)) * time.Minute
	s.after(delay, func() { s.press(&act{id, number, do}, snooze, 0) })
	if do.Do == alert.Ack && s.folk.IntN(5) > 0 {
		next := alert.Action{Do: []alert.Do{alert.Close, alert.Close, alert.Close, alert.Unack, alert.Snooze}[s.folk.IntN(5)], By: user, Via: "link"}
		s.after(delay+time.Duration(1+s.folk.IntN(180))*time.Minute, func() { s.press(&act{id, number, next}, snooze, 0) })
	}
}

// press does it, and again a little later when the answer is that it did not work.
func (s *Sim) press(a *act, snooze time.Duration, tries int) {
	r := s.someone(s.folk.IntN(8))
	if r == nil || s.broken != nil {
		return
	}
	if a.action.Do == alert.Snooze {
		a.action.Until = r.clock().Add(snooze)
	}
	answered := false
	c := s.begin(r, "act", func(c *call) {
		c.by = a
		got, err := r.engine.Act(context.Background(), string(a.id), a.action)
		var refused *alert.Refused
		switch {
		case r.dead:
		case err == nil:
			answered = true
			s.tell(a.number, "%s: %s by %s is answered with 200", r.name, a.action.Do, a.action.By)
			s.watch.acted(c, a, got)
		case errors.As(err, &refused), !errors.Is(err, store.ErrUnavailable):
			answered = true
		}
	}, func() {
		if !answered && tries < 5 {
			s.after(2*time.Second+s.jitter(1000), func() { s.press(a, snooze, tries+1) })
		}
	})
	_ = c
}
