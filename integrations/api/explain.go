package api

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules"
)

// maxExplained is how many events of one body are explained.
const maxExplained = 100

// Explanation is what would become of an event, and why. Nothing is stored and nobody is paged.
type Explanation struct {
	At          Time           `json:"at" doc:"When the event is imagined to come."`
	Integration string         `json:"integration"`
	Event       rules.Event    `json:"event"`
	Decision    rules.Decision `json:"decision" doc:"What the rules make of it."`
	Tried       []rules.Tried  `json:"tried" doc:"The rules that were tried, in their order."`
	Policy      string         `json:"policy" doc:"The policy that runs; empty when nobody is paged."`
	Text        string         `json:"text" doc:"The same in a sentence."`
	Steps       []PlannedStep  `json:"steps" doc:"Who would be paged when, if nobody acknowledged."`
	Repeat      *Repeat        `json:"repeat,omitempty"`
	Fallback    string         `json:"fallback" doc:"The policy that runs when this one reaches nobody or is exhausted."`
}

// PlannedStep is a step of a policy, with whom its targets mean when it is taken.
type PlannedStep struct {
	Step     int           `json:"step"`
	After    string        `json:"after" doc:"Since the policy began."`
	At       Time          `json:"at"`
	Targets  []string      `json:"targets"`
	Unless   string        `json:"unless" jsonschema:"enum=acked,enum=closed"`
	Users    []PlannedUser `json:"users"`
	Channels []string      `json:"channels"`
	Missing  []string      `json:"missing" doc:"The targets that mean nobody, and why."`
}

// PlannedUser is somebody who would be paged.
type PlannedUser struct {
	User string       `json:"user"`
	Ways []PlannedWay `json:"ways" doc:"Empty when no way to them works."`
}

// PlannedWay is how somebody would be paged, and when.
type PlannedWay struct {
	Via string `json:"via"`
	At  Time   `json:"at"`
}

// Repeat is how a policy is run again.
type Repeat struct {
	Every    string `json:"every"`
	Times    int    `json:"times"`
	FromStep int    `json:"from_step"`
}

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
	ev, err := c.queriedEvent()
	if err != nil {
		return nil, err
	}
	return List[Explanation]{Items: []Explanation{c.explain(ev, at)}}, nil
}

func (c *call) at() (time.Time, error) {
	at, err := c.query.time("at")
	if at.IsZero() {
		at = c.env.Now
	}
	return at, err
}

func (c *call) queriedEvent() (rules.Event, error) {
	if ref := c.query.text("alert"); ref != "" {
		for name := range c.query {
			if name != "alert" && name != "at" {
				return rules.Event{}, invalid(clip(name), "with alert, the fields are the alert's")
			}
		}
		a, err := c.Engine.Alert(c.ctx, ref)
		if err != nil {
			return rules.Event{}, err
		}
		return eventOf(a), nil
	}
	ev := rules.Event{
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
	return ev, nil
}

// eventOf is an alert as an event; what rules set is already in it.
func eventOf(a *alert.State) rules.Event {
	return rules.Event{
		Source: a.Source, Title: a.Title, Description: a.Description, Status: string(event.Firing), Priority: a.Priority,
		Tags: a.Tags, Actions: a.Actions, Labels: a.Labels, Details: a.Details,
		Service: a.Service, Team: a.Team, Integration: a.Integration, StartsAt: a.StartsAt,
	}
}

// explainBody explains an event, or all that a sender would post to an integration.
func explainBody(c *call) (any, error) {
	at, err := c.at()
	if err != nil {
		return nil, err
	}
	data, err := c.raw()
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
		out.Items = append(out.Items, c.explain(ruleEvent(integration, ev), at))
	}
	return out, nil
}

// ruleEvent is an event as the rules see it.
func ruleEvent(integration string, ev event.Event) rules.Event {
	return rules.Event{
		Source: ev.Source, Title: ev.Title, Description: ev.Description, Status: string(ev.Status), Priority: ev.Priority,
		Tags: ev.Tags, Actions: ev.Actions, Labels: ev.Labels, Details: ev.Details,
		Service: ev.Service, Team: ev.Team, Integration: integration, StartsAt: ev.StartsAt,
	}
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

// explain routes an event without consequence, and plans its policy.
func (c *call) explain(ev rules.Event, at time.Time) Explanation {
	found := c.Engine.World().Router.Explain(ev, at)
	x := Explanation{
		At: utc(at), Integration: ev.Integration, Event: ev, Decision: found.Decision, Tried: found.Tried,
		Steps: []PlannedStep{}, Fallback: c.env.Dir.Fallback,
	}
	d := found.Decision
	switch {
	case ev.Status == string(event.Resolved):
		x.Text = "the end of an alert: it is not routed, but closes the alert of its dedup key"
		return x
	case d.Nobody:
		x.Text = d.Rule + ": recorded, pages nobody"
		return x
	case d.Suppress:
		x.Text = d.Rule + ": suppressed, pages nobody"
		return x
	}
	p, ok := c.env.Dir.Policies[d.Policy]
	if !ok {
		p, ok = c.env.Dir.Policies[c.env.Dir.Fallback]
	}
	if !ok {
		x.Text = d.Rule + ": there is no policy to page anybody with"
		return x
	}
	x.Policy, x.Text = p.Name, d.Rule+": policy "+p.Name
	if d.Delay > 0 {
		x.Text += ", delayed by " + d.Delay.String()
	}
	for i, step := range p.Steps {
		x.Steps = append(x.Steps, c.plan(i, step, at.Add(d.Delay), cmp.Or(d.Priority, event.DefaultPriority)))
	}
	if r := p.Repeat; r.Times > 0 {
		x.Repeat = &Repeat{r.Every.String(), r.Times, r.From + 1}
	}
	return x
}

// plan is one step as it would be taken.
func (c *call) plan(i int, step policy.Step, base time.Time, priority string) PlannedStep {
	at := base.Add(step.After)
	to := c.env.Dir.Resolve(step.Notify, at, c.env.Pick)
	unless := policy.UnlessClosed
	if step.Unless == policy.UnlessAcked {
		unless = "acked"
	}
	planned := PlannedStep{
		Step: i + 1, After: step.After.String(), At: utc(at), Targets: targetNames(step.Notify), Unless: string(unless),
		Users: []PlannedUser{}, Channels: some(to.Channels), Missing: some(to.Missing),
	}
	for _, user := range to.Users {
		u := PlannedUser{User: user, Ways: []PlannedWay{}}
		for k, way := range c.env.Dir.Reach(user, priority) {
			when := at // the first way that works is used at once, whatever stood before it
			if k > 0 {
				when = at.Add(way.After)
			}
			u.Ways = append(u.Ways, PlannedWay{way.Via, utc(when)})
		}
		planned.Users = append(planned.Users, u)
	}
	return planned
}
