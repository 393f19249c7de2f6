package bolt

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// The numbers that a counter may give without writing are 32, or what it gave since the last write twice
// over, up to a bound. A crash skips those that were not given.
const (
	leastAhead = 32
	mostAhead  = 4096
)

// counters gives numbers from memory up to a ceiling that is on the disk. Every batch raises the ceilings,
// so that giving a number seldom costs a write of its own, and no crash gives a number twice.
type counters struct {
	mu sync.Mutex
	of map[string]*counter
}

type counter struct {
	last    uint64 // given
	ceiling uint64 // on the disk: the last that may be given
	mark    uint64 // last, when the ceiling was written
}

// load reads the ceilings at the start. What was given below them is unknown.
func (c *counters) load(tx *bbolt.Tx) {
	c.of = map[string]*counter{}
	at := tx.Bucket(numbers).Cursor()
	for k, v := at.First(); k != nil; k, v = at.Next() {
		n := binary.BigEndian.Uint64(v)
		c.of[string(k)] = &counter{last: n, ceiling: n, mark: n}
	}
}

// give returns the first of n numbers, when they are within the ceiling or beyond is set.
func (c *counters) give(name string, n int, beyond bool) (first uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.of[name]
	if k == nil {
		k = &counter{}
		c.of[name] = k
	}
	if !beyond && k.last+uint64(n) > k.ceiling {
		return 0, false
	}
	k.last += uint64(n)
	return k.last - uint64(n) + 1, true
}

// save writes ceilings above all that was given. saved is to be called when they are on the disk.
func (c *counters) save(tx *bbolt.Tx) (saved func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	written := map[*counter]counter{}
	for name, k := range c.of {
		if k.last == k.mark {
			continue
		}
		ahead := min(max(leastAhead, 2*(k.last-k.mark)), mostAhead)
		w := counter{ceiling: k.last + ahead, mark: k.last}
		if err := tx.Bucket(numbers).Put([]byte(name), binary.BigEndian.AppendUint64(nil, w.ceiling)); err != nil {
			return nil, err
		}
		written[k] = w
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for k, w := range written {
			k.ceiling, k.mark = w.ceiling, w.mark
		}
	}, nil
}

// saveExactly writes what was given, for an end without gaps. Nothing may be given after it.
func (c *counters) saveExactly(tx *bbolt.Tx) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, k := range c.of {
		k.ceiling = 0
		if err := tx.Bucket(numbers).Put([]byte(name), binary.BigEndian.AppendUint64(nil, k.last)); err != nil {
			return err
		}
	}
	return nil
}

// Reserve implements store.Store. After a crash a counter skips some numbers; it never gives one twice.
func (s *Store) Reserve(ctx context.Context, name string, n int) (uint64, error) {
	if err := store.ValidateReserve(name, n); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, s.unavailable(err)
	}
	if first, ok := s.counters.give(name, n, false); ok {
		return first, nil
	}
	var first uint64
	err := s.write(ctx, 0, func(*batch) error {
		first, _ = s.counters.give(name, n, true)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return first, nil
}

// Setting implements store.Store.
func (s *Store) Setting(ctx context.Context, name string, initial []byte) ([]byte, error) {
	if err := store.ValidateSetting(name, initial); err != nil {
		return nil, err
	}
	var value []byte
	get := func(tx *bbolt.Tx) bool {
		v := tx.Bucket(settings).Get([]byte(name))
		value = slices.Clone(v)
		return v != nil
	}
	found := false
	if err := s.read(ctx, func(tx *bbolt.Tx) error { found = get(tx); return nil }); err != nil || found {
		return value, err
	}
	mine := slices.Clone(initial)
	err := s.write(ctx, len(mine), func(b *batch) error {
		if get(b.tx) {
			return nil
		}
		value = slices.Clone(mine)
		return b.tx.Bucket(settings).Put([]byte(name), mine)
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}
