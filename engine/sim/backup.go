package sim

import (
	"context"
	"encoding/json"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
)

// counters are what numbers are taken of.
var counters = []string{"alert", "incident", "postmortem", "override", "swap", "absence"}

// backup is the whole store at one moment. What a restore may do to the promises: whatever was accepted,
// acknowledged or sent after the backup is forgotten, and may be asked or sent again; what the backup knows to
// have been done is not done again, and everything that is due goes on at once.
type backup struct {
	changes []store.Change
	numbers map[string]uint64
	watch   *observer
}

func (s *Sim) makeBackup() {
	b := &backup{numbers: map[string]uint64{}, watch: s.watch.copied()}
	ctx := context.Background()
	for _, id := range s.watch.known() {
		found, err := s.store.Load(ctx, id)
		if err != nil || !found[0].Exists() {
			continue
		}
		rec := decoded(found[0])
		c := store.Change{ID: id, Data: found[0].Data, Wake: found[0].Wake, Join: rec.Lists(), Order: rec.Born().UnixMilli()}
		for _, k := range rec.Keys() {
			held, err := s.store.Find(ctx, store.Key{Shard: id.Shard(), Name: k})
			if err == nil && held[0].ID == id {
				c.Keys = append(c.Keys, store.KeyChange{Name: k, To: id})
			}
		}
		b.changes = append(b.changes, c)
	}
	for _, counter := range counters {
		b.numbers[counter], _ = s.store.Reserve(ctx, counter, 1)
	}
	s.backup = b
	s.tell(0, "a backup is made: %d records", len(b.changes))
}

// restore stops everything, puts the backup in place of the store, and starts anew after a while.
func (s *Sim) restore(down time.Duration) {
	if s.backup == nil {
		return
	}
	for _, r := range s.places {
		if r != nil {
			r.crash(" for a restore", down+s.jitter(2000))
		}
	}
	s.after(time.Millisecond, func() {
		ctx := context.Background()
		s.store = &shared{mem.New(func() time.Time { return s.now }), map[store.ID]bool{}}
		for _, c := range s.backup.changes {
			if err := s.store.Commit(ctx, store.Tx{c})[0]; err != nil {
				panic(err) // the simulator's own mistake
			}
		}
		for _, counter := range counters {
			_, _ = s.store.Reserve(ctx, counter, int(s.backup.numbers[counter]))
		}
		s.watch.restored(s.backup.watch)
		s.tell(0, "the backup is restored")
		s.disturbed()
	})
}

// decoded reads a record as its id says.
func decoded(r store.Record) record.Record {
	var rec record.Record
	switch r.ID.Kind() {
	case store.KindIncident:
		rec = &incident.State{}
	case store.KindPostmortem:
		rec = &postmortem.State{}
	case store.KindAlert:
		rec = &alert.State{}
	default:
		if rec, err := record.Decode(r); err == nil {
			return rec
		}
	}
	if err := json.Unmarshal(r.Data, rec); err != nil {
		panic(err) // what was committed cannot be read: nothing can go on
	}
	return rec
}
