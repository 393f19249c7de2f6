package mem

import (
	"context"
	"maps"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Load implements store.Records.
func (s *Store) Load(ctx context.Context, ids ...store.ID) ([]store.Record, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	found := make([]store.Record, len(ids))
	for i, id := range ids {
		found[i] = s.load(id)
	}
	return found, nil
}

// Find implements store.Records.
func (s *Store) Find(ctx context.Context, keys ...store.Key) ([]store.Record, error) {
	for _, k := range keys {
		if err := k.Validate(); err != nil {
			return nil, err
		}
	}
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	found := make([]store.Record, len(keys))
	for i, k := range keys {
		if id := s.shards[k.Shard].keys[k.Name]; id != "" {
			found[i] = s.load(id)
		}
	}
	return found, nil
}

func (s *Store) load(id store.ID) store.Record {
	n := id.Shard()
	if n < 0 {
		return store.Record{ID: id}
	}
	r := s.shards[n].records[id]
	return store.Record{ID: id, Version: r.version, Wake: store.FromMillis(r.wake), Data: slices.Clone(r.data)}
}

// Commit implements store.Records.
func (s *Store) Commit(ctx context.Context, txs ...store.Tx) []error {
	errs := make([]error, len(txs))
	for i, tx := range txs {
		errs[i] = s.commit(ctx, tx)
	}
	return errs
}

func (s *Store) commit(ctx context.Context, tx store.Tx) error {
	n, err := tx.Validate()
	if err != nil {
		return err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	shard := &s.shards[n]
	keys, ok := shard.check(tx)
	if !ok {
		return store.ErrConflict
	}
	for name, id := range keys {
		if id == "" {
			delete(shard.keys, name)
		} else {
			shard.keys[name] = id
		}
	}
	for i := range tx {
		shard.write(&tx[i])
		s.place(&tx[i])
	}
	return nil
}

// check tells whether everything is as the Tx expects, and who holds the keys of the Tx after it.
func (s *shard) check(tx store.Tx) (keys map[string]store.ID, ok bool) {
	keys = map[string]store.ID{}
	for i := range tx {
		c := &tx[i]
		if s.records[c.ID].version != c.Expect {
			return nil, false
		}
		for _, k := range c.Keys {
			holder, changed := keys[k.Name]
			if !changed {
				holder = s.keys[k.Name]
			}
			switch {
			case holder == k.From:
				keys[k.Name] = k.To
			case k.To != "":
				return nil, false
			}
		}
	}
	return keys, true
}

func (s *shard) write(c *store.Change) {
	if was := s.records[c.ID]; was.wake != 0 {
		s.wakes.remove(store.Cursor{Order: was.wake, ID: c.ID})
	}
	if c.Delete {
		delete(s.records, c.ID)
		return
	}
	wake := store.Millis(c.Wake)
	s.records[c.ID] = record{version: c.Expect + 1, wake: wake, data: slices.Clone(c.Data)}
	if wake != 0 {
		s.wakes.insert(store.Cursor{Order: wake, ID: c.ID})
	}
}

// place changes the list memberships of a record.
func (s *Store) place(c *store.Change) {
	at := store.Cursor{Order: c.Order, ID: c.ID}
	for _, name := range c.Leave {
		if l := s.lists[name]; l != nil {
			l.remove(at)
			if len(*l) == 0 {
				delete(s.lists, name)
			}
		}
	}
	if c.Delete {
		return
	}
	for _, name := range c.Join {
		if s.lists[name] == nil {
			s.lists[name] = &ordered{}
		}
		s.lists[name].insert(at)
	}
}

// List implements store.Lists.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Record, store.Cursor, error) {
	if err := q.Validate(); err != nil {
		return nil, store.Cursor{}, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return nil, store.Cursor{}, err
	}
	defer end()
	union := map[store.Cursor]bool{}
	for _, name := range q.Lists {
		if l := s.lists[name]; l != nil {
			for _, c := range l.newest(q.Before, q.Limit+1) {
				union[c] = true
			}
		}
	}
	newest := slices.SortedFunc(maps.Keys(union), func(a, b store.Cursor) int { return b.Compare(a) })
	var next store.Cursor
	if len(newest) > q.Limit {
		newest = newest[:q.Limit]
		next = newest[q.Limit-1]
	}
	var page []store.Record
	for _, c := range newest {
		if r := s.load(c.ID); r.Exists() {
			page = append(page, r)
		}
	}
	return page, next, nil
}

// Count implements store.Lists.
func (s *Store) Count(ctx context.Context, lists ...string) ([]int, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	counts := make([]int, len(lists))
	for i, name := range lists {
		if l := s.lists[name]; l != nil {
			counts[i] = len(*l)
		}
	}
	return counts, nil
}
