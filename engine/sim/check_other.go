package sim

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// otherCommitted takes in a commit of a record that is no alert, incident or postmortem.
func (o *observer) otherCommitted(c *call, ch *store.Change) {
	was := o.others[ch.ID]
	if ch.Delete {
		delete(o.others, ch.ID)
		o.otherIDs = slices.DeleteFunc(o.otherIDs, func(id store.ID) bool { return id == ch.ID })
		return
	}
	rec := decoded(store.Record{ID: ch.ID, Data: ch.Data})
	if was == nil {
		o.otherIDs = append(o.otherIDs, ch.ID)
	}
	o.others[ch.ID] = rec
	o.takeReminders(c, was, rec)
	switch s := rec.(type) {
	case *override.State:
		o.overrideCommitted(c, s)
	case *handoff.State:
		old, _ := was.(*handoff.State)
		o.handoffCommitted(c, old, s, ch)
	case *heartbeat.State:
		old, _ := was.(*heartbeat.State)
		o.heartbeatCommitted(c, old, s, ch)
	case *canary.State:
		old, _ := was.(*canary.State)
		o.canaryCommitted(c, old, s, ch)
	}
	_, had := outboxOf(was)
	if integration, has := outboxOf(rec); integration != "" {
		o.checkOutbox(integration, had, has)
	}
}

// dueOf is what a record had to do by a time, "" for none but messages, and since when that has been known.
func (o *observer) dueOf(id store.ID, at time.Time) (what string, since time.Time) {
	at = at.Add(time.Millisecond)
	switch s := o.others[id].(type) {
	case *handoff.State:
		if !s.NextAt.After(at) {
			return "a look at the hand-offs", o.changed.Add(time.Minute) // it may be left to those with the latest configuration
		}
	case *heartbeat.State:
		if !s.Late() && !s.Deadline().After(at) {
			return "the end of a heartbeat", time.Time{}
		}
	case *canary.State:
		if !s.NextAt.After(at) {
			return "a round of the canary", time.Time{}
		}
	}
	return "", time.Time{}
}
