package bolt

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// recordsFill leaves little room in the pages of records: they come in the order of their shard's ids.
const recordsFill = 0.9

// txWrite is a Tx with everything copied that the caller may use again.
type txWrite struct {
	shard   int
	changes []change
}

type change struct {
	store.Change
	value []byte // the encoded record; nil to delete it
	wake  int64
}

// Commit implements store.Records.
func (s *Store) Commit(ctx context.Context, txs ...store.Tx) []error {
	errs := make([]error, len(txs))
	var writes []*write
	var place []int // of the writes in txs
	bytes := 0
	for i, tx := range txs {
		t, n, err := prepareTx(tx)
		if err != nil {
			errs[i] = err
			continue
		}
		writes, place = append(writes, &write{do: t.apply}), append(place, i)
		bytes += n
	}
	if len(writes) == 0 {
		return errs
	}
	for i, err := range s.writeAll(ctx, bytes, writes...) {
		errs[place[i]] = err
	}
	return errs
}

func prepareTx(tx store.Tx) (t *txWrite, bytes int, err error) {
	shard, err := tx.Validate()
	if err != nil {
		return nil, 0, err
	}
	t = &txWrite{shard: shard, changes: make([]change, len(tx))}
	for i := range tx {
		c := change{Change: tx[i]}
		c.Data = nil
		c.Keys, c.Join, c.Leave = slices.Clone(c.Keys), slices.Clone(c.Join), slices.Clone(c.Leave)
		if !c.Delete {
			c.wake = store.Millis(c.Wake)
			c.value = encode(c.Expect+1, c.wake, tx[i].Data)
		}
		bytes += len(c.value)
		t.changes[i] = c
	}
	return t, bytes, nil
}

// apply checks everything before it writes anything, so that ErrConflict leaves the batch as it was.
func (t *txWrite) apply(b *batch) error {
	recs, held := b.tx.Bucket(records), map[string]store.ID{}
	recs.FillPercent = recordsFill
	wasWake := make([]int64, len(t.changes))
	for i := range t.changes {
		c := &t.changes[i]
		var version uint64
		version, wasWake[i] = header(recs.Get(recordKey(c.ID)))
		if version != c.Expect || !t.takeKeys(b, c, held) {
			return store.ErrConflict
		}
	}
	for name, id := range held {
		if err := put(b, keys, lookupKey(t.shard, name), []byte(id), id != ""); err != nil {
			return err
		}
	}
	for i := range t.changes {
		c := &t.changes[i]
		if err := put(b, records, recordKey(c.ID), c.value, c.value != nil); err != nil {
			return err
		}
		if was := wasWake[i]; was != c.wake && was != 0 {
			if err := put(b, wakes, wakeKey(t.shard, was, c.ID), nil, false); err != nil {
				return err
			}
		}
		if c.wake != 0 {
			if err := put(b, wakes, wakeKey(t.shard, c.wake, c.ID), nil, true); err != nil {
				return err
			}
		}
		if err := b.place(c); err != nil {
			return err
		}
	}
	return nil
}

// takeKeys adds who holds the keys after the change to held, or tells that it is not as expected.
func (t *txWrite) takeKeys(b *batch, c *change, held map[string]store.ID) bool {
	for _, k := range c.Keys {
		holder, changed := held[k.Name]
		if !changed {
			holder = store.ID(b.tx.Bucket(keys).Get(lookupKey(t.shard, k.Name)))
		}
		switch {
		case holder == k.From:
			held[k.Name] = k.To
		case k.To != "":
			return false
		}
	}
	return true
}

// place changes the list memberships of a record.
func (b *batch) place(c *change) error {
	at := store.Cursor{Order: c.Order, ID: c.ID}
	for _, name := range c.Leave {
		if err := b.setMember(name, at, false); err != nil {
			return err
		}
	}
	if c.Delete {
		return nil
	}
	for _, name := range c.Join {
		if err := b.setMember(name, at, true); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) setMember(list string, at store.Cursor, member bool) error {
	k := listKey(list, at)
	if (b.tx.Bucket(lists).Get(k) != nil) == member {
		return nil
	}
	if member {
		b.counts[list]++
	} else {
		b.counts[list]--
	}
	return put(b, lists, k, nil, member)
}

func (b *batch) saveCounts() error {
	bucket := b.tx.Bucket(counts)
	for name, gained := range b.counts {
		k, n := []byte(name), gained
		if v := bucket.Get(k); v != nil {
			n += int64(binary.BigEndian.Uint64(v))
		}
		if err := put(b, counts, k, binary.BigEndian.AppendUint64(nil, uint64(n)), n > 0); err != nil {
			return err
		}
	}
	return nil
}

// put sets a key of a bucket, or removes it.
func put(b *batch, bucket, key, value []byte, keep bool) error {
	if !keep {
		return b.tx.Bucket(bucket).Delete(key)
	}
	if value == nil {
		value = []byte{} // a nil value would look absent to the rest of the transaction
	}
	return b.tx.Bucket(bucket).Put(key, value)
}
