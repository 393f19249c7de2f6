package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// The ways in which a provider fails.
const (
	refuses     = iota // 500: try again
	rejects            // for good
	limits             // 429 with Retry-After
	drags              // takes seconds, or longer than anybody waits
	swallows           // takes the message, and then times out
	kills              // takes the message, and the replica dies before it hears of it
	stalls             // takes the message, while the replica is frozen for about as long as its claim
	weatherFine = -1
)

var weathers = [7]string{"refusing", "rejecting", "limiting", "slow", "timing out after accepting", "fatal", "stalling"}

// provider is one way to reach people, as the engine sees it.
type provider struct {
	sim *Sim
	via string
}

var errTimeout = errors.New("simulated: no answer in time")

func (s *Sim) setup(*town) *deliver.Setup {
	senders := map[string]deliver.Sender{}
	for _, via := range []string{"slack", "sms", "voice", "email", "webhook"} {
		senders[via] = provider{s, via}
	}
	return &deliver.Setup{
		Senders: senders, Limits: map[string]deliver.Limit{"voice": {Concurrency: 2}, "sms": {Concurrency: 4, Rate: 2}},
		PublicURL: "https://oncall.example.com", Signer: s.signer, LinkTTL: 72 * time.Hour,
	}
}

// mood is how a provider takes the next message.
func (p provider) mood(air *rand.Rand) int {
	s := p.sim
	if s.calm&calmProviders != 0 {
		return weatherFine
	}
	if w, ok := s.weather[p.via]; ok && s.now.Before(w.until) && air.IntN(4) > 0 {
		if w.kind < kills || air.IntN(10) == 0 {
			return w.kind
		}
	}
	dice := air.Float64()
	for i, chance := range s.plan.provider {
		if i >= kills {
			chance /= 4
		}
		if dice -= chance; dice < 0 {
			return i
		}
	}
	return weatherFine
}

// Send implements deliver.Sender. The message is on its way from the first moment: it arrives although the
// replica is frozen or dead by then.
func (p provider) Send(_ context.Context, m deliver.Message) (deliver.Receipt, error) {
	s, c := p.sim, p.sim.call
	air := s.air
	if m.Task != nil { // has dice of its own, so that the rest is as it is without
		air = s.hall
	}
	msg, rooms, result := s.watch.sending(c, p.via, m), s.watch.rooms, map[string]string(nil)
	defer s.watch.over(msg)
	began := s.now
	mood := p.mood(air)
	if m.Task != nil && s.now.Before(s.fog) && s.calm&calmProviders == 0 && air.IntN(2) == 0 {
		mood = []int{refuses, swallows, drags, kills}[air.IntN(4)]
	}
	takes := time.Duration(20+air.IntN(800)) * time.Millisecond
	if mood == drags {
		takes = time.Duration(1000+air.IntN(14000)) * time.Millisecond
	}
	limit := page.SendTimeout
	if left := msg.until.Sub(c.replica.clock()) - (page.Lease - page.SendTimeout); left < limit {
		limit = left
	}
	inTime := takes < limit
	if !inTime {
		takes = limit
	}
	ref := fmt.Sprintf("%s-%d", p.via, s.watch.refs())
	if mood == stalls && !c.replica.frozen {
		r := c.replica
		r.freeze()
		s.after(page.Lease+time.Duration(air.IntN(1500))*time.Millisecond, func() {
			if r.frozen && !r.dead {
				r.thaw()
			}
		})
	}
	accepts := mood == weatherFine || mood == stalls || mood == swallows || mood == kills || mood == drags && (inTime || air.IntN(2) == 0)
	if accepts {
		s.after(takes/2, func() {
			s.accepted++
			s.watch.accepted(msg, ref)
			if m.Task != nil && rooms == s.watch.rooms { // else a backup was restored meanwhile
				result = s.watch.task(m)
			}
			s.tell(msg.number, "%s takes the message to %s (%s) from %s", p.via, msg.to, msg.about(), c.replica.name)
			s.react(m, msg)
			s.confirm(p.via, m, ref)
			if mood == kills {
				c.replica.crash(" after the provider took its message", s.backSoon())
			}
		})
	}
	if !s.wait(takes) {
		return deliver.Receipt{}, errTimeout
	}
	if s.now.Sub(began) > limit || !inTime || mood == swallows || mood == kills {
		msg.ambiguous = true
		s.tell(msg.number, "%s: %s answers too late", c.replica.name, p.via)
		return deliver.Receipt{}, errTimeout
	}
	switch mood {
	case refuses:
		s.tell(msg.number, "%s: %s refuses the message to %s", c.replica.name, p.via, msg.to)
		return deliver.Receipt{}, deliver.RetryAfter(0, "simulated: 500")
	case rejects:
		s.tell(msg.number, "%s: %s rejects the message to %s", c.replica.name, p.via, msg.to)
		return deliver.Receipt{}, deliver.Permanent("simulated: rejected")
	case limits:
		wait := time.Duration(1+air.IntN(90)) * time.Second
		if m.Task == nil {
			s.watch.limited = s.now.Add(wait)
		}
		s.tell(msg.number, "%s: %s asks to wait %s", c.replica.name, p.via, wait)
		return deliver.Receipt{}, deliver.Limited(wait, "simulated: 429")
	}
	msg.answered = true
	return answered(ref, m, result), nil
}

// Update implements deliver.Updater.
func (p provider) Update(context.Context, string, deliver.Message) error {
	s := p.sim
	mood := p.mood(s.air)
	if !s.wait(time.Duration(5+s.air.IntN(100)) * time.Millisecond) {
		return errTimeout
	}
	switch mood {
	case refuses:
		return deliver.RetryAfter(0, "simulated: 500")
	case rejects:
		return deliver.Permanent("simulated: rejected")
	case limits:
		return deliver.Limited(time.Duration(1+s.air.IntN(90))*time.Second, "simulated: 429")
	}
	return nil
}

// confirm lets a provider say later whether a text message arrived.
func (s *Sim) confirm(via string, m deliver.Message, ref string) {
	if via != "sms" || m.Alert == nil || s.calm&calmProviders != 0 {
		return
	}
	id, n := splitKey(m.Key)
	fine := s.air.IntN(8) > 0
	s.after(time.Duration(s.air.IntN(40000))*time.Millisecond, func() {
		r := s.someone(s.air.IntN(8))
		if r == nil || id == "" {
			return
		}
		s.begin(r, "report", func(*call) {
			_ = r.engine.Report(context.Background(), id, n, ref, fine, "simulated: undelivered")
		}, nil)
	})
}

// splitKey reads "record/page".
func splitKey(key string) (id store.ID, n int) {
	if len(key) < 32 || key[30] != '/' {
		return "", 0
	}
	if _, err := fmt.Sscanf(key[31:], "%d", &n); err != nil {
		return "", 0
	}
	return store.ID(key[:30]), n
}
