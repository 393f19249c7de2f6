package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Deploy takes in what somebody says of a deployment: a new one, or the one of the same integration and external id. When
// it returns nil, that is durable; fresh says that it is a new one. What makes no sense is *deployment.Refused.
func (e *Engine) Deploy(ctx context.Context, r deployment.Report) (s *deployment.State, fresh bool, err error) {
	if err := r.Check(); err != nil {
		return nil, false, err
	}
	if r.External == "" {
		r.External = string(store.NewID(store.KindDeployment, 0)) // any name that nobody has
	}
	key := deployment.Key(r.Integration, r.External)
	number := e.number(ctx, "deployment")
	rec, err := e.keyed(ctx, key, func(env directory.Env) record.Record {
		return deployment.New(store.NewID(store.KindDeployment, key.Shard), 0, r.Integration, r.External, env)
	}, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		s, ok := rec.(*deployment.State)
		if !ok {
			return alert.Effects{}, fmt.Errorf("%w: %s is no deployment", ErrNotFound, rec.Identity())
		}
		err := s.Apply(r, env)
		if fresh = s.Number == 0; fresh && err == nil {
			s.Number, err = number()
		}
		return alert.Effects{}, err
	})
	if err != nil {
		return nil, false, err
	}
	return rec.(*deployment.State), fresh, nil
}

// Deployment returns a deployment by its name, DEP-5, or its id.
func (e *Engine) Deployment(ctx context.Context, name string) (*deployment.State, error) {
	if id, err := store.ParseID(name); err == nil && id.Kind() == store.KindDeployment {
		return byID[*deployment.State](ctx, e, "deployment", id)
	}
	// The name's key is in the deployment's own shard, which it does not tell: ask all of them at once.
	keys := make([]store.Key, store.Shards)
	for shard := range keys {
		keys[shard] = store.Key{Shard: shard, Name: incident.NameKey(name)}
	}
	return e.deploymentOf(ctx, fmt.Sprintf("there is no deployment %q", clip(name)), keys...)
}

// DeploymentOf returns a deployment by what its sender calls it.
func (e *Engine) DeploymentOf(ctx context.Context, integration, external string) (*deployment.State, error) {
	return e.deploymentOf(ctx, "there is no such deployment", deployment.Key(integration, external))
}

func (e *Engine) deploymentOf(ctx context.Context, none string, keys ...store.Key) (*deployment.State, error) {
	found, err := e.store.Find(ctx, keys...)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		if !r.Exists() {
			continue
		}
		s, err := as[*deployment.State](r, "deployment")
		if !errors.Is(err, ErrNotFound) {
			return s, err
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrNotFound, none)
}

// Deployments returns a page of deployments, the latest first, by the first time that was known of each. A page may hold
// fewer than limit: only the cursor tells that it was the last.
func (e *Engine) Deployments(ctx context.Context, f deployment.Filter, before store.Cursor, limit int) ([]*deployment.State, store.Cursor, error) {
	list, next, err := pageOf[*deployment.State](ctx, e, []string{f.List()}, f.From(before), limit)
	if err != nil {
		return nil, store.Cursor{}, err
	}
	var out []*deployment.State
	for _, s := range list {
		if f.Past(s) {
			return out, store.Cursor{}, nil
		}
		if f.Has(s) {
			out = append(out, s)
		}
	}
	return out, next, nil
}
