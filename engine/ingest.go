package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
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

// line is the events of one alert, in the order in which they came.
type line struct {
	integration string
	dedup       string
	key         store.Key
	events      []event.Event
	at          []int // where their receipts go
}

// Ingest makes alerts of events, or tells those there are. When it returns nil, everything is durable; an
// error means that some may not be, and the sender should send all again: that does no harm.
func (e *Engine) Ingest(ctx context.Context, integration string, events []event.Event) ([]Receipt, error) {
	world := e.World()
	receipts := make([]Receipt, len(events))
	lines := e.lines(world, integration, events)
	for range tries {
		var err error
		if lines, err = e.ingestOnce(ctx, world, lines, receipts); err != nil {
			return nil, err
		}
		if len(lines) == 0 {
			return receipts, nil
		}
	}
	return nil, fmt.Errorf("%w: the alerts are changed by others all the time", store.ErrUnavailable)
}

// lines sorts events by the alert they belong to.
func (e *Engine) lines(world *World, integration string, events []event.Event) []*line {
	var lines []*line
	byKey := make(map[string]*line, len(events))
	now := e.Now()
	for i, ev := range events {
		dedup := ev.DedupKey
		if world.Router.Gathers() && integration != canary.Integration {
			if d := world.Router.Route(RuleEvent(integration, ev), now); d.GroupKey != "" {
				dedup = d.GroupKey
			}
		}
		l, ok := byKey[dedup]
		if !ok {
			name := alert.Key(integration, dedup)
			l = &line{integration: integration, dedup: dedup, key: store.Key{Shard: store.ShardOf(name), Name: name}}
			byKey[dedup], lines = l, append(lines, l)
		}
		l.events, l.at = append(l.events, ev), append(l.at, i)
	}
	return lines
}

// ingestOnce tries the lines and returns those that have to be tried again.
func (e *Engine) ingestOnce(ctx context.Context, world *World, lines []*line, receipts []Receipt) (again []*line, err error) {
	env := e.env(ctx)
	env.Dir = e.duty.directory(world.Dir)
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
			again = append(again, sent[i].line)
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
	takers := make([]*intake, len(lines))
	need := 0
	for i, l := range lines {
		in := &intake{line: l, world: world, holder: found[i].ID}
		if found[i].Exists() {
			// One that cannot be read, of a newer version for instance, must cost neither this alert nor the
			// others of the request: a new alert takes its place.
			if a, err := as[*alert.State](found[i], "alert"); err != nil {
				e.log.Error("an alert cannot be read; its next event begins a new one", "id", found[i].ID, "error", err)
			} else {
				in.state, in.image = a, record.ImageOf(a, found[i].Version)
			}
		}
		if in.fires() && in.begins(env) {
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
		if in.fires() && in.begins(env) {
			in.number = number
			number++
		}
	}
	return takers, nil
}

// RuleEvent is an event as the rules see it.
func RuleEvent(integration string, ev event.Event) rules.Event {
	return rules.Event{
		Source: ev.Source, Title: ev.Title, Description: ev.Description, Status: string(ev.Status), Priority: ev.Priority,
		Tags: ev.Tags, Actions: ev.Actions, Labels: ev.Labels, Details: ev.Details,
		Service: ev.Service, Team: ev.Team, Integration: integration, Link: ev.Link, Runbook: ev.Runbook, StartsAt: ev.StartsAt,
	}
}
