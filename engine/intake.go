package engine

import (
	"cmp"
	"maps"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

// intake is one try to bring the events of a line to their alert in one commit.
type intake struct {
	*line
	world  *World
	holder store.ID     // who holds the dedup key
	state  *alert.State // the alert of that key; nil when there is none
	image  record.Image
	number uint64 // for a new alert; 0 when none was thought necessary

	done     int // how many events this commit takes in
	receipts []Receipt
}

// mayBegin reports whether any of the events may begin a new alert.
func (in *intake) mayBegin(env directory.Env) bool {
	for _, ev := range in.events {
		if ev.Status == event.Firing && in.begins(ev, env) {
			return true
		}
	}
	return false
}

// begins reports whether a firing event now begins a new alert.
func (in *intake) begins(ev event.Event, env directory.Env) bool {
	switch {
	case in.state == nil:
		return true
	case !in.state.Active():
		return !in.state.Reopens(in.source().ReopenWithin, env.Now)
	}
	return in.found == nil && !in.state.Takes(ev.DedupKey, env.Now)
}

func (in *intake) source() directory.Source { return in.world.Dir.Sources[in.integration] }

// apply applies as many events as fit into one commit of one record. The attempt has no record when there
// was nothing to do.
func (in *intake) apply(e *Engine, env directory.Env) (attempt, error) {
	var fx alert.Effects
	touched := false
	for _, ev := range in.events {
		var step alert.Effects
		var err error
		switch {
		case ev.Status == event.Firing && in.begins(ev, env):
			if touched || in.number == 0 {
				return in.finish(e, fx, env) // the rest begins another record, in a commit of its own
			}
			in.state, step = in.begin(ev, env)
			in.image, in.number, touched = record.Image{ID: in.state.ID}, 0, true
		case ev.Status == event.Firing:
			step, err = alert.Apply(in.state, in.fired(ev, env), env)
			touched = true
		case in.state != nil && in.state.Active():
			step, err = alert.Apply(in.state, alert.Resolved{Event: ev, Keep: in.source().KeepOnResolve}, env)
			touched = true
		}
		if err != nil {
			return attempt{}, err
		}
		fx.Unreachable += step.Unreachable
		fx.RuleErrors += step.RuleErrors
		in.done++
		in.receipts = append(in.receipts, in.receipt(ev))
	}
	if !touched {
		return attempt{}, nil
	}
	return in.finish(e, fx, env)
}

// fired is a firing event for the alert that there is. The rules are asked again where it counts how urgent the event
// is: while the alert waits, and for what a summary says.
func (in *intake) fired(ev event.Event, env directory.Env) alert.Fired {
	f := alert.Fired{Event: ev, ReopenWithin: in.source().ReopenWithin}
	if in.state.Summary == nil && !in.state.Held() {
		return f
	}
	if d := in.route(ev, env); in.state.Summary != nil || !d.Nobody && !d.Suppress {
		f.Title, f.Priority = d.Title, cmp.Or(d.Priority, event.DefaultPriority)
		f.AtOnce = d.Delay == 0 && d.DelayUntil.IsZero()
	}
	return f
}

// begin is the new alert of a firing event.
func (in *intake) begin(ev event.Event, env directory.Env) (*alert.State, alert.Effects) {
	id := store.NewID(store.KindAlert, in.key.Shard)
	if in.integration == incident.Integration {
		name, to, _ := incident.ParseKey(ev.DedupKey)
		d, p := in.call(to, ev, env)
		return alert.NewResponder(id, in.number, in.integration, in.dedup, name, to, p, ev, d, env)
	}
	d := in.route(ev, env)
	if in.until.IsZero() {
		return alert.New(id, in.number, in.integration, in.dedup, ev, d, env)
	}
	d.Throttle = in.throttle // even if the rules have it otherwise since the events were sorted
	return alert.NewSummary(id, in.number, in.integration, in.dedup, in.pool, in.until, ev, d, env)
}

// route decides where a new alert goes: as the rules say, but for the canary's. That one must not depend on rules
// that may be at fault.
func (in *intake) route(ev event.Event, env directory.Env) rules.Decision {
	if in.integration == canary.Integration {
		return rules.Decision{Rule: canary.Rule, Policy: in.world.Dir.Fallback, Priority: ev.Priority,
			Title: ev.Title, Description: ev.Description, Tags: ev.Tags}
	}
	if in.integration == aggregate.Integration {
		return in.aggregateRoute(ev, env)
	}
	return in.world.Router.Route(RuleEvent(in.integration, ev), env.Now)
}

func (in *intake) finish(e *Engine, fx alert.Effects, env directory.Env) (attempt, error) {
	holders := map[string]store.ID{in.key.Name: in.holder}
	maps.Copy(holders, in.holders)
	return e.finish(in.image, in.state, fx, holders, env)
}

func (in *intake) receipt(ev event.Event) Receipt {
	if in.state == nil {
		return Receipt{DedupKey: ev.DedupKey, Status: "ignored"}
	}
	return Receipt{ID: in.state.ID, Number: in.state.Number, DedupKey: ev.DedupKey, Status: string(in.state.Status)}
}

// report hands out the receipts of what was taken in.
func (in *intake) report(receipts []Receipt) {
	for k, r := range in.receipts {
		receipts[in.at[k]] = r
	}
}

// rest adds what was not taken in to the events of the next try.
func (in *intake) rest(again []int) []int { return append(again, in.at[in.done:]...) }
