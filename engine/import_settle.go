package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// settleFile takes what a file is now.
func (e *Engine) settleFile(c directory.Calendar, was calendar.Copy, got calendar.Fetched, failed error) {
	if was.State == nil {
		return // a reload has taken it away
	}
	env := directory.Env{Now: e.Now()}
	state, now := *was.State, was
	now.State = &state
	if failed != nil {
		state.Fail(failed.Error(), env)
	} else {
		now.Text, now.Sum = got.Text, calendar.Sum(got.Text)
		state.Succeed(now.Sum, got.Tags, env)
	}
	e.duty.local(c.ID, now)
	e.refreshed(c, was.State.Failures, &state)
}

// settleCalendar commits what came of a fetch.
func (e *Engine) settleCalendar(ctx context.Context, c directory.Calendar, got calendar.Fetched, failed error) error {
	for range tries {
		s, failures, err := e.settleOnce(ctx, c, got, failed)
		if err == nil {
			e.renew(ctx)
			e.refreshed(c, failures, s)
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("%w: it is changed by others all the time", store.ErrUnavailable)
}

func (e *Engine) settleOnce(ctx context.Context, c directory.Calendar, got calendar.Fetched, failed error) (s *calendar.State, failures int, err error) {
	found, err := e.store.Find(ctx, calendar.Key(c.ID))
	if err != nil {
		return nil, 0, err
	}
	if !found[0].Exists() {
		return nil, 0, ErrNotFound
	}
	if s, err = as[*calendar.State](found[0], "calendar"); err != nil {
		return nil, 0, err
	}
	env := e.env(ctx)
	image := record.ImageOf(s, found[0].Version)
	failures = s.Failures
	var changes []attempt
	if failed != nil {
		s.Fail(failed.Error(), env)
	} else {
		s.Succeed(calendar.Sum(got.Text), got.Tags, env)
		if changes, err = e.write(ctx, s, got.Text, env); err != nil {
			return nil, 0, err
		}
	}
	a, err := e.finish(image, s, alert.Effects{}, nil, env)
	if err != nil {
		return nil, 0, err
	}
	return s, failures, e.commitTogether(ctx, append(changes, a), env)
}

// write is the change that keeps the text of a calendar; none where it is kept already.
func (e *Engine) write(ctx context.Context, s *calendar.State, text []byte, env directory.Env) ([]attempt, error) {
	t := calendar.NewText(store.NewID(store.KindText, s.ID.Shard()), s.Source, env)
	image := record.Image{ID: t.ID}
	if s.Text != "" {
		found, err := e.store.Load(ctx, s.Text)
		if err != nil {
			return nil, err
		}
		if kept, err := as[*calendar.Text](found[0], "copy of a calendar"); err == nil {
			was, readErr := kept.Read()
			if readErr == nil && calendar.Sum(was) == s.Sum && !kept.Old(env) {
				return nil, nil
			}
			t, image = kept, record.ImageOf(kept, found[0].Version)
		}
	}
	if err := t.Write(text, env); err != nil {
		return nil, err
	}
	s.Text = t.ID
	s.Edition++
	a, err := e.finish(image, t, alert.Effects{}, nil, env)
	return []attempt{a}, err
}
