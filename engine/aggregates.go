package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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

// tellAggregates brings to aggregates what an alert has claimed for them, and then says so in the alert. What fails is
// tried again at the end of the lease; so is what a crash leaves undone. To be told again changes nothing.
func (e *Engine) tellAggregates(ctx context.Context, a *alert.State) {
	f := *a.Feeding
	if e.Now().After(f.At.Add(-outbox.Patience)) {
		return
	}
	ctx, cancel := context.WithTimeout(store.Repeatable(ctx), outbox.Patience)
	defer cancel()
	for _, to := range f.To {
		var in aggregate.Input = aggregate.Ceased{Alert: a.ID}
		if f.Status == event.Firing {
			value := cmp.Or(to.Value, fmt.Sprintf("#%d", a.Number))
			in = aggregate.Began{Member: aggregate.Member{Alert: a.ID, Number: a.Number, Title: aggregate.Clip(a.Title), Value: value, At: f.Since}}
		}
		if err := e.aggregate(ctx, to.Aggregate, in); err != nil && !errors.Is(err, ErrNotFound) {
			e.log.Warn("an aggregate could not be told of an alert yet; it is tried again", "aggregate", to.Aggregate, "alert", a.Number, "error", err)
			return
		}
	}
	_, err := one[*alert.State](ctx, e, a.ID, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		return alert.Apply(rec.(*alert.State), alert.FeedingTold{N: f.N}, env)
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		e.log.Warn("that aggregates know of an alert could not be recorded yet; it is tried again", "alert", a.Number, "error", err)
	}
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
