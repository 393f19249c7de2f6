package history

import (
	"context"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Source is what has the history: an *engine.Engine.
type Source interface {
	Alerts(ctx context.Context, f engine.Filter, before store.Cursor, limit int) ([]*alert.State, store.Cursor, error)
	Overrides(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.State, store.Cursor, error)
	Absences(ctx context.Context, statuses []override.Status, before store.Cursor, limit int) ([]*override.Absence, store.Cursor, error)
	Maintenances(ctx context.Context, statuses []maintenance.Status, before store.Cursor, limit int) ([]*maintenance.State, store.Cursor, error)
}

// Span is a time: of the alerts that began in it, and of the overrides, absences and maintenances that reach into it. A zero From is
// the beginning, a zero Until no end.
type Span struct{ From, Until time.Time }

// Holds reports whether a time is in the span.
func (s Span) Holds(at time.Time) bool {
	return !at.Before(s.From) && (s.Until.IsZero() || at.Before(s.Until))
}

func (s Span) touches(from, to time.Time) bool {
	return to.After(s.From) && (s.Until.IsZero() || from.Before(s.Until))
}

// Tells reports whether records of a kind tell anything.
func Tells(kind store.Kind) bool {
	return slices.Contains([]store.Kind{store.KindAlert, store.KindOverride, store.KindAbsence, store.KindMaintenance}, kind)
}

// Of is what a record tells of that time. What happens after Until is left out.
func (s Span) Of(r record.Record) (lines []Line) {
	switch r := r.(type) {
	case *alert.State:
		if !s.Holds(r.CreatedAt) {
			return nil
		}
		for _, l := range OfAlert(r) {
			if s.Holds(l.At) {
				lines = append(lines, l)
			}
		}
	case *override.State:
		if s.touches(r.From, r.To) {
			return OfOverride(r)
		}
	case *override.Absence:
		if s.touches(r.From, r.To) {
			return OfAbsence(r)
		}
	case *maintenance.State:
		if last := r.EndedAt; s.touches(r.From, last) || last.IsZero() && (s.Until.IsZero() || r.From.Before(s.Until)) {
			return OfMaintenance(r)
		}
	}
	return lines
}

// page is how many records are read at once.
const page = 200

// Page is what a page of alerts tells, newest first, and where the next begins; with the last come the overrides,
// absences and maintenances. The cursor of the last is zero.
func Page(ctx context.Context, src Source, span Span, before store.Cursor, limit int) ([]Line, store.Cursor, error) {
	lines := []Line{}
	alerts, next, err := src.Alerts(ctx, engine.Filter{Since: span.From}, before, limit)
	if err != nil {
		return nil, next, err
	}
	for _, a := range alerts {
		lines = append(lines, span.Of(a)...)
	}
	if next != (store.Cursor{}) {
		return lines, next, nil
	}
	if err := all(ctx, src.Overrides, func(o *override.State) { lines = append(lines, span.Of(o)...) }); err != nil {
		return nil, next, err
	}
	if err := all(ctx, src.Absences, func(o *override.Absence) { lines = append(lines, span.Of(o)...) }); err != nil {
		return nil, next, err
	}
	err = all(ctx, src.Maintenances, func(m *maintenance.State) { lines = append(lines, span.Of(m)...) })
	return lines, next, err
}

// All tells everything. It holds a page of it at a time.
func All(ctx context.Context, src Source, span Span, tell func(Line) error) error {
	var before store.Cursor
	for {
		lines, next, err := Page(ctx, src, span, before, page)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := tell(l); err != nil {
				return err
			}
		}
		if next == (store.Cursor{}) {
			return nil
		}
		before = next
	}
}

func all[S, Status any](ctx context.Context, list func(context.Context, []Status, store.Cursor, int) ([]S, store.Cursor, error), see func(S)) error {
	var before store.Cursor
	for {
		some, next, err := list(ctx, nil, before, page)
		if err != nil {
			return err
		}
		for _, s := range some {
			see(s)
		}
		if next == (store.Cursor{}) {
			return nil
		}
		before = next
	}
}
