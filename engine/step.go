package engine

import (
	"context"
	"errors"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
	"github.com/tocsin-oncall/tocsin/engine/wheel"
)

// batch is how many wake-ups are handled in one go: enough to share round trips, few enough that the last
// of them is not late.
const batch = 128

// poisonedLook is how soon a record is tried again that cannot be read or written though the store is there: it
// must hold up nobody else.
const poisonedLook = time.Minute

// Step wakes what is due, and says when to be called again if nothing is nudged meanwhile. With an error, what
// could not be committed stays due in the store, and is tried again.
func (e *Engine) Step(ctx context.Context, now time.Time) (next time.Time, err error) {
	due, next, err := e.Wheel.Take(ctx, now, batch)
	if err == nil && len(due) < batch {
		e.caughtUp.Store(now.UnixMilli())
	}
	if len(due) == 0 {
		return next, err
	}
	due, handoffs := apart(due)
	ids := make([]store.ID, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	woken := e.edit(store.Repeatable(ctx), ids[:handoffs], wake)
	woken = append(woken, e.edit(store.Repeatable(ctx), ids[handoffs:], wake)...) // see latest: they may have to wait for the store
	var counted []*alert.State
	for i, done := range woken {
		switch {
		case errors.Is(done.err, store.ErrUnavailable):
			err = done.err
			continue
		case done.err != nil && done.err != ErrNotFound:
			e.log.Error("a record cannot be woken; it is tried again", "id", ids[i], "after", poisonedLook, "error", done.err)
			e.Wheel.Arm(ids[i], due[i].At, now.Add(poisonedLook), now)
			continue
		}
		if !due[i].Again {
			e.watch.Woken(now.Sub(due[i].At))
		}
		if done.fx.Join {
			e.joinIncident(ctx, done.rec.(*alert.State))
		}
		if done.fx.Feed {
			counted = append(counted, done.rec.(*alert.State))
		}
		if done.fx.Tell {
			e.tellOthers(ctx, done.rec)
		}
	}
	if len(counted) > 0 {
		e.tellAggregates(ctx, counted)
	}
	return next, err
}

// tellOthers brings to other records what a record has claimed for them.
func (e *Engine) tellOthers(ctx context.Context, rec record.Record) {
	switch r := rec.(type) {
	case *alert.State:
		e.tellIncident(ctx, r)
	case *incident.State:
		e.runErrands(ctx, r)
	case *postmortem.State:
		e.mailRetrospective(ctx, r)
	case teller:
		e.tell(ctx, r)
	}
}

// apart sorts hand-offs to the end, and says where they begin.
func apart(due []wheel.Due) (sorted []wheel.Due, handoffs int) {
	var last []wheel.Due
	for _, d := range due {
		if d.ID.Kind() == store.KindHandoff {
			last = append(last, d)
		} else {
			sorted = append(sorted, d)
		}
	}
	return append(sorted, last...), len(sorted)
}

// wake applies the passing of time to a record.
func wake(rec record.Record, env directory.Env) (alert.Effects, error) {
	switch r := rec.(type) {
	case *alert.State:
		join := r.ClaimJoin(env)
		fx, err := alert.Apply(r, alert.Woken{}, env)
		fx.Join, fx.Tell, fx.Feed = join, r.ClaimAnswer(env), r.ClaimFeeding(env)
		return fx, err
	case *incident.State:
		r.Tick(env)
		return alert.Effects{Tell: r.Claim(env)}, nil
	case *postmortem.State:
		r.Tick(env)
		return alert.Effects{Tell: r.ClaimMailing(env)}, nil
	case *heartbeat.State:
		heartbeat.Apply(r, heartbeat.Woken{}, env)
	case *canary.State:
		canary.Apply(r, canary.Woken{}, env)
	case *aggregate.State:
		aggregate.Apply(r, aggregate.Woken{}, env)
	case *override.State:
		r.Tick(env)
	case *contact.State:
		r.Tick(env)
	case *digest.State:
		r.Tick(env)
	case *override.Absence:
		r.Tick(env)
	case *override.Swap:
		r.Tick(env)
	case *handoff.State:
		return alert.Effects{Leave: handoff.Apply(r, handoff.Woken{}, env).Leave}, nil
	case *maintenance.State:
		r.Tick(env)
	case *subscriber.State:
		r.Tick(env)
	}
	if t, ok := rec.(teller); ok {
		return alert.Effects{Tell: t.Outgoing().Claim(env.Now)}, nil
	}
	return alert.Effects{}, nil
}

// Settle commits what came of messages.
func (e *Engine) Settle(ctx context.Context, done []deliver.Settlement) error {
	byID := map[store.ID][]deliver.Settlement{}
	var ids []store.ID
	for _, d := range done {
		if _, ok := byID[d.ID]; !ok {
			ids = append(ids, d.ID)
		}
		byID[d.ID] = append(byID[d.ID], d)
	}
	var err error
	for i, r := range e.edit(store.Repeatable(ctx), ids, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		return settle(rec, byID[rec.Identity()], env)
	}) {
		switch {
		case errors.Is(r.err, store.ErrUnavailable):
			err = r.err
		case r.err != nil && r.err != ErrNotFound:
			e.log.Error("what came of a message cannot be recorded", "id", ids[i], "error", r.err)
		}
	}
	return err
}

// writer is a record with pages of its own that are neither an alert's nor need more than to arrive.
type writer interface {
	record.Record
	Settled(page.Outcome, directory.Env)
	Reported(n int, ref string, delivered bool, reason string, env directory.Env)
}

func settle(rec record.Record, done []deliver.Settlement, env directory.Env) (fx alert.Effects, err error) {
	for _, d := range done {
		var step alert.Effects
		switch r := rec.(type) {
		case *alert.State:
			if d.Page != nil {
				step, err = alert.Apply(r, alert.Settled{Outcome: *d.Page}, env)
			} else {
				step, err = alert.Apply(r, *d.Edit, env)
			}
			fx.Unreachable += step.Unreachable
		case *postmortem.State:
			if d.Page == nil {
				continue // it has no posts
			}
			_, err = postmortem.Apply(r, postmortem.Settled{Outcome: *d.Page}, env)
		case *canary.State:
			if d.Page != nil {
				canary.Apply(r, canary.Settled{Outcome: *d.Page}, env)
			}
		case writer:
			if d.Page != nil {
				r.Settled(*d.Page, env)
			}
		}
		if err != nil {
			return fx, err
		}
	}
	return fx, nil
}
