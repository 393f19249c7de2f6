package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// ProposeSwap asks somebody, in a message, to trade on-call time. Nothing changes until they accept.
func (e *Engine) ProposeSwap(ctx context.Context, t override.Trade) (*override.Swap, error) {
	away, err := e.Away(ctx)
	if err != nil {
		return nil, err
	}
	check := func(env directory.Env) error { return t.Check(away, env) }
	return create(ctx, e, "swap", check, func(n uint64, env directory.Env) (*override.Swap, error) {
		return override.NewSwap(store.NewID(store.KindSwap, incident.Shard), n, t, away, env)
	}, (*override.Swap).Made)
}

// SwapByID returns a swap by its id, as links name it.
func (e *Engine) SwapByID(ctx context.Context, id store.ID) (*override.Swap, error) {
	return byID[*override.Swap](ctx, e, "swap", id)
}

// AcceptSwap carries a swap out: it and its overrides are one commit. It is held against the schedule as it is then.
func (e *Engine) AcceptSwap(ctx context.Context, name, by, note string) (*override.Swap, error) {
	away, err := e.Away(ctx)
	if err != nil {
		return nil, err
	}
	var numbers []uint64 // reserved once, however often the commit is tried
	return change(ctx, e, "swap", name, func(s *override.Swap, env directory.Env) (*doing, error) {
		was := s.Status
		wishes, err := s.Accept(by, note, away, env)
		if err != nil || s.Status == was {
			return nil, err
		}
		made, err := e.overridesFor(ctx, wishes, &numbers, env)
		for _, o := range made {
			s.Overrides = append(s.Overrides, o.Name())
		}
		return &doing{note: s.Ended(), with: recordsOf(made)}, err
	})
}

// overridesFor makes the overrides that a swap or a cover wants, to be committed with it. Numbers are those reserved for
// them so far.
func (e *Engine) overridesFor(ctx context.Context, wishes []override.Wish, numbers *[]uint64, env directory.Env) (made []*override.State, err error) {
	for i, w := range wishes {
		if i == len(*numbers) {
			n, err := e.store.Reserve(ctx, "override", 1)
			if err != nil {
				return nil, err
			}
			*numbers = append(*numbers, n)
		}
		o, err := override.New(store.NewID(store.KindOverride, incident.Shard), (*numbers)[i], w, env)
		if err != nil {
			return nil, err
		}
		made = append(made, o)
	}
	return made, nil
}

func recordsOf[T record.Record](list []T) (out []record.Record) {
	for _, r := range list {
		out = append(out, r)
	}
	return out
}

// DeclineSwap turns a swap down, or takes it back.
func (e *Engine) DeclineSwap(ctx context.Context, name, by, note string) (*override.Swap, error) {
	return change(ctx, e, "swap", name, func(s *override.Swap, env directory.Env) (*doing, error) {
		was := s.Status
		if err := s.Decline(by, note, env); err != nil || s.Status == was {
			return nil, err
		}
		return &doing{note: s.Ended()}, nil
	})
}

// Swaps returns a page of swaps, newest first; no statuses means all.
func (e *Engine) Swaps(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.Swap, store.Cursor, error) {
	if len(statuses) == 0 {
		statuses = []override.Status{override.Proposed, override.Accepted, override.Declined, override.Expired}
	}
	return pageOf[*override.Swap](ctx, e, listsOf(statuses, override.SwapsOf), before, limit)
}
