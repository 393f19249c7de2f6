package suite

import (
	"cmp"
	"reflect"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// own is the integration of events that name none.
const own = "api"

// given is one item of given as arrivals.
func (c *checker) given(path string, g Given, start time.Time) []rehearsal.Arrival {
	if g.Integration != own {
		c.name(path+".integration", "integration", g.Integration, keys(c.dir.Sources))
	}
	if g.Payload != "" {
		return c.payload(path, g, start)
	}
	if len(g.Headers) > 0 {
		c.fail(path+".headers", "name the body with payload:", "headers come with a payload, and there is none")
	}
	if g.Title == "" {
		c.fail(path, "write title: and what is wrong, or payload: and a file", "the event has no title")
	}
	ev := event.Event{
		Status: event.Firing, DedupKey: cmp.Or(g.DedupKey, g.Title), Title: g.Title, Description: g.Description,
		Source: g.Source, Priority: string(g.Priority), Service: g.Service, Team: g.Team, Tags: g.Tags, Actions: g.Actions,
		Labels: g.Labels,
	}
	if g.Status != "" {
		ev.Status = event.Status(g.Status)
	}
	for name, value := range g.Details {
		if ev.Details == nil {
			ev.Details = map[string]any{}
		}
		ev.Details[name] = value
	}
	return []rehearsal.Arrival{{At: time.Duration(g.At), Integration: cmp.Or(g.Integration, own), Event: ev}}
}

// payload is what an integration makes of a body.
func (c *checker) payload(path string, g Given, start time.Time) (list []rehearsal.Arrival) {
	plain := g
	plain.At, plain.Integration, plain.Payload, plain.Headers = 0, "", "", nil
	if !reflect.ValueOf(plain).IsZero() {
		c.fail(path+".payload", "keep one of the two", "a payload and the fields of an event exclude each other")
		return nil
	}
	if g.Integration == "" {
		c.fail(path+".payload", "write integration: and its name", "whose payload it is must be said")
		return nil
	}
	body, err := readPayload(c.suite.beside(g.Payload))
	if err != nil {
		c.fail(path+".payload", "", "%v", err)
		return nil
	}
	events, err := c.reader.Read(g.Integration, body, g.Headers, start.Add(time.Duration(g.At)))
	switch {
	case err != nil:
		c.fail(path+".payload", "", "integration %s cannot read it: %v", g.Integration, err)
	case len(events) == 0:
		c.fail(path+".payload", "", "there is no event in it")
	}
	for _, ev := range events {
		list = append(list, rehearsal.Arrival{At: time.Duration(g.At), Integration: g.Integration, Event: ev})
	}
	return list
}

// ack is an acknowledgement of everything that is open.
func ack(by string, at time.Duration) rehearsal.Act {
	return rehearsal.Act{At: at, On: rehearsal.Everything, Action: alert.Action{Do: alert.Ack, By: by}}
}
