package engine

import (
	"context"
	"errors"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// ClaimBundle claims what waits to be sent together to a recipient, and returns the claims that were committed. Alerts
// are claimed each in a commit of its own; one that was acknowledged meanwhile is not among them. Reminders are claimed
// all in one, so that of two replicas which come for them at once one gets them all, and sends one message.
func (e *Engine) ClaimBundle(ctx context.Context, ids []store.ID, to deliver.Recipient, bundle string) ([]deliver.Job, directory.Env) {
	var jobs []deliver.Job
	for len(ids) > 0 {
		n := min(len(ids), batch)
		claims := map[store.ID][]deliver.Job{} // of the latest try
		claim := func(rec record.Record, env directory.Env) (alert.Effects, error) {
			fx, err := bundled(rec, env)
			claims[rec.Identity()] = e.Delivery.ClaimFor(rec, to, bundle, env.Now)
			return fx, err
		}
		if to.Kind == page.Reminder {
			for _, id := range e.editTogether(store.Repeatable(ctx), ids[:n], claim) {
				jobs = append(jobs, claims[id]...)
			}
		} else {
			for i, d := range e.edit(store.Repeatable(ctx), ids[:n], claim) {
				if d.err == nil {
					jobs = append(jobs, claims[ids[i]]...)
				}
			}
		}
		ids = ids[n:]
	}
	return jobs, e.Env()
}

// bundled lets time pass in a record before its pages are claimed: what is not wanted any more is not sent.
func bundled(rec record.Record, env directory.Env) (alert.Effects, error) {
	switch r := rec.(type) {
	case *alert.State:
		return alert.Apply(r, alert.Woken{}, env)
	case *postmortem.State:
		r.Tick(env)
		return alert.Effects{}, nil
	}
	return alert.Effects{}, ErrNotFound
}

// editTogether applies a transition to records of one shard and commits all of them at once, and returns those that were
// committed; none of them when it fails, and then what was to be done is still due. A record that is not there any more,
// or that cannot be read, holds up no other.
func (e *Engine) editTogether(ctx context.Context, ids []store.ID, f apply) (done []store.ID) {
	for range tries {
		found, err := e.store.Load(ctx, ids...)
		if err != nil {
			return nil
		}
		env, err := e.envFor(ctx, ids)
		if err != nil {
			return nil
		}
		var changes []attempt
		for i, r := range found {
			a, err := e.prepare(r, f, env)
			switch {
			case err != nil && !errors.Is(err, ErrNotFound):
				e.log.Error("a record cannot be changed together with others", "id", ids[i], "error", err)
			case err == nil && a.same:
				e.follow(a, env)
			case err == nil:
				changes = append(changes, a)
			}
		}
		if len(changes) == 0 {
			return nil
		}
		switch err = e.commitTogether(ctx, changes, env); {
		case err == nil:
			for _, a := range changes {
				done = append(done, a.rec.Identity())
			}
			return done
		case !errors.Is(err, store.ErrConflict):
			return nil
		}
	}
	return nil
}
