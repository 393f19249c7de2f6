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

// AddAbsence says that somebody is away, and asks others to cover. It takes nobody off call: see Uncovered. Of the wish it
// takes User, From, To, Reason, By and Via.
func (e *Engine) AddAbsence(ctx context.Context, w override.Wish) (*override.Absence, error) {
	away, err := e.Away(ctx)
	if err != nil {
		return nil, err
	}
	return create(ctx, e, "absence", w.CheckAway, func(n uint64, env directory.Env) (*override.Absence, error) {
		return override.NewAbsence(store.NewID(store.KindAbsence, incident.Shard), n, w, away, env)
	}, (*override.Absence).Made)
}

// Absence returns an absence by its name, AWAY-3.
func (e *Engine) Absence(ctx context.Context, name string) (*override.Absence, error) {
	return named[*override.Absence](ctx, e, "absence", name)
}

// AbsenceByID returns an absence by its id, as links name it.
func (e *Engine) AbsenceByID(ctx context.Context, id store.ID) (*override.Absence, error) {
	return byID[*override.Absence](ctx, e, "absence", id)
}

// CoverAbsence has somebody take the shift n of an absence or, with 0, all that are open and that they can take. It and the
// overrides are one commit; what cannot be is *override.Refused.
func (e *Engine) CoverAbsence(ctx context.Context, name, by, via string, n int) (*override.Absence, error) {
	away, err := e.Away(ctx)
	if err != nil {
		return nil, err
	}
	var numbers []uint64 // reserved once, however often the commit is tried
	return change(ctx, e, "absence", name, func(s *override.Absence, env directory.Env) (*doing, error) {
		wishes, taken, err := s.Take(by, n, away, via, env)
		if err != nil {
			return nil, err
		}
		made, err := e.overridesFor(ctx, wishes, &numbers, env)
		for i, o := range made {
			taken[i].Override = o.Name()
		}
		return &doing{note: s.Covered(by, taken), with: recordsOf(made)}, err
	})
}

// CancelAbsence says that somebody is there after all; name is AWAY-3.
func (e *Engine) CancelAbsence(ctx context.Context, name, by, reason string) (*override.Absence, error) {
	return change(ctx, e, "absence", name, func(s *override.Absence, env directory.Env) (*doing, error) {
		was := s.Status
		if err := s.Cancel(by, reason, env); err != nil || s.Status == was {
			return nil, err
		}
		return &doing{note: s.Unmade()}, nil
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
