package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestARecordThatCannotBeReadHoldsUpNobody(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	bad := store.Change{ID: store.NewID(store.KindAlert, 3), Data: []byte("written by a newer version"), Wake: start}
	if err := tw.store.Commit(context.Background(), store.Tx{bad})[0]; err != nil {
		t.Fatal(err)
	}
	if _, err := tw.engines[0].Step(context.Background(), start); err != nil {
		t.Errorf("error %v: the runner would take the store for away", err)
	}
	loads := 0
	tw.faults[0].loaded = func() { loads++ }
	tw.wait(3 * time.Minute)
	if loads > 4 {
		t.Errorf("it was loaded %d times in three minutes", loads)
	}
	tw.fire(low)
	want(t, tw.phones.log(), "\n3m0s ethan email\n")
}

func TestAnAlertThatCannotBeReadCostsNeitherItsNextEventNorTheOthers(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	name := alert.Key("prom", "disk")
	id := store.NewID(store.KindAlert, store.ShardOf(name))
	bad := store.Change{ID: id, Data: []byte("written by a newer version"), Keys: []store.KeyChange{{Name: name, To: id}}}
	if err := tw.store.Commit(context.Background(), store.Tx{bad})[0]; err != nil {
		t.Fatal(err)
	}
	got := tw.ingest("prom",
		event.Event{Status: event.Firing, DedupKey: "disk", Title: "disk", Priority: "P4"},
		event.Event{Status: event.Firing, DedupKey: "cpu", Title: "cpu", Priority: "P4"})
	for _, r := range got {
		if a := tw.alert(r); a.Status != alert.Open || a.ID == id {
			t.Errorf("%s became %s, %s; want a new open alert", r.DedupKey, a.ID, a.Status)
		}
	}
	if again := tw.ingest("prom", event.Event{Status: event.Firing, DedupKey: "disk", Title: "disk"})[0]; again.ID != got[0].ID {
		t.Errorf("the next event made %s, want it to find %s", again.ID, got[0].ID)
	}
	want(t, tw.phones.log(), "\n0s ethan email\n0s ethan email\n")
}
