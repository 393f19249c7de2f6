// Package mem keeps state in memory, for simulation and tests: nothing survives the process. It is
// deterministic: it starts no goroutine and reads no clock but the one that it is given.
package mem

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Store is a store.Store in memory. Use New.
type Store struct {
	now func() time.Time

	mu       sync.Mutex
	closed   bool
	shards   [store.Shards]shard
	lists    map[string]*ordered
	counters map[string]uint64
	settings map[string][]byte
	alive    map[string]time.Time // replica → until when

	restoring string // the backup that is being written here
}

// shard is what one Tx can change, but for the lists.
type shard struct {
	records map[store.ID]record
	keys    map[string]store.ID
	wakes   ordered
}

type record struct {
	version uint64
	wake    int64 // milliseconds, 0 for never
	data    []byte
}

var _ store.Store = (*Store)(nil)

// New returns an empty store whose Now is the given clock.
func New(now func() time.Time) *Store {
	s := &Store{
		now:      now,
		lists:    map[string]*ordered{},
		counters: map[string]uint64{},
		settings: map[string][]byte{},
		alive:    map[string]time.Time{},
	}
	for i := range s.shards {
		s.shards[i] = shard{records: map[store.ID]record{}, keys: map[string]store.ID{}}
	}
	return s
}

// Now implements store.Store.
func (s *Store) Now() time.Time { return s.now() }

// begin locks the store for one call, or says why the call cannot be served.
func (s *Store) begin(ctx context.Context) (end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, fmt.Errorf("%w: the store in memory is closed", store.ErrUnavailable)
	}
	return s.mu.Unlock, nil
}

// Reserve implements store.Store.
func (s *Store) Reserve(ctx context.Context, counter string, n int) (uint64, error) {
	if err := store.ValidateReserve(counter, n); err != nil {
		return 0, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	first := s.counters[counter] + 1
	s.counters[counter] += uint64(n)
	return first, nil
}

// Setting implements store.Store.
func (s *Store) Setting(ctx context.Context, name string, initial []byte) ([]byte, error) {
	if err := store.ValidateSetting(name, initial); err != nil {
		return nil, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	if _, ok := s.settings[name]; !ok {
		s.settings[name] = slices.Clone(initial)
	}
	return slices.Clone(s.settings[name]), nil
}

// Alive implements store.Store. Replicas of a simulation may share the store.
func (s *Store) Alive(ctx context.Context, replica string, ttl time.Duration) ([]string, error) {
	if err := store.ValidateName("replica", replica); err != nil {
		return nil, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	now := s.now()
	s.alive[replica] = now.Add(ttl)
	maps.DeleteFunc(s.alive, func(_ string, until time.Time) bool { return !until.After(now) })
	return slices.Sorted(maps.Keys(s.alive)), nil
}

// Check implements store.Store.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	return []string{"the state is in memory only: it is lost when the process ends"}, nil
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
