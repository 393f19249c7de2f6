package bolt

import (
	"context"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

var _ store.Whole = (*Store)(nil)

// IDs implements store.Whole, in the order of the ids.
func (s *Store) IDs(ctx context.Context, shard int) ([]store.ID, error) {
	if err := store.ValidateShard(shard); err != nil {
		return nil, err
	}
	var ids []store.ID
	err := s.read(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(records).Cursor()
		for k, _ := c.Seek([]byte{byte(shard)}); k != nil && k[0] == byte(shard); k, _ = c.Next() {
			ids = append(ids, store.ID(k[1:]))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// Counters implements store.Whole. The numbers are exact while the file is open.
func (s *Store) Counters(ctx context.Context) (map[string]uint64, error) {
	if err := ctx.Err(); err != nil {
		return nil, s.unavailable(err)
	}
	s.counters.mu.Lock()
	defer s.counters.mu.Unlock()
	all := map[string]uint64{}
	for name, c := range s.counters.of {
		all[name] = c.last
	}
	return all, nil
}

// Settings implements store.Whole.
func (s *Store) Settings(ctx context.Context) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := s.read(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket(settings).ForEach(func(name, value []byte) error {
			all[string(name)] = slices.Clone(value)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// BeginRestore implements store.Whole.
func (s *Store) BeginRestore(ctx context.Context, backup string) error {
	if err := store.ValidateName("backup", backup); err != nil {
		return err
	}
	var refused error
	err := s.write(ctx, 0, func(b *batch) error {
		if refused = occupied(b.tx, backup); refused != nil {
			return nil
		}
		return b.tx.Bucket(formats).Put(restoring, []byte(backup))
	})
	if err != nil {
		return err
	}
	return refused
}

// occupied says why the backup cannot be written to the file.
func occupied(tx *bbolt.Tx, backup string) error {
	if mark := string(tx.Bucket(formats).Get(restoring)); mark == backup {
		return nil
	} else if mark != "" {
		return store.Occupied("a part of backup " + mark)
	}
	for _, name := range [][]byte{records, keys, lists, numbers, settings} {
		if k, _ := tx.Bucket(name).Cursor().First(); k != nil {
			return store.Occupied(string(name))
		}
	}
	return nil
}

// EndRestore implements store.Whole.
func (s *Store) EndRestore(ctx context.Context) error {
	return s.write(ctx, 0, func(b *batch) error { return b.tx.Bucket(formats).Delete(restoring) })
}
