package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// tries bounds how often a transition is applied anew because somebody else committed first. Each conflict
// means that another one got through.
const tries = 64

// parkedLook is how soon a record that waits for a place at a provider, or for another replica, is looked at again if
// nobody calls it.
const parkedLook = 5 * time.Second

// apply is what a transition does to a record. An error leaves the record as it was in the store.
type apply func(rec record.Record, env directory.Env) (alert.Effects, error)

// edited is what came of one record's transition.
type edited struct {
	rec record.Record // as committed; nil when err is set
	fx  alert.Effects
	err error
}

// attempt is a transition on its way to its commit.
type attempt struct {
	rec    record.Record
	noted  int // entries of its timeline before
	fx     alert.Effects
	claims deliver.Claims
	change store.Change
	same   bool // nothing changed: no commit is needed
}

// edit applies a transition to records and commits each for itself, again and again until it is committed or
// fails. What is due in them and can be sent is claimed in the same commit.
func (e *Engine) edit(ctx context.Context, ids []store.ID, f apply) []edited {
	out := make([]edited, len(ids))
	todo := make([]int, len(ids))
	for i := range ids {
		todo[i] = i
	}
	for range tries {
		if len(todo) == 0 {
			return out
		}
		todo = e.editOnce(ctx, ids, todo, f, out)
	}
	for _, i := range todo {
		out[i].err = fmt.Errorf("%w: %s is changed by others all the time", store.ErrUnavailable, ids[i])
	}
	return out
}

// editOnce tries those of ids that todo names, and returns those that have to be tried again.
func (e *Engine) editOnce(ctx context.Context, ids []store.ID, todo []int, f apply, out []edited) (again []int) {
	fail := func(err error) {
		for _, i := range todo {
			out[i].err = err
		}
	}
	want := make([]store.ID, len(todo))
	for k, i := range todo {
		want[k] = ids[i]
	}
	found, err := e.store.Load(ctx, want...)
	if err != nil {
		fail(err)
		return nil
	}
	env, err := e.envFor(ctx, want)
	if err != nil {
		fail(err)
		return nil
	}
	var txs []store.Tx
	var attempts []attempt
	var at []int
	for k, i := range todo {
		a, err := e.prepare(found[k], f, env)
		switch {
		case err != nil:
			out[i].err = err
		case a.same:
			e.follow(a, env)
			out[i].rec, out[i].fx = a.rec, a.fx
		default:
			txs, attempts, at = append(txs, store.Tx{a.change}), append(attempts, a), append(at, i)
		}
	}
	for k, err := range e.commit(ctx, txs) {
		i, a := at[k], attempts[k]
		switch {
		case err == nil:
			e.after(a, env)
			out[i].rec, out[i].fx = a.rec, a.fx
		case errors.Is(err, store.ErrConflict):
			e.Delivery.Release(a.claims)
			again = append(again, i)
		default:
			e.Delivery.Release(a.claims)
			out[i].err = err
		}
	}
	return again
}

func (e *Engine) commit(ctx context.Context, txs []store.Tx) []error {
	if len(txs) == 0 {
		return nil
	}
	return e.store.Commit(ctx, txs...)
}

// prepare applies a transition to a record as it was found.
func (e *Engine) prepare(found store.Record, f apply, env directory.Env) (attempt, error) {
	if !found.Exists() {
		return attempt{}, ErrNotFound
	}
	rec, err := e.decode(found)
	if err != nil {
		return attempt{}, err
	}
	image, noted := record.ImageOf(rec, found.Version), entries(rec)
	fx, err := f(rec, env)
	if err != nil {
		return attempt{}, err
	}
	a, err := e.finish(image, rec, fx, nil, env)
	a.noted = noted
	a.same = err == nil && !a.change.Delete && string(a.change.Data) == string(found.Data) && a.change.Wake.Equal(found.Wake)
	return a, err
}

// finish claims what is due and writes the change.
func (e *Engine) finish(image record.Image, rec record.Record, fx alert.Effects, holders map[string]store.ID, env directory.Env) (attempt, error) {
	a := attempt{rec: rec, fx: fx}
	if !record.Gone(rec, env) { // a claim in a record that is deleted would be seen by nobody
		a.claims = e.Delivery.Claim(rec, env)
	}
	var err error
	if a.change, err = record.Change(image, rec, env, holders); err != nil {
		e.Delivery.Release(a.claims)
	}
	return a, err
}

// after does what follows a commit: tell of it, and then what follows from the record as it is.
func (e *Engine) after(a attempt, env directory.Env) {
	e.committed(a.rec)
	e.learning.changed(a.change.ID)
	e.follow(a, env)
}

// follow does what follows from a record as it is: arm the wake-up, send what was claimed, count.
func (e *Engine) follow(a attempt, env directory.Env) {
	local := a.change.Wake
	if a.claims.Parked || a.fx.Leave {
		local = env.Now.Add(parkedLook)
		if later := record.WakeAfter(a.rec, env); !later.IsZero() && later.Before(local) {
			local = later
		}
	}
	e.Wheel.Arm(a.change.ID, a.change.Wake, local, env.Now)
	if e.Delivery.Called(a.change.ID, a.claims) {
		e.Wheel.Now(a.change.ID)
	}
	e.Delivery.Dispatch(a.claims, env)
	e.tellLog(a)
	if a.fx.Unreachable > 0 {
		e.watch.Unreachable(a.fx.Unreachable)
	}
	al, ok := a.rec.(*alert.State)
	if ok && al.Blocks != "" && !e.duty.blocked(al.Service, al.Blocks == alert.Urgency(true)) {
		e.duty.stale() // the next event may be of a service that waits for it
	}
	if ok && a.fx.RuleErrors > 0 {
		e.watch.RuleErrors(al.Integration, a.fx.RuleErrors)
	}
	if ok && a.fx.Acked {
		e.watch.Acked(al.Priority, a.fx.AckedAfter)
	}
}

// one is edit for a single record of a known type.
func one[T record.Record](ctx context.Context, e *Engine, id store.ID, f apply) (T, error) {
	var none T
	got := e.edit(ctx, []store.ID{id}, f)[0]
	if got.err != nil {
		return none, got.err
	}
	return got.rec.(T), nil
}
