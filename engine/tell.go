package engine

import (
	"context"
	"errors"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// teller is a record that has something to tell an alert.
type teller interface {
	record.Record
	Outgoing() *outbox.Outbox
	Event(directory.Env) (integration string, ev event.Event)
}

// tell brings to its alert what a record has claimed for it, and then says so in the record. A failure is tried
// again when the record is woken next, at the end of the lease; so is what a crash leaves undone. The alert has
// a dedup key, so that it does not matter whether it was told before.
func (e *Engine) tell(ctx context.Context, r teller) {
	o, env := *r.Outgoing(), e.Env()
	if env.Now.After(o.At.Add(-outbox.Patience)) {
		return // held up: the lease would be over before the attempt
	}
	ctx, cancel := context.WithTimeout(ctx, outbox.Patience)
	defer cancel()
	integration, ev := r.Event(env)
	_, err := e.Ingest(ctx, integration, []event.Event{ev})
	if err == nil {
		done := e.edit(ctx, []store.ID{r.Identity()}, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			rec.(teller).Outgoing().Told(o.N, env.Now)
			return alert.Effects{}, nil
		})
		if err = done[0].err; errors.Is(err, ErrNotFound) {
			err = nil
		}
	}
	if err != nil {
		e.log.Warn("an alert could not be told yet; it is tried again", "of", integration, "status", ev.Status, "at", o.At, "error", err)
	}
}
