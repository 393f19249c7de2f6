// Package collect reads the records that a report is made of, a page at a time: no more than a page is in memory at
// once. It computes nothing.
package collect

import (
	"context"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/report"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Source is what has the records: an *engine.Engine.
type Source interface {
	Alerts(ctx context.Context, f engine.Filter, before store.Cursor, limit int) ([]*alert.State, store.Cursor, error)
	Incidents(ctx context.Context, statuses []incident.Status, before store.Cursor, limit int) ([]*incident.State, store.Cursor, error)
	Postmortems(ctx context.Context, statuses []postmortem.Status, before store.Cursor, limit int) ([]*postmortem.State, store.Cursor, error)
	Deployments(ctx context.Context, f deployment.Filter, before store.Cursor, limit int) ([]*deployment.State, store.Cursor, error)
}

// page is how many records are read at once.
const page = 500

// Report computes a report. Where people live, when their nights are and how long records are kept is what the directory
// says. It costs the reading of every alert and incident of both periods, and of every postmortem.
func Report(ctx context.Context, src Source, in report.Input, env directory.Env) (*report.Report, error) {
	in.Now, in.Night = env.Now, env.Dir.Fairness.Night
	in.Kept = report.Kept{Alerts: env.Dir.Retention.Alerts, Incidents: env.Dir.Retention.Incidents, Postmortems: env.Dir.Retention.Postmortems, Deployments: env.Dir.Retention.Deployments}
	in.Zones, in.Home = map[string]*time.Location{}, env.Dir.Zone
	for name, u := range env.Dir.Users {
		if u.Zone != nil {
			in.Zones[name] = u.Zone
		}
	}
	fold, err := report.New(in)
	if err != nil {
		return nil, err
	}
	end := store.Cursor{Order: in.Period.To.UnixMilli()} // lists go by when records began, newest first
	alerts := func(ctx context.Context, before store.Cursor) ([]*alert.State, store.Cursor, error) {
		return src.Alerts(ctx, engine.Filter{Since: in.Since()}, before, page)
	}
	if err := all(ctx, "alerts", end, alerts, func(s *alert.State) bool {
		fold.Alert(s)
		return true
	}); err != nil {
		return nil, err
	}
	incidents := func(ctx context.Context, before store.Cursor) ([]*incident.State, store.Cursor, error) {
		return src.Incidents(ctx, nil, before, page)
	}
	if err := all(ctx, "incidents", store.Cursor{}, incidents, func(s *incident.State) bool {
		fold.Incident(s)
		return !s.OpenedAt.Before(in.Period.Before.From)
	}); err != nil {
		return nil, err
	}
	postmortems := func(ctx context.Context, before store.Cursor) ([]*postmortem.State, store.Cursor, error) {
		return src.Postmortems(ctx, nil, before, page)
	}
	if err := all(ctx, "postmortems", store.Cursor{}, postmortems, func(s *postmortem.State) bool {
		fold.Postmortem(s)
		return true
	}); err != nil {
		return nil, err
	}
	deployments := func(ctx context.Context, before store.Cursor) ([]*deployment.State, store.Cursor, error) {
		return src.Deployments(ctx, deployment.Filter{Since: in.Since()}, before, page)
	}
	if err := all(ctx, "deployments", store.Cursor{}, deployments, func(s *deployment.State) bool {
		fold.Deployment(s, env.Dir.Services[s.Service].Team)
		return true
	}); err != nil {
		return nil, err
	}
	return fold.Report(), nil
}

// all shows every record of a list, newest first, until see has had enough.
func all[S any](ctx context.Context, what string, before store.Cursor, list func(context.Context, store.Cursor) ([]S, store.Cursor, error), see func(S) bool) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		some, next, err := list(ctx, before)
		if err != nil {
			return fmt.Errorf("report: read %s: %w", what, err)
		}
		for _, s := range some {
			if !see(s) {
				return nil
			}
		}
		if next == (store.Cursor{}) {
			return nil
		}
		before = next
	}
}
