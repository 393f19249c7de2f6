package rehearsal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// note tells an entry of the present instant.
func (p *play) note(e Entry) {
	e.At, e.Offset = p.now, p.now.Sub(p.script.Start)
	p.tell(e)
}

// announce says what is in force from the start, or will be.
func (p *play) announce() {
	const layout = "2006-01-02 15:04 MST"
	for _, a := range p.script.Away {
		if a.Until.After(p.script.Start) && a.From.Before(p.end) {
			zone := p.world.Dir.Zone
			if zone == nil {
				zone = time.UTC
			}
			text := fmt.Sprintf("%s is away from %s to %s", a.User, a.From.In(zone).Format(layout), a.Until.In(zone).Format(layout))
			if a.Reason != "" {
				text += ": " + a.Reason
			}
			p.note(Entry{Kind: Absent, Text: text})
		}
	}
	var names []string
	for name := range p.script.Overrides {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, o := range p.script.Overrides[name] {
			p.note(Entry{Kind: Overridden, Text: overrideText(name, o)})
		}
	}
}

func overrideText(schedule string, o schedules.OverrideSpec) string {
	text := fmt.Sprintf("%s: %s is on call", schedule, o.User)
	if o.User == schedules.Nobody {
		text = schedule + ": nobody is on call"
	}
	if o.Replace != "" {
		text += " instead of " + o.Replace
	}
	if o.Rotation != "" {
		text += " in rotation " + o.Rotation
	}
	return text + " from " + o.From + " to " + o.To
}

func (p *play) ping(ping Ping) {
	p.note(Entry{Kind: Pinged, Text: ping.Heartbeat + " is heard of"})
	if err := p.engine.Ping(p.ctx, ping.Heartbeat); err != nil {
		p.err = fmt.Errorf("heartbeat %s: %w", ping.Heartbeat, err)
	}
}

// arrive lets arrivals come in, in one request.
func (p *play) arrive(from, to int) {
	first := p.script.Arrivals[from]
	events := make([]event.Event, 0, to-from)
	for _, a := range p.script.Arrivals[from:to] {
		events = append(events, a.Event)
		p.note(Entry{Kind: Arrived, Text: fmt.Sprintf("%s sends: %s, %s", first.Integration, cmp.Or(a.Event.Title, a.Event.DedupKey), a.Event.Status)})
	}
	receipts, err := p.engine.Ingest(p.ctx, first.Integration, events)
	if err != nil {
		p.err = fmt.Errorf("the events of %s are not taken: %w", first.Integration, err)
		return
	}
	for i, r := range receipts {
		p.ids[from+i], p.story.Took[from+i] = r.ID, r.Number
	}
}

// act does what a person does.
func (p *play) act(a Act) {
	if a.On != Everything {
		id := p.ids[a.On]
		al := p.alerts[id]
		if a.Wanted && (al == nil || idle(a.Action.Do, alert.Status(al.Status))) {
			return
		}
		if al != nil {
			p.do(id, al, a.Action)
		} else {
			p.note(Entry{Kind: Refusal, By: a.Action.By, Text: fmt.Sprintf("%s: there is no alert of event %d", a.Action.Do, a.On+1)})
		}
		return
	}
	did := false
	for _, al := range p.story.Alerts {
		if al.Status == string(alert.Closed) || a.Action.Do == alert.Ack && al.Status != string(alert.Open) {
			continue
		}
		did = true
		p.do(al.id, al, a.Action)
	}
	if !did {
		p.note(Entry{Kind: Refusal, By: a.Action.By, Text: string(a.Action.Do) + ": there is no alert to do it to"})
	}
}

// idle reports whether an action changes nothing of an alert in a status.
func idle(do alert.Do, status alert.Status) bool {
	switch do {
	case alert.Ack:
		return status != alert.Open
	case alert.Unack:
		return status == alert.Open || status == alert.Closed
	}
	return status == alert.Closed
}

// do does one thing to one alert.
func (p *play) do(id store.ID, al *Alert, act alert.Action) {
	if act.By == "" {
		if act.By = al.last; act.By == "" {
			p.note(Entry{Kind: Refusal, Alert: al.Number, Text: string(act.Do) + ": nobody was paged who could do it"})
			return
		}
	}
	_, err := p.engine.Act(p.ctx, string(id), act)
	var refused *alert.Refused
	switch {
	case errors.As(err, &refused):
		p.note(Entry{Kind: Refusal, Alert: al.Number, By: act.By, Text: string(act.Do) + ": " + strings.TrimSuffix(refused.Reason, ".")})
	case errors.Is(err, engine.ErrNotFound): // see Script.Forget
		p.note(Entry{Kind: Refusal, Alert: al.Number, By: act.By, Text: string(act.Do) + ": the alert is forgotten by now"})
	case err != nil:
		p.err = fmt.Errorf("%s: %w", act.Do, err)
	}
}

// answer plans what a person who was paged does.
func (p *play) answer(id store.ID, al *Alert, user, via string) {
	if p.silent[user] || p.away(user) {
		return
	}
	al.last = user
	after, ok := p.script.Answers[user]
	if !ok {
		after, ok = p.script.Answers[Anybody]
	}
	if !ok || al.asked[user] {
		return
	}
	if al.asked == nil {
		al.asked = map[string]bool{}
	}
	al.asked[user] = true
	p.queue.Add(p.now.Add(after).Truncate(time.Millisecond), func() {
		delete(al.asked, user)
		if al.Status == string(alert.Open) && !p.away(user) {
			p.do(id, al, alert.Action{Do: alert.Ack, By: user, Via: via})
		}
	})
}

// away reports whether a person is away now.
func (p *play) away(user string) bool {
	return slices.ContainsFunc(p.script.Away, func(a schedules.Away) bool {
		return a.User == user && !a.From.After(p.now) && p.now.Before(a.Until)
	})
}
