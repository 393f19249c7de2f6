package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// ClaimBundle claims what waits to be sent together to a recipient, each alert in a commit of its
// own, and returns the claims that were committed. An alert that was acknowledged meanwhile is not among them.
func (e *Engine) ClaimBundle(ctx context.Context, ids []store.ID, to deliver.Recipient, bundle string) ([]deliver.Job, directory.Env) {
	var jobs []deliver.Job
	for len(ids) > 0 {
		n := min(len(ids), batch)
		claims := map[store.ID][]deliver.Job{} // of the latest try
		done := e.edit(store.Repeatable(ctx), ids[:n], func(rec record.Record, env directory.Env) (alert.Effects, error) {
			a, ok := rec.(*alert.State)
			if !ok {
				return alert.Effects{}, ErrNotFound
			}
			fx, err := alert.Apply(a, alert.Woken{}, env)
			claims[a.ID] = e.Delivery.ClaimFor(a, to, bundle, env.Now)
			return fx, err
		})
		for i, d := range done {
			if d.err == nil {
				jobs = append(jobs, claims[ids[i]]...)
			}
		}
		ids = ids[n:]
	}
	return jobs, e.Env()
}
