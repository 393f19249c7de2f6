package sim

import (
	"context"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// storm is bad weather at a provider: how it answers until when.
type storm struct {
	kind  int // index of the provider's faults
	until time.Time
}

// happen makes one item of the script happen.
func (s *Sim) happen(it item) {
	long := time.Duration(it.ms) * time.Millisecond
	place := it.i % len(s.places)
	r := s.places[place]
	up := r != nil && !r.dead
	switch it.what {
	case "send":
		s.offer(it.news, it.i, 0)
	case "crash":
		if up {
			r.crash("", long)
		}
	case "leave":
		if up {
			r.leave()
			s.after(long, func() { s.revive(place) })
		}
	case "freeze":
		if up && !r.frozen {
			r.freeze()
			s.after(long, func() {
				if !r.dead && r.frozen {
					r.thaw()
				}
			})
		}
	case "outage":
		s.cutOff(place, long)
	case "blackout":
		s.cutOff(-1, long)
	case "shutdown":
		for _, other := range s.places {
			if other != nil {
				other.crash(": everything is switched off", long+s.jitter(60_000))
			}
		}
	case "jump":
		s.jump(place, time.Duration(it.j%801-400)*time.Millisecond)
	case "lose":
		s.lose(it.j)
	case "reload":
		s.reload(it.n)
	case "weather":
		via := []string{"slack", "sms", "voice", "email", "webhook"}[it.i%5]
		s.weather[via] = storm{it.j % len(weathers), s.now.Add(long)}
		s.tell(0, "%s is %s for %s", via, weathers[it.j%len(weathers)], long)
	case "act":
		s.meddle(it)
	case "incident":
		s.visitIncidents(it)
	case "postmortem":
		s.visitPostmortems(it)
	case "room":
		s.stir(it)
	case "beat":
		s.ping(it.i, 0)
	case "stand-in":
		s.standIn(it)
	case "swap":
		s.swap(it)
	case "absence":
		s.absence(it)
	case "backup":
		s.makeBackup()
	case "restore":
		s.restore(long)
	}
}

// backSoon is how long it takes until a process that died is started again.
func (s *Sim) backSoon() time.Duration { return time.Second + s.jitter(60_000) }

func (s *Sim) revive(place int) {
	if r := s.places[place]; (r == nil || r.dead) && s.broken == nil {
		s.start(place)
	}
}

func (s *Sim) cutOff(place int, long time.Duration) {
	s.outages[place] = s.now.Add(long)
	s.disturbed()
	s.tell(0, "machine %d (0: all) does not reach the store for %s", place+1, long)
	for i, r := range s.places {
		if r != nil && !r.dead && (place == -1 || place == i) {
			r.hurt = s.now
			r.silence()
		}
	}
	s.after(long, func() {
		s.disturbed()
		for i, r := range s.places {
			if r != nil && !r.dead && !r.frozen && (place == -1 || place == i) && !s.away(r) {
				r.back = r.back || s.now.Sub(r.silent) > lifetime
				r.hurt, r.silent = s.now, time.Time{}
				s.membersChanged()
			}
		}
	})
}

// jump sets the clock of a machine: it is ahead of the true time by so much.
func (s *Sim) jump(place int, ahead time.Duration) {
	if s.calm&calmLatency != 0 {
		return
	}
	s.skews[place] = ahead
	if r := s.places[place]; r != nil {
		r.skew, r.hurt = ahead, s.now
		r.wantStep(s.now)
		r.wantDeliver(s.now)
	}
	s.disturbed()
	s.tell(0, "the clock of machine %d is ahead by %s", place+1, ahead)
}

// lose makes the store forget a wake-up, until a sweep brings it back.
func (s *Sim) lose(n int) {
	if s.calm&calmStore != 0 {
		return
	}
	var ids []store.ID
	for _, a := range s.watch.order {
		if !s.watch.alerts[a].wake.IsZero() {
			ids = append(ids, a)
		}
	}
	if len(ids) == 0 {
		return
	}
	id := ids[n%len(ids)]
	s.store.lost[id] = true
	s.disturbed()
	s.tell(s.watch.alerts[id].state.Number, "the store loses the wake-up of #%d", s.watch.alerts[id].state.Number)
	s.after(time.Duration(20+n*5)*time.Second, func() {
		if s.store.lost[id] {
			delete(s.store.lost, id)
			s.disturbed()
			for _, r := range s.places {
				if r != nil {
					r.wantStep(s.now)
				}
			}
		}
	})
}

// reload puts the next configuration in force, on one machine after the other.
func (s *Sim) reload(n int) {
	index := 0
	for _, it := range s.plan.items {
		if it.what == "reload" {
			index++
		}
		if it.n == n {
			break
		}
	}
	s.config, s.watch.changed = index, s.now
	s.tell(0, "configuration %d is loaded", index)
	for _, r := range s.places {
		if r == nil || r.dead {
			continue
		}
		s.after(s.jitter(2000), func() {
			r.whenAwake(func() { // whichever is the latest by then
				r.config = s.config
				r.engine.Delivery.Configure(s.setup(s.towns[r.config]))
				r.engine.Reload(s.towns[r.config].world)
				s.watch.changed = s.now
				r.nudged()
			})
		})
	}
}

// someone is a replica that a request reaches: the one meant, or another that answers.
func (s *Sim) someone(n int) *replica {
	for i := range s.places {
		if r := s.places[(n+i)%len(s.places)]; r != nil && !r.dead && !r.frozen {
			return r
		}
	}
	return nil
}

// offer sends events in one request, again and again until they are accepted, as senders do.
func (s *Sim) offer(list []*news, to, tries int) {
	again := func() {
		if tries < 200 {
			s.after(time.Duration(min(1<<min(tries, 5), 30))*time.Second+s.jitter(500), func() { s.offer(list, to, tries+1) })
		}
	}
	r := s.someone(to + tries)
	if r == nil {
		again()
		return
	}
	var events []event.Event
	for _, n := range list {
		events = append(events, n.event(r.clock()))
	}
	answered := false
	s.begin(r, "ingest", func(c *call) {
		got, err := r.engine.Ingest(context.Background(), list[0].integration, events)
		if err == nil && !r.dead {
			answered = true
			for i, n := range list {
				s.watch.acceptedEvent(c, n, got[i])
			}
		}
	}, func() {
		if !answered {
			again()
		}
	})
}

func (n *news) event(now time.Time) event.Event {
	ev := event.Event{
		Status: event.Resolved, DedupKey: n.key, Title: n.key, Priority: n.priority, Service: n.service,
		Labels: map[string]string{"policy": n.policy, "group": n.group},
	}
	if n.incident {
		ev.Labels["incident"] = "yes"
	}
	if n.hold != "" {
		ev.Labels["hold"] = n.hold
	}
	if n.quiet {
		ev.Labels["quiet"] = "yes"
	}
	if n.firing {
		ev.Status = event.Firing
		if n.expires > 0 {
			ev.ExpiresAt = now.Add(n.expires)
		}
	}
	return ev
}

// meddle lets somebody do something to one of the latest alerts, page or no page.
func (s *Sim) meddle(it item) {
	order := s.watch.order
	if len(order) == 0 || s.calm&calmPeople != 0 {
		return
	}
	recent := order[max(0, len(order)-6):]
	id := recent[it.j%len(recent)]
	s.decide(id, s.watch.alerts[id].state.Number, names[it.i%4], 0)
}

// calmDown ends all faults: from now on the engine must bring everything to where it belongs.
func (s *Sim) calmDown() {
	s.tell(0, "the faults are over")
	s.calm |= calmStore | calmProviders | calmPeople
	s.outages, s.weather, s.store.lost = map[int]time.Time{}, map[string]storm{}, map[store.ID]bool{}
	s.disturbed()
	for place, r := range s.places {
		switch {
		case r == nil || r.dead:
			s.start(place)
		case r.frozen:
			r.thaw()
		default:
			r.back = r.back || !r.silent.IsZero() && s.now.Sub(r.silent) > lifetime
			r.silent = time.Time{}
			r.wantStep(s.now)
			r.wantDeliver(s.now)
		}
	}
	s.membersChanged()
}

// visits are what somebody does to an incident, one thing a few minutes after the other.
var visits = [][]incident.Do{
	{incident.Resolve}, {incident.Close}, {incident.Close, incident.Reopen, incident.Close}, {incident.Note},
	{incident.Close, incident.Close}, {incident.Reopen, incident.Resolve, incident.Close},
}

// visitIncidents lets somebody look through the incidents and do something to each.
func (s *Sim) visitIncidents(it item) {
	for i, name := range s.watch.incidentNames() {
		for n, do := range visits[(it.j+i)%len(visits)] {
			s.after(time.Duration(n)*s.jitter(300_000), func() { s.visit(name, do, it.i+i+n) })
		}
	}
}

func (s *Sim) visit(name string, do incident.Do, to int) {
	r := s.someone(to)
	if r == nil {
		return
	}
	s.begin(r, "incident", func(*call) {
		inc, err := r.engine.ActOnIncident(context.Background(), name, actionOf(do, to))
		if err == nil && !r.dead {
			s.tell(0, "%s: %s %s", r.name, do, name)
			s.watch.actedOnIncident(inc)
		}
	}, nil)
}

func (s *Sim) visitPostmortems(it item) {
	for i, name := range s.watch.postmortemNames() {
		r := s.someone(it.i + i)
		if r == nil {
			return
		}
		do := []postmortem.Do{postmortem.Complete, postmortem.Waive, postmortem.Note}[(it.j+i)%3]
		s.begin(r, "postmortem", func(*call) {
			if _, err := r.engine.ActOnPostmortem(context.Background(), name, postmortem.Action{Do: do, By: "amir", Note: "seen"}); err == nil && !r.dead {
				s.tell(0, "%s: %s %s", r.name, do, name)
			}
		}, nil)
	}
}
