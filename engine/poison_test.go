package engine_test

import (
	"context"
	"testing"
	"time"

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
