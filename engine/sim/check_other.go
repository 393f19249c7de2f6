package sim

import (
	"slices"

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
	if s, ok := rec.(*override.State); ok {
		o.overrideCommitted(c, s)
	}
}
