package bolt

import (
	"bytes"
	"context"

	"go.etcd.io/bbolt"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// repairPage is how many records or wake-ups are looked at while other writers wait.
const repairPage = 500

// Repair implements store.Timers.
func (s *Store) Repair(ctx context.Context, shard int) (int, error) {
	if err := store.ValidateShard(shard); err != nil {
		return 0, err
	}
	mended, err := s.sweep(ctx, shard, records, mendRecord)
	if err != nil {
		return mended, err
	}
	n, err := s.sweep(ctx, shard, wakes, mendWake)
	return mended + n, err
}

// sweep shows each entry of a shard to mend, a page in each transaction, and counts what it mended.
func (s *Store) sweep(ctx context.Context, shard int, bucket []byte, mend func(b *batch, k, v []byte) (bool, error)) (int, error) {
	total := 0
	for at := []byte{byte(shard)}; at != nil; {
		n, next := 0, []byte(nil)
		err := s.write(ctx, 0, func(b *batch) error {
			page, beyond := pageOf(b.tx, bucket, shard, at)
			for _, e := range page {
				mended, err := mend(b, e[0], e[1])
				if err != nil {
					return err
				}
				if mended {
					n++
				}
			}
			next = beyond
			return nil
		})
		if err != nil {
			return total, err
		}
		total, at = total+n, next
	}
	return total, nil
}

// pageOf reads entries of a shard from a key on, and the key after them, nil when there is none.
func pageOf(tx *bbolt.Tx, bucket []byte, shard int, from []byte) (page [][2][]byte, beyond []byte) {
	c := tx.Bucket(bucket).Cursor()
	for k, v := c.Seek(from); k != nil && k[0] == byte(shard); k, v = c.Next() {
		if len(page) == repairPage {
			return page, bytes.Clone(k)
		}
		page = append(page, [2][]byte{bytes.Clone(k), v[:min(len(v), headerSize):min(len(v), headerSize)]})
	}
	return page, nil
}

// mendRecord arms the wake-up of a record that has lost it.
func mendRecord(b *batch, k, v []byte) (bool, error) {
	_, wake := header(v)
	if wake == 0 {
		return false, nil
	}
	w := wakeKey(int(k[0]), wake, store.ID(k[1:]))
	if b.tx.Bucket(wakes).Get(w) != nil {
		return false, nil
	}
	return true, put(b, wakes, w, nil, true)
}

// mendWake removes a wake-up that its record does not ask for.
func mendWake(b *batch, k, _ []byte) (bool, error) {
	ms, id := parseWakeKey(k)
	if _, wake := header(b.tx.Bucket(records).Get(recordKey(id))); wake == ms {
		return false, nil
	}
	return true, put(b, wakes, k, nil, false)
}
