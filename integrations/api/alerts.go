package api

import (
	"slices"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

var alertFilter = append([]param{
	{name: "status", list: true, of: []string{"open", "acked", "snoozed", "closed"}, doc: "Only these; all by default."},
	{name: "priority", list: true, of: event.Priorities[:], doc: "Only these; all by default."},
	{name: "tag", doc: "Only those with this tag."},
	{name: "team", doc: "Only those of this team."},
	{name: "since", doc: "Only those created at or after this time, or so long ago at most: 2h, 7d."},
	{name: "held", kind: "boolean", of: []string{"true", "false"}, doc: "true: only those that wait before they page; they are open."},
	{name: "exhausted", kind: "boolean", of: []string{"true", "false"}, doc: "true: only those for which everything was tried; they are open."},
}, paging...)

func listAlerts(c *call) (any, error) {
	f := engine.Filter{
		Statuses: choices[alert.Status](c.query, "status"), Priorities: c.query.texts("priority"),
		Tag: c.query.text("tag"), Team: c.query.text("team"), Exhausted: c.query.yes("exhausted"), Held: c.query.yes("held"),
	}
	if (f.Exhausted || f.Held) && len(f.Statuses) > 0 && !slices.Equal(f.Statuses, []alert.Status{alert.Open}) {
		return nil, invalid("status", "exhausted and held alerts are open ones; leave status out")
	}
	if f.Exhausted && f.Held {
		return nil, invalid("held", "an alert that is held is not exhausted; ask for one of them")
	}
	var err error
	if f.Since, err = c.query.since("since", c.env.Now); err != nil {
		return nil, err
	}
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	alerts, next, err := c.Engine.Alerts(c.ctx, f, before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(alerts, next, c.showAlert), nil
}

func getAlert(c *call) (any, error) {
	a, err := c.Engine.Alert(c.ctx, c.param("ref"))
	if err != nil {
		return nil, err
	}
	return c.showAlert(a), nil
}

// AlertAction is the body of every action on an alert. Which fields beside user and note it may have depends on the action.
type AlertAction struct {
	Actor
	Until  string `json:"until,omitempty" jsonschema:"format=date-time" doc:"snooze: until when."`
	For    string `json:"for,omitempty" doc:"snooze: for how long, such as 1h."`
	Target string `json:"target,omitempty" doc:"assign, responder: whom to page, such as user:amir or schedule:primary."`
	To     string `json:"to,omitempty" doc:"assign: the same as target."`
}

// alertActions are what can be done to an alert, in the order of the document.
var alertActions = [...]struct {
	do  alert.Do
	doc string
}{
	{alert.Ack, "Acknowledge an alert: its pages stop."},
	{alert.Unack, "Take an acknowledgement back: its policy starts anew."},
	{alert.Snooze, "Keep an alert quiet until a time; then its policy starts anew."},
	{alert.Escalate, "Take the next step of the policy now."},
	{alert.Assign, "Hand an alert to somebody else, who is paged at once."},
	{alert.AddResponder, "Page somebody else, too."},
	{alert.Note, "Write a note into the timeline."},
	{alert.Decline, "Decline to respond to an incident; for alerts that call somebody to one. The next of the policy is paged at once."},
	{alert.Close, "Close an alert."},
}

func actOnAlert(do alert.Do) handler {
	return func(c *call) (any, error) {
		var body AlertAction
		if err := c.read(&body); err != nil {
			return nil, err
		}
		act := alert.Action{Do: do, Note: body.Note, Via: via}
		var err error
		if act.By, err = c.by(body.Actor); err != nil {
			return nil, err
		}
		if act.Until, err = c.until(do == alert.Snooze, body); err != nil {
			return nil, err
		}
		if act.Target, err = c.target(do, body); err != nil {
			return nil, err
		}
		if do == alert.Note && body.Note == "" {
			return nil, invalid("note", "a note needs a text")
		}
		a, err := c.Engine.Act(c.ctx, c.param("ref"), act)
		if err != nil {
			return nil, err
		}
		return c.showAlert(a), nil
	}
}
