package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Load implements store.Records.
func (s *Store) Load(ctx context.Context, ids ...store.ID) ([]store.Record, error) {
	found := make([]store.Record, len(ids))
	err := s.read(ctx, func(tx *bbolt.Tx) error {
		for i, id := range ids {
			found[i] = load(tx, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

func load(tx *bbolt.Tx, id store.ID) store.Record {
	return decode(id, tx.Bucket(records).Get(recordKey(id)))
}

// Find implements store.Records.
func (s *Store) Find(ctx context.Context, names ...store.Key) ([]store.Record, error) {
	for _, k := range names {
		if err := k.Validate(); err != nil {
			return nil, err
		}
	}
	found := make([]store.Record, len(names))
	err := s.read(ctx, func(tx *bbolt.Tx) error {
		for i, k := range names {
			if id := tx.Bucket(keys).Get(lookupKey(k.Shard, k.Name)); id != nil {
				found[i] = load(tx, store.ID(id))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Due implements store.Timers.
func (s *Store) Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	if err := store.ValidateDue(shard, limit); err != nil {
		return nil, err
	}
	var due []store.Wakeup
	end := wakeKey(shard, store.Millis(to), "")
	err := s.read(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(wakes).Cursor()
		k, _ := c.Seek(wakeKey(shard, store.Millis(from), ""))
		for ; k != nil && bytes.Compare(k, end) < 0 && len(due) < limit; k, _ = c.Next() {
			ms, id := parseWakeKey(k)
			due = append(due, store.Wakeup{ID: id, At: store.FromMillis(ms)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return due, nil
}

// List implements store.Lists: it walks all lists backwards at once.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Record, store.Cursor, error) {
	if err := q.Validate(); err != nil {
		return nil, store.Cursor{}, err
	}
	var page []store.Record
	var next store.Cursor
	err := s.read(ctx, func(tx *bbolt.Tx) error {
		var walks []*walk
		for _, name := range q.Lists {
			if w := newWalk(tx, name, q.Before); w.ok {
				walks = append(walks, w)
			}
		}
		var last store.Cursor
		for n := 0; ; n++ {
			at, ok := newest(walks)
			if !ok {
				return nil
			}
			if n == q.Limit {
				next = last
				return nil
			}
			if r := load(tx, at.ID); r.Exists() {
				page = append(page, r)
			}
			last = at
		}
	})
	if err != nil {
		return nil, store.Cursor{}, err
	}
	return page, next, nil
}

// newest returns the newest place of all walks, and moves those that are at it.
func newest(walks []*walk) (at store.Cursor, ok bool) {
	for _, w := range walks {
		if w.ok && (!ok || w.at.Compare(at) > 0) {
			at, ok = w.at, true
		}
	}
	for _, w := range walks {
		if w.ok && w.at == at {
			w.take(w.cursor.Prev())
		}
	}
	return at, ok
}

// walk goes through one list, newest first.
type walk struct {
	cursor *bbolt.Cursor
	prefix []byte
	at     store.Cursor
	ok     bool // at is a member
}

func newWalk(tx *bbolt.Tx, list string, before store.Cursor) *walk {
	w := &walk{cursor: tx.Bucket(lists).Cursor(), prefix: listPrefix(list)}
	end := listKey(list, before)
	if before == (store.Cursor{}) {
		end = append(w.prefix[:len(w.prefix):len(w.prefix)], bytes.Repeat([]byte{0xff}, 9)...)
	}
	if k, _ := w.cursor.Seek(end); k == nil {
		w.take(w.cursor.Last())
	} else {
		w.take(w.cursor.Prev())
	}
	return w
}

func (w *walk) take(k, _ []byte) {
	if w.ok = bytes.HasPrefix(k, w.prefix); w.ok {
		w.at = parseListKey(len(w.prefix), k)
	}
}

// Count implements store.Lists.
func (s *Store) Count(ctx context.Context, names ...string) ([]int, error) {
	found := make([]int, len(names))
	err := s.read(ctx, func(tx *bbolt.Tx) error {
		for i, name := range names {
			if v := tx.Bucket(counts).Get([]byte(name)); v != nil {
				found[i] = int(binary.BigEndian.Uint64(v))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
