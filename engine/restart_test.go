package engine_test

import (
	"log/slog"
	"path/filepath"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/bolt"
)

// clocked is a store in virtual time.
type clocked struct {
	store.Store
	now func() time.Time
}

func (c clocked) Now() time.Time { return c.now() }

// onFile gives a function that does something with a replica that has just been started on a file, and ends the replica
// and closes the file then. Each call is a restart.
func (tw *town) onFile() func(do func()) {
	path := filepath.Join(tw.TempDir(), "tocsin.db")
	return func(do func()) {
		tw.Helper()
		s, err := bolt.Open(path)
		if err != nil {
			tw.Fatal(err)
		}
		defer s.Close()
		tw.engines[0] = engine.New(engine.Options{
			Store: clocked{s, tw.clock.now}, Replica: "r", World: tw.world(tw.yaml),
			Run:  func(f func()) { tw.tasks = append(tw.tasks, task{0, f}) },
			Pick: func(int) int { return 0 }, Watch: tw.counts, Log: slog.New(slog.DiscardHandler),
		})
		tw.engines[0].Delivery.Configure(tw.setup())
		do()
	}
}
