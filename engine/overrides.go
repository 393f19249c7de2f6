package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// AddOverride puts somebody else on call. When it returns nil, that is durable and counts here at once, and on every
// other replica within freshFor. What cannot be is *override.Refused.
func (e *Engine) AddOverride(ctx context.Context, w override.Wish) (*override.State, error) {
	w.Swap = ""
	return create(ctx, e, "override", w.Check, func(n uint64, env directory.Env) (*override.State, error) {
		return override.New(store.NewID(store.KindOverride, incident.Shard), n, w, env)
	})
}

// Override returns an override by its name, OVR-3.
func (e *Engine) Override(ctx context.Context, name string) (*override.State, error) {
	return named[*override.State](ctx, e, "override", name)
}

// CancelOverride takes an override back.
func (e *Engine) CancelOverride(ctx context.Context, name, by, reason string) (*override.State, error) {
	return change(ctx, e, "override", name, func(s *override.State, env directory.Env) ([]record.Record, error) {
		return nil, s.Cancel(by, reason, env)
	})
}

// Overrides returns a page of overrides, newest first; no statuses means all.
func (e *Engine) Overrides(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.State, store.Cursor, error) {
	return pageOf[*override.State](ctx, e, listsOf(statuses, override.ListOf), before, limit)
}

// AddAbsence says that somebody is away. It takes nobody off call: see Uncovered. Of the wish it takes User, From, To,
// Reason, By and Via.
func (e *Engine) AddAbsence(ctx context.Context, w override.Wish) (*override.Absence, error) {
	return create(ctx, e, "absence", w.CheckAway, func(n uint64, env directory.Env) (*override.Absence, error) {
		return override.NewAbsence(store.NewID(store.KindAbsence, incident.Shard), n, w, env)
	})
}

// CancelAbsence says that somebody is there after all; name is AWAY-3.
func (e *Engine) CancelAbsence(ctx context.Context, name, by, reason string) (*override.Absence, error) {
	return change(ctx, e, "absence", name, func(s *override.Absence, env directory.Env) ([]record.Record, error) {
		return nil, s.Cancel(by, reason, env)
	})
}

// Absences returns a page of absences, newest first; no statuses means all.
func (e *Engine) Absences(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.Absence, store.Cursor, error) {
	return pageOf[*override.Absence](ctx, e, listsOf(statuses, override.AbsencesOf), before, limit)
}

// Away returns every absence that is not over, as schedules see them.
func (e *Engine) Away(ctx context.Context) ([]schedules.Away, error) {
	found, err := e.whole(ctx, override.AbsencesOf(override.Active))
	if err != nil {
		return nil, err
	}
	var away []schedules.Away
	for _, r := range found {
		rec, err := record.Decode(r)
		if err != nil {
			return nil, err
		}
		if s, ok := rec.(*override.Absence); ok {
			away = append(away, s.Away())
		}
	}
	return away, nil
}

func listsOf(statuses []override.Status, list func(override.Status) string) (lists []string) {
	if len(statuses) == 0 {
		statuses = []override.Status{override.Active, override.Over, override.Cancelled}
	}
	for _, s := range statuses {
		lists = append(lists, list(s))
	}
	return lists
}
