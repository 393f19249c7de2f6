package api

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/rules"
)

// maxExplained is how many events of one body are explained.
const maxExplained = 100

var explainBodyParams = []param{
	{name: "integration", doc: "The integration whose sender's body this is. Without it the body is an event, as for POST /alerts."},
	{name: "at", doc: "When the event is imagined to come, RFC 3339; now by default."},
}

var explainParams = []param{
	{name: "alert", doc: "An alert, by id or number, to be routed again as it is now; instead of the other fields."},
	{name: "integration", doc: "The integration it is imagined to come from; api by default."},
	{name: "title", doc: "The fields of the event; labels as " + labelPrefix + "NAME=VALUE."},
	{name: "description"}, {name: "source"}, {name: "service"}, {name: "team"},
	{name: "priority", of: append([]string{""}, event.Priorities[:]...)},
	{name: "status", of: []string{"", "firing", "resolved"}},
	{name: "tags", list: true},
	{name: "at", doc: "When it is imagined to come, RFC 3339; now by default."},
}

// explainQuery explains an event that the query describes, or an alert that there is.
func explainQuery(c *call) (any, error) {
	at, err := c.at()
	if err != nil {
		return nil, err
	}
	ev, dedupKey, err := c.queriedEvent()
	if err != nil {
		return nil, err
	}
	return List[Explanation]{Items: []Explanation{c.explain(ev, dedupKey, at)}}, nil
}

func (c *call) at() (time.Time, error) {
	at, err := c.query.time("at")
	if at.IsZero() {
		at = c.env.Now
	}
	return at, err
}

// queriedEvent is the event that a query describes. Only that of an alert has a dedup key.
func (c *call) queriedEvent() (ev rules.Event, dedupKey string, err error) {
	if ref := c.query.text("alert"); ref != "" {
		for name := range c.query {
			if name != "alert" && name != "at" {
				return ev, "", invalid(clip(name), "with alert, the fields are the alert's")
			}
		}
		a, err := c.Engine.Alert(c.ctx, ref)
		if err != nil {
			return ev, "", err
		}
		return a.RuleEvent(), a.DedupKey, nil
	}
	ev = rules.Event{
		Title: c.query.text("title"), Description: c.query.text("description"), Source: c.query.text("source"),
		Service: c.query.text("service"), Team: c.query.text("team"), Priority: c.query.text("priority"),
		Status: cmp.Or(c.query.text("status"), string(event.Firing)), Tags: c.query.texts("tags"),
		Labels: map[string]string{}, Integration: cmp.Or(c.query.text("integration"), ownIntegration),
	}
	for name, values := range c.query {
		if label, ok := strings.CutPrefix(name, labelPrefix); ok {
			ev.Labels[label] = values[0]
		}
	}
	return ev, "", nil
}

// explainBody explains an event, or all that a sender would post to an integration.
func explainBody(c *call) (any, error) {
	at, err := c.at()
	if err != nil {
		return nil, err
	}
	data, err := c.raw(maxBody)
	if err != nil {
		return nil, err
	}
	integration := c.query.text("integration")
	var events []event.Event
	if integration == "" {
		var body NewAlert
		if err := decode(data, &body); err != nil {
			return nil, err
		}
		var ev event.Event
		if integration, ev, err = c.event(body); err != nil {
			return nil, err
		}
		events = append(events, ev)
	} else if events, err = c.decoded(integration, data); err != nil {
		return nil, err
	}
	out := List[Explanation]{Items: []Explanation{}}
	for _, ev := range events {
		out.Items = append(out.Items, c.explain(engine.RuleEvent(integration, ev), ev.DedupKey, at))
	}
	return out, nil
}

// decoded is what an integration makes of a sender's body.
func (c *call) decoded(integration string, data []byte) ([]event.Event, error) {
	if _, ok := c.env.Dir.Sources[integration]; !ok {
		return nil, invalid("integration", "there is none called %q in the configuration", clip(integration))
	}
	events, err := c.Decode(integration, data, c.echo.Request().Header, url.Values{})
	switch {
	case err != nil:
		return nil, invalid("body", "integration %s cannot read it: %v", integration, err)
	case len(events) > maxExplained:
		return nil, invalid("body", "it has %d events; %d at a time are explained", len(events), maxExplained)
	}
	for i := range events {
		events[i] = c.Clean(events[i])
	}
	return events, nil
}
