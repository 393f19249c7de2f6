package api

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// IncidentAction is the body of every action on an incident. Which fields beside user and note it may have depends on the action.
type IncidentAction struct {
	Actor
	Priority   string            `json:"priority,omitempty" doc:"priority: P1 to P5."`
	Title      string            `json:"title,omitempty" doc:"title: the new one."`
	Role       string            `json:"role,omitempty" doc:"role: which, such as commander."`
	Responder  string            `json:"responder,omitempty" doc:"role: the user who takes it, empty for nobody. responder: whom to call: a user, user:NAME or team:NAME. aware, decline: whose call it was, the user's by default."`
	Alert      string            `json:"alert,omitempty" doc:"alerts, leave: the id or number of the alert."`
	Team       string            `json:"team,omitempty" doc:"postmortem: the team that writes one of its own."`
	Item       string            `json:"item,omitempty" doc:"tick, skip, untick: the number of an item of the checklist, from 1, or its text."`
	At         string            `json:"at,omitempty" jsonschema:"format=date-time" doc:"mitigate, resolve: since when it is so. note: when it was. Default: now."`
	Times      map[string]string `json:"times,omitempty" doc:"times: RFC 3339 for impact_start, detected, engaged, mitigated or resolved; empty for what the record says."`
	Deployment string            `json:"deployment,omitempty" doc:"cause: which: DEP-5."`
	Force      bool              `json:"force,omitempty" doc:"close: in spite of the checklist; note says why."`
}

// Actions that the engine has methods of its own for.
const (
	joinAlert  incident.Do = "alerts"
	leaveAlert incident.Do = "leave"
	beAware    incident.Do = "aware"
	decline    incident.Do = "decline"
)

// incidentActions are what can be done to an incident, and which fields it takes; a ? says that it can do without.
var incidentActions = [...]struct {
	do    incident.Do
	takes []string
	doc   string
}{
	{incident.Mitigate, []string{"at?"}, "The harm is stopped, its cause is not mended yet."},
	{incident.Resolve, []string{"at?"}, "It is over; a new alert opens it again."},
	{incident.Close, []string{"force?"}, "Close an incident, when its checklist is done. The postmortem that it owes is made."},
	{incident.Reopen, nil, "Take up an incident that was mitigated, resolved or closed."},
	{incident.Note, []string{"at?"}, "Write a note into the timeline."},
	{incident.SetPriority, []string{"priority"}, "Set the priority."},
	{incident.SetTitle, []string{"title"}, "Set the title."},
	{incident.SetTimes, []string{"times"}, "Set times that matter, in place of those of the record."},
	{incident.SetRole, []string{"role", "responder?"}, "Give a role to a user, or to nobody."},
	{incident.AddResponder, []string{"responder"}, "Call a team or a person; whoever calls themselves just joins."},
	{incident.CallUsual, nil, "Call the usual teams of wide incidents."},
	{beAware, []string{"responder?"}, "Somebody who was called is aware."},
	{decline, []string{"responder?"}, "Somebody who was called declines; the next of their policy is paged at once."},
	{incident.Tick, []string{"item"}, "Tick an item of the checklist."},
	{incident.Skip, []string{"item"}, "Skip an item of the checklist; note says why."},
	{incident.Untick, []string{"item"}, "An item of the checklist is not done after all."},
	{joinAlert, []string{"alert"}, "Join an alert to an incident."},
	{leaveAlert, []string{"alert"}, "Let an alert leave an incident."},
	{incident.AskPostmortem, []string{"team"}, "A team writes a postmortem of its own, beside that of the incident, once that is over."},
	{incident.CloseAlerts, nil, "Close the alerts of an incident."},
	{incident.MarkCause, []string{"deployment"}, "Mark a deployment as the cause of an incident, in place of another one. What matters of it stays with the incident."},
	{incident.UnmarkCause, nil, "Say that an incident was not caused by the deployment that is marked."},
	{incident.OpenChannel, nil, "Give an incident a channel in Slack, where it has none, or none any more."},
}

// operation names an action for programs.
func operation(do incident.Do) string {
	switch do {
	case incident.AddResponder:
		return "addResponderToIncident"
	case incident.CloseAlerts:
		return "closeAlertsOfIncident"
	case incident.AskPostmortem:
		return "askPostmortemOfIncident"
	case incident.MarkCause:
		return "markCauseOfIncident"
	case incident.UnmarkCause:
		return "unmarkCauseOfIncident"
	case incident.OpenChannel:
		return "openChannelOfIncident"
	}
	return string(do) + "Incident"
}

func actOnIncident(do incident.Do, takes []string) handler {
	return func(c *call) (any, error) {
		var body IncidentAction
		if err := c.read(&body); err != nil {
			return nil, err
		}
		by, err := c.by(body.Actor)
		if err != nil {
			return nil, err
		}
		if err := body.check(c, do, takes); err != nil {
			return nil, err
		}
		act := incident.Action{
			Do: do, By: by, Via: via, Note: body.Note, Priority: body.Priority, Title: body.Title,
			Role: body.Role, User: body.Responder, Item: body.Item, Team: body.Team, Force: body.Force,
		}
		if act.At, err = optionalTime("at", body.At); err != nil {
			return nil, err
		}
		if act.Times, err = moments(body.Times); err != nil {
			return nil, err
		}
		name := c.name("INC")
		switch do {
		case joinAlert:
			return c.shownIncident(c.Engine.AddToIncident(c.ctx, name, body.Alert, act))
		case leaveAlert:
			return c.shownIncident(c.Engine.TakeFromIncident(c.ctx, name, body.Alert, act))
		case incident.MarkCause:
			return c.shownIncident(c.Engine.MarkCause(c.ctx, name, nameOf("DEP", body.Deployment), act))
		case beAware:
			return c.shownIncident(c.Engine.Answer(c.ctx, name, called(body.Responder, by), alert.Ack, act))
		case decline:
			return c.shownIncident(c.Engine.Answer(c.ctx, name, called(body.Responder, by), alert.Decline, act))
		}
		return c.shownIncident(c.Engine.ActOnIncident(c.ctx, name, act))
	}
}

// called is whose call it was.
func called(responder, by string) string {
	to := cmp.Or(responder, by)
	if !strings.Contains(to, ":") {
		to = string(policy.User) + ":" + to
	}
	return to
}

// moments reads times that matter.
func moments(times map[string]string) (map[incident.Moment]time.Time, error) {
	out := make(map[incident.Moment]time.Time, len(times))
	for name, text := range times {
		at, err := optionalTime("times."+clip(name), text)
		if err != nil {
			return nil, err
		}
		out[incident.Moment(name)] = at
	}
	return out, nil
}

// check refuses a field that the action does not take, and one that it misses.
func (b IncidentAction) check(c *call, do incident.Do, takes []string) error {
	for _, f := range [...]struct {
		name  string
		given bool
	}{
		{"priority", b.Priority != ""}, {"title", b.Title != ""}, {"role", b.Role != ""}, {"responder", b.Responder != ""},
		{"alert", b.Alert != ""}, {"team", b.Team != ""}, {"item", b.Item != ""}, {"deployment", b.Deployment != ""}, {"at", b.At != ""}, {"times", len(b.Times) > 0}, {"force", b.Force},
	} {
		needed := slices.Contains(takes, f.name)
		switch {
		case f.given && !needed && !slices.Contains(takes, f.name+"?"):
			return invalid(f.name, "%s does not take it", do)
		case needed && !f.given:
			return invalid(f.name, "missing")
		}
	}
	switch {
	case b.Priority != "" && !event.ValidPriority(b.Priority):
		return invalid("priority", "%q is not P1 to P5", clip(b.Priority))
	case b.Responder != "" && do != beAware && do != decline:
		return c.knownResponder(do, b.Responder)
	case do == incident.Note && strings.TrimSpace(b.Note) == "":
		return invalid("note", "a note needs a text")
	case do == incident.Skip && strings.TrimSpace(b.Note) == "":
		return invalid("note", "missing: say why the item is skipped")
	case b.Force && strings.TrimSpace(b.Note) == "":
		return invalid("note", "missing: say why the checklist does not count")
	}
	return nil
}

// knownResponder checks who takes a role, which is a user, or whom to call.
func (c *call) knownResponder(do incident.Do, name string) error {
	if do == incident.SetRole || !strings.Contains(name, ":") {
		return c.knownUser("responder", name)
	}
	t, err := policy.ParseTarget(name)
	switch {
	case err != nil || t.Kind != policy.User && t.Kind != policy.Team:
		return invalid("responder", "%q is neither a user nor user:NAME or team:NAME", clip(name))
	case !c.knownTarget(t):
		return invalid("responder", "there is nothing called %s in the configuration", clip(name))
	}
	return nil
}
