package mem

import (
	"context"
	"maps"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

var _ store.Whole = (*Store)(nil)

// IDs implements store.Whole, in the order of the ids.
func (s *Store) IDs(ctx context.Context, shard int) ([]store.ID, error) {
	if err := store.ValidateShard(shard); err != nil {
		return nil, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	return slices.Sorted(maps.Keys(s.shards[shard].records)), nil
}

// Counters implements store.Whole.
func (s *Store) Counters(ctx context.Context) (map[string]uint64, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	return maps.Clone(s.counters), nil
}

// Settings implements store.Whole.
func (s *Store) Settings(ctx context.Context) (map[string][]byte, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	all := map[string][]byte{}
	for name, value := range s.settings {
		all[name] = slices.Clone(value)
	}
	return all, nil
}

// BeginRestore implements store.Whole.
func (s *Store) BeginRestore(ctx context.Context, backup string) error {
	if err := store.ValidateName("backup", backup); err != nil {
		return err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if s.restoring == backup {
		return nil
	}
	if s.restoring != "" {
		return store.Occupied("a part of backup " + s.restoring)
	}
	if len(s.counters) > 0 || len(s.settings) > 0 {
		return store.Occupied("settings or counters")
	}
	for i := range s.shards {
		if len(s.shards[i].records) > 0 || len(s.shards[i].keys) > 0 {
			return store.Occupied("records")
		}
	}
	s.restoring = backup
	return nil
}

// EndRestore implements store.Whole.
func (s *Store) EndRestore(ctx context.Context) error {
	end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	s.restoring = ""
	return nil
}
