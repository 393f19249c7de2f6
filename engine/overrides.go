package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// AddOverride puts somebody else on call. When it returns nil, that is durable and counts here at once, and on every
// other replica within freshFor. What cannot be is *override.Refused.
func (e *Engine) AddOverride(ctx context.Context, w override.Wish) (*override.State, error) {
	w.Swap = ""
	return create(ctx, e, "override", w.Check, func(n uint64, env directory.Env) (*override.State, error) {
		return override.New(store.NewID(store.KindOverride, incident.Shard), n, w, env)
	}, (*override.State).Made)
}

// Override returns an override by its name, OVR-3.
func (e *Engine) Override(ctx context.Context, name string) (*override.State, error) {
	return named[*override.State](ctx, e, "override", name)
}

// CancelOverride takes an override back.
func (e *Engine) CancelOverride(ctx context.Context, name, by, reason string) (*override.State, error) {
	return change(ctx, e, "override", name, func(s *override.State, env directory.Env) (*doing, error) {
		was := s.Status
		if err := s.Cancel(by, reason, env); err != nil || s.Status == was {
			return nil, err
		}
		return &doing{note: s.Unmade()}, nil
	})
}

// Overrides returns a page of overrides, newest first; no statuses means all.
func (e *Engine) Overrides(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.State, store.Cursor, error) {
	return pageOf[*override.State](ctx, e, listsOf(statuses, override.ListOf), before, limit)
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
