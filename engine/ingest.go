package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

// Receipt is what became of one event.
type Receipt struct {
	ID       store.ID // empty for a resolve of nothing
	Number   uint64
	DedupKey string
	Status   string // the alert's status, or "ignored" for a resolve of nothing
}

// Ingest makes alerts of events, or tells those there are. When it returns nil, everything is durable; an
// error means that some may not be, and the sender should send all again: that does no harm.
func (e *Engine) Ingest(ctx context.Context, integration string, events []event.Event) ([]Receipt, error) {
	world := e.World()
	receipts := make([]Receipt, len(events))
	todo := make([]arrival, len(events))
	for i, ev := range events {
		todo[i] = arrival{ev, i}
	}
	for range tries {
		again, err := e.ingestOnce(ctx, world, e.lines(world, integration, todo), receipts)
		if err != nil {
			return nil, err
		}
		if len(again) == 0 {
			return receipts, nil
		}
		todo = todo[:0]
		slices.Sort(again)
		for _, i := range again {
			todo = append(todo, arrival{events[i], i})
		}
	}
	return nil, fmt.Errorf("%w: the alerts are changed by others all the time", store.ErrUnavailable)
}

// ingestOnce tries the lines and returns which events have to be tried again.
func (e *Engine) ingestOnce(ctx context.Context, world *World, lines []*line, receipts []Receipt) (again []int, err error) {
	env, err := e.envToDecide(ctx)
	if err != nil {
		return nil, err
	}
	env.Dir = e.duty.directory(world.Dir)
	if lines, err = e.aim(ctx, lines, env); err != nil {
		return nil, err
	}
	takers, err := e.find(ctx, world, lines, env)
	if err != nil {
		return nil, err
	}
	var txs []store.Tx
	var attempts []attempt
	var sent []*intake
	for _, in := range takers {
		a, err := in.apply(e, env)
		if err != nil {
			for _, a := range attempts {
				e.Delivery.Release(a.claims)
			}
			return nil, err
		}
		if a.rec == nil { // resolves of nothing
			in.report(receipts)
			continue
		}
		txs, attempts, sent = append(txs, store.Tx{a.change}), append(attempts, a), append(sent, in)
	}
	for i, cerr := range e.commit(ctx, txs) {
		switch {
		case cerr == nil:
			e.after(attempts[i], env)
			sent[i].report(receipts)
			again = sent[i].rest(again)
		case errors.Is(cerr, store.ErrConflict):
			e.Delivery.Release(attempts[i].claims)
			again = append(again, sent[i].at...)
		default:
			e.Delivery.Release(attempts[i].claims)
			err = cerr
		}
	}
	return again, err
}

// find loads the alerts of the lines and reserves a number for every line that will need a new one.
func (e *Engine) find(ctx context.Context, world *World, lines []*line, env directory.Env) ([]*intake, error) {
	keys := make([]store.Key, len(lines))
	for i, l := range lines {
		keys[i] = l.key
	}
	found, err := e.store.Find(ctx, keys...)
	if err != nil {
		return nil, err
	}
	for i, l := range lines {
		if l.found != nil {
			found[i] = *l.found
		}
	}
	takers := make([]*intake, len(lines))
	need := 0
	for i, l := range lines {
		in := &intake{line: l, world: world, holder: found[i].ID}
		if found[i].Exists() {
			// One that cannot be read, of a newer version for instance, must cost neither this alert nor the
			// others of the request: a new alert takes its place.
			if a, err := e.alertOf(found[i]); err != nil {
				e.log.Error("an alert cannot be read; its next event begins a new one", "id", found[i].ID, "error", err)
			} else {
				in.state, in.image = a, record.ImageOf(a, found[i].Version)
			}
		}
		if in.mayBegin(env) {
			need++
		}
		takers[i] = in
	}
	if need == 0 {
		return takers, nil
	}
	number, err := e.store.Reserve(ctx, "alert", need)
	if err != nil {
		return nil, err
	}
	for _, in := range takers {
		if in.mayBegin(env) {
			in.number = number
			number++
		}
	}
	return takers, nil
}

// alertOf reads an alert that is about to change.
func (e *Engine) alertOf(r store.Record) (*alert.State, error) {
	rec, err := e.decode(r)
	if err != nil {
		return nil, err
	}
	if a, ok := rec.(*alert.State); ok {
		return a, nil
	}
	return nil, fmt.Errorf("%w: %s is no alert", ErrNotFound, r.ID)
}

// RuleEvent is an event as the rules see it.
func RuleEvent(integration string, ev event.Event) rules.Event {
	return rules.Event{
		Source: ev.Source, Title: ev.Title, Description: ev.Description, Status: string(ev.Status), Priority: ev.Priority,
		Tags: ev.Tags, Actions: ev.Actions, Labels: ev.Labels, Details: ev.Details,
		Service: ev.Service, Team: ev.Team, Integration: integration, Link: ev.Link, Runbook: ev.Runbook, StartsAt: ev.StartsAt,
	}
}
