package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// swept is how many alerts are released with the maintenance that held them. The others look for themselves within a
// minute.
const swept = 2000

// AddMaintenance has alerts held for a time. When it returns nil, that is durable and counts here at once, and on every
// other replica within freshFor. What cannot be is *maintenance.Refused.
func (e *Engine) AddMaintenance(ctx context.Context, w maintenance.Wish) (*maintenance.State, error) {
	counts, err := e.store.Count(ctx, maintenance.ListOf(maintenance.Active))
	if err != nil {
		return nil, err
	}
	if counts[0] >= maintenance.Most {
		return nil, &maintenance.Refused{Reason: fmt.Sprintf("there are %d maintenances that are not over, which is the most there can be", counts[0]),
			Hint: "remove one, or suppress alerts with a rule"}
	}
	return create(ctx, e, "maintenance", w.Check, func(n uint64, env directory.Env) (*maintenance.State, error) {
		return maintenance.New(store.NewID(store.KindMaintenance, incident.Shard), n, w, env)
	}, (*maintenance.State).Made)
}

// Maintenance returns a maintenance by its name, MNT-3.
func (e *Engine) Maintenance(ctx context.Context, name string) (*maintenance.State, error) {
	return named[*maintenance.State](ctx, e, "maintenance", name)
}

// CancelMaintenance takes a maintenance back. What it alone held pages at once where it still fires; see swept.
func (e *Engine) CancelMaintenance(ctx context.Context, name, by, reason string) (*maintenance.State, error) {
	s, err := change(ctx, e, "maintenance", name, func(s *maintenance.State, env directory.Env) (*doing, error) {
		was := s.Status
		if err := s.Cancel(by, reason, env); err != nil || s.Status == was {
			return nil, err
		}
		return &doing{note: s.Unmade()}, nil
	})
	if err == nil {
		e.sweep(ctx, alert.HoldMaintenance, s.Name())
	}
	return s, err
}

// Maintenances returns a page of those that were made at run time, newest first; no statuses means all.
func (e *Engine) Maintenances(ctx context.Context, statuses []maintenance.Status, before store.Cursor, limit int) ([]*maintenance.State, store.Cursor, error) {
	if len(statuses) == 0 {
		statuses = []maintenance.Status{maintenance.Active, maintenance.Over, maintenance.Cancelled}
	}
	var lists []string
	for _, s := range statuses {
		lists = append(lists, maintenance.ListOf(s))
	}
	return pageOf[*maintenance.State](ctx, e, lists, before, limit)
}

// sweep has the alerts that are held for a reason and name look at once whether they still are. It is only quicker than
// that they look for themselves, and so it may fail.
func (e *Engine) sweep(ctx context.Context, reason alert.HoldReason, name string) {
	held, err := e.listed(ctx, alert.ListHeld(reason), swept)
	if err != nil {
		e.log.Warn("held alerts cannot be released at once; they are within a minute", "held for", name, "error", err)
		return
	}
	held = slices.DeleteFunc(held, func(a *alert.State) bool {
		return !slices.ContainsFunc(a.Holds, func(h alert.Hold) bool { return h.Reason == reason && h.Name == name })
	})
	for part := range slices.Chunk(held, batch) {
		ids := make([]store.ID, len(part))
		for i, a := range part {
			ids[i] = a.ID
		}
		for i, done := range e.edit(ctx, ids, wake) {
			if done.err != nil && !errors.Is(done.err, ErrNotFound) {
				e.log.Warn("a held alert cannot be released at once; it is within a minute", "id", ids[i], "held for", name, "error", done.err)
			}
			if done.err == nil && done.fx.Join {
				e.joinIncident(ctx, done.rec.(*alert.State))
			}
		}
	}
}
