package engine

import (
	"cmp"
	"context"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/record"
)

// AddToIncident joins an alert to an incident by hand.
func (e *Engine) AddToIncident(ctx context.Context, name, ref string, act incident.Action) (*incident.State, error) {
	a, err := e.Alert(ctx, ref)
	if err != nil {
		return nil, err
	}
	if err := mayJoin(a, name); err != nil {
		return nil, err
	}
	in := joining(a)
	in.By, in.Via, in.Note = act.By, act.Via, act.Note
	return e.onIncident(ctx, name, in)
}

// mayJoin refuses an alert that belongs elsewhere.
func mayJoin(a *alert.State, name string) error {
	switch {
	case a.Responds != "":
		return &alert.Refused{Reason: fmt.Sprintf("Alert #%d calls %s to %s; it cannot be part of an incident.", a.Number, a.Responds, a.Incident)}
	case a.Incident != "" && a.Incident != name:
		return &alert.Refused{Reason: fmt.Sprintf("Alert #%d is of %s. Let it leave that one first.", a.Number, a.Incident)}
	}
	return nil
}

// TakeFromIncident lets an alert leave an incident.
func (e *Engine) TakeFromIncident(ctx context.Context, name, ref string, act incident.Action) (*incident.State, error) {
	a, err := e.Alert(ctx, ref)
	if err != nil {
		return nil, err
	}
	return e.onIncident(ctx, name, incident.Parted{Alert: a.ID, Number: a.Number, By: act.By, Via: act.Via, Note: act.Note})
}

// IncidentOf opens an incident from an alert, as a rule would: one that is open for the alert's service or team takes
// the alert in. An alert that is of an incident stays there.
func (e *Engine) IncidentOf(ctx context.Context, ref string, o incident.Opening) (*incident.State, error) {
	a, err := e.Alert(ctx, ref)
	if err != nil {
		return nil, err
	}
	if a.Incident != "" && a.Responds == "" {
		return e.Incident(ctx, a.Incident)
	}
	if err := mayJoin(a, ""); err != nil {
		return nil, err
	}
	o.Key = incidentKey(a)
	if a.Service == "" && a.Team == "" {
		o.Key = "alert/" + string(a.ID) // what one person sees in it says nothing about other alerts of its rule
	}
	o.Title, o.Priority = cmp.Or(o.Title, a.Title), cmp.Or(o.Priority, a.Priority)
	o.Service, o.Team, o.Tags = a.Service, a.Team, append(o.Tags, a.Tags...)
	in := joining(a)
	in.By, in.Via = o.By, o.Via
	return e.gather(ctx, o, in)
}

// Answer says for somebody who is called to an incident that they are aware, or decline: by their responder alert.
func (e *Engine) Answer(ctx context.Context, name, to string, do alert.Do, act incident.Action) (*incident.State, error) {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return nil, err
	}
	c := inc.CallOf(to)
	if c == nil || c.Alert == "" {
		return nil, &incident.Refused{Reason: fmt.Sprintf("%s has not been paged for %s.", to, inc.Name())}
	}
	told := false
	a, err := one[*alert.State](ctx, e, c.Alert, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		s := rec.(*alert.State)
		fx, err := alert.Apply(s, alert.Action{Do: do, By: act.By, Via: act.Via, Note: act.Note}, env)
		told = s.ClaimAnswer(env)
		return fx, err
	})
	if err != nil {
		return nil, err
	}
	if told {
		e.tellIncident(ctx, a)
	}
	return e.Incident(ctx, name)
}
