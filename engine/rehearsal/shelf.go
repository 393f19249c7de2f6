package rehearsal

import (
	"context"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
)

// shelf is the store in memory, and knows of each shard when its earliest wake-up is: in virtual time that is asked at
// every instant, of every shard, and most have nothing.
type shelf struct {
	*mem.Store
	first [store.Shards]time.Time // zero for none
	known [store.Shards]bool      // whether first is what the shard has
}

// always is later than any wake-up.
var always = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Commit implements store.Records.
func (s *shelf) Commit(ctx context.Context, txs ...store.Tx) []error {
	for _, tx := range txs {
		for _, c := range tx {
			if shard := c.ID.Shard(); shard >= 0 {
				s.known[shard] = false
			}
		}
	}
	return s.Store.Commit(ctx, txs...)
}

// Due implements store.Timers.
func (s *shelf) Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	first, err := s.wake(ctx, shard)
	if err != nil || first.IsZero() || !first.Before(to) {
		return nil, err
	}
	return s.Store.Due(ctx, shard, from, to, limit)
}

// wake is the earliest wake-up of a shard, zero when there is none.
func (s *shelf) wake(ctx context.Context, shard int) (time.Time, error) {
	if !s.known[shard] {
		due, err := s.Store.Due(ctx, shard, time.Time{}, always, 1)
		if err != nil {
			return time.Time{}, err
		}
		s.first[shard], s.known[shard] = time.Time{}, true
		for _, d := range due {
			s.first[shard] = d.At
		}
	}
	return s.first[shard], nil
}

// earliest is the earliest wake-up of all, zero when there is none.
func (s *shelf) earliest(ctx context.Context) (at time.Time, err error) {
	for shard := range store.Shards {
		first, err := s.wake(ctx, shard)
		if err != nil {
			return time.Time{}, err
		}
		if !first.IsZero() && (at.IsZero() || first.Before(at)) {
			at = first
		}
	}
	return at, nil
}
