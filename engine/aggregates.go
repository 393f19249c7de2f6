package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

// aggregate applies inputs to an aggregate, which is brought in line with the configuration first. One that this
// replica's configuration does not have may be of another replica's, which is newer: where it is in the store, it is told.
func (e *Engine) aggregate(ctx context.Context, name string, inputs ...aggregate.Input) error {
	key := aggregate.Key(name)
	settings, ok := e.Directory().Aggregate(name)
	if ok {
		inputs = append([]aggregate.Input{aggregate.Configured{AggregateBounds: settings.Bounds}}, inputs...)
	} else {
		found, err := e.store.Find(ctx, key)
		if err != nil {
			return err
		}
		if !found[0].Exists() {
			return fmt.Errorf("%w: there is no aggregate %q", ErrNotFound, clip(name))
		}
	}
	fresh := func(env directory.Env) record.Record {
		return aggregate.New(store.NewID(store.KindAggregate, key.Shard), name, settings.Bounds, env)
	}
	_, err := e.keyed(ctx, key, fresh, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		s, ok := rec.(*aggregate.State)
		if !ok {
			return alert.Effects{}, fmt.Errorf("%w: %s is no aggregate", ErrNotFound, rec.Identity())
		}
		for _, in := range inputs {
			aggregate.Apply(s, in, env)
		}
		return alert.Effects{}, nil
	})
	return err
}

// tellAggregates brings to aggregates what alerts have claimed for them, in one commit for each aggregate however many
// alerts there are, and then says so in the alerts. What fails is tried again at the end of the lease; so is what a crash
// leaves undone. To be told again changes nothing.
func (e *Engine) tellAggregates(ctx context.Context, alerts []*alert.State) {
	ctx, cancel := context.WithTimeout(store.Repeatable(ctx), outbox.Patience)
	defer cancel()
	inputs := map[string][]aggregate.Input{}
	told := map[store.ID]alert.Feeding{}
	for _, a := range alerts {
		f := *a.Feeding
		if e.Now().After(f.At.Add(-outbox.Patience)) {
			continue // held up: the lease would be over before the attempt
		}
		told[a.ID] = f
		for _, to := range f.To {
			inputs[to.Aggregate] = append(inputs[to.Aggregate], inputOf(a, to))
		}
	}
	failed := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if err := e.aggregate(ctx, name, inputs[name]...); err != nil && !errors.Is(err, ErrNotFound) {
			failed[name] = true
			e.log.Warn("an aggregate could not be told of alerts yet; it is tried again", "aggregate", name, "alerts", len(inputs[name]), "error", err)
		}
	}
	var ids []store.ID
	for _, a := range alerts {
		f, ok := told[a.ID]
		if ok && !slices.ContainsFunc(f.To, func(to directory.Feeds) bool { return failed[to.Aggregate] }) {
			ids = append(ids, a.ID)
		}
	}
	for i, done := range e.edit(ctx, ids, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		return alert.Apply(rec.(*alert.State), alert.FeedingTold{N: told[rec.Identity()].N}, env)
	}) {
		if done.err != nil && !errors.Is(done.err, ErrNotFound) {
			e.log.Warn("that aggregates know of an alert could not be recorded yet; it is tried again", "id", ids[i], "error", done.err)
		}
	}
}

// inputOf is what an aggregate is told of an alert.
func inputOf(a *alert.State, to directory.Feeds) aggregate.Input {
	if a.Feeding.Status != event.Firing {
		return aggregate.Ceased{Alert: a.ID}
	}
	value := cmp.Or(to.Value, fmt.Sprintf("#%d", a.Number))
	return aggregate.Began{Member: aggregate.Member{Alert: a.ID, Number: a.Number, Title: aggregate.Clip(a.Title), Value: value, At: a.Feeding.Since}}
}

// Aggregates returns all aggregates by name; those that are about to be removed are not among them.
func (e *Engine) Aggregates(ctx context.Context) (list []*aggregate.State, err error) {
	found, err := e.whole(ctx, aggregate.ListAll)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		s, err := as[*aggregate.State](r, "aggregate")
		if err != nil {
			return nil, err
		}
		if !s.Removed {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *aggregate.State) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// aggregateRoute is where the alert of an aggregate goes: where its settings say, or as the rules decide. It is one alert
// of one event, so that no rule can gather it, or wait for more of it.
func (in *intake) aggregateRoute(ev event.Event, env directory.Env) (d rules.Decision) {
	settings, _ := in.world.Dir.Aggregate(ev.DedupKey)
	seen := RuleEvent(in.integration, ev)
	switch {
	case settings.Policy != "":
		d = rules.Decision{Rule: "aggregate " + ev.DedupKey, Policy: settings.Policy, Priority: ev.Priority,
			Title: ev.Title, Description: ev.Description, Tags: ev.Tags}
	case settings.Team != "":
		d = in.world.Router.RouteWithin(settings.Team, seen, env.Now)
	default:
		d = in.world.Router.Route(seen, env.Now)
	}
	d.GroupKey, d.Group, d.Throttle, d.Require = "", rules.Group{}, nil, nil
	d.Incident = d.Incident || settings.Bounds.Incident
	return d
}
