package app

import (
	"context"
	"errors"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// aboutIncidents is forPeople for what is about incidents.
func aboutIncidents(err error) error {
	if errors.Is(err, engine.ErrNotFound) {
		return &alert.Refused{Reason: "There is no such incident."}
	}
	if refused := (*incident.Refused)(nil); errors.As(err, &refused) {
		return &alert.Refused{Reason: refused.Reason}
	}
	return err
}

func (p people) IncidentIn(ctx context.Context, channel string) (*incident.State, error) {
	s, err := p.e.IncidentInChat(ctx, channel)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	return s, err
}

func (p people) Incident(ctx context.Context, name string) (*incident.State, error) {
	s, err := p.e.Incident(ctx, name)
	return s, aboutIncidents(err)
}

func (p people) OpenIncidents(ctx context.Context, limit int) ([]*incident.State, error) {
	list, _, err := p.e.Incidents(ctx, []incident.Status{incident.Open, incident.Mitigated, incident.Resolved}, store.Cursor{}, limit)
	return list, err
}

func (p people) OpenIncident(ctx context.Context, o incident.Opening) (*incident.State, bool, error) {
	if err := o.Check(p.e.Env()); err != nil {
		return nil, false, aboutIncidents(err)
	}
	s, opened, err := p.e.OpenIncident(ctx, o)
	return s, opened, aboutIncidents(err)
}

func (p people) ActOnIncident(ctx context.Context, name string, act incident.Action) (*incident.State, error) {
	s, err := p.e.ActOnIncident(ctx, name, act)
	return s, aboutIncidents(err)
}

func (p people) AddMessage(ctx context.Context, name string, m incident.Message) (*incident.State, error) {
	s, err := p.e.AddMessage(ctx, name, m)
	return s, aboutIncidents(err)
}
