package mem

import (
	"context"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// ordered is a set of places in an order: wake-ups by their time, members of a list by theirs.
type ordered []store.Cursor

func (o *ordered) insert(c store.Cursor) {
	if i, found := o.search(c); !found {
		*o = slices.Insert(*o, i, c)
	}
}

func (o *ordered) remove(c store.Cursor) {
	if i, found := o.search(c); found {
		*o = slices.Delete(*o, i, i+1)
	}
}

func (o *ordered) search(c store.Cursor) (int, bool) {
	return slices.BinarySearchFunc(*o, c, store.Cursor.Compare)
}

// newest returns up to limit members before the cursor, or the last ones of all for a zero cursor.
func (o *ordered) newest(before store.Cursor, limit int) []store.Cursor {
	end := len(*o)
	if before != (store.Cursor{}) {
		end, _ = o.search(before)
	}
	return (*o)[max(0, end-limit):end]
}

// Due implements store.Timers.
func (s *Store) Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	if err := store.ValidateDue(shard, limit); err != nil {
		return nil, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	wakes := s.shards[shard].wakes
	first, _ := wakes.search(store.Cursor{Order: store.Millis(from)})
	last, _ := wakes.search(store.Cursor{Order: store.Millis(to)})
	var due []store.Wakeup
	for _, w := range wakes[min(first, last):min(last, first+limit)] {
		due = append(due, store.Wakeup{ID: w.ID, At: store.FromMillis(w.Order)})
	}
	return due, nil
}

// Repair implements store.Timers. Here records and wake-ups change together and cannot differ.
func (s *Store) Repair(ctx context.Context, shard int) (int, error) {
	if err := store.ValidateShard(shard); err != nil {
		return 0, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	end()
	return 0, nil
}
