// Package bolt keeps state in one file (bbolt), for one process on one machine. Every answer that says
// "written" comes after an fsync, which concurrent callers share.
//
// The file holds these buckets; numbers are big-endian, times and orders milliseconds:
//
//	records   shard (1 byte), id                         → version (8), wake-up or 0 (8), data
//	wakes     shard (1), wake-up (8), id                 → nothing
//	keys      shard (1), name                            → id
//	lists     length of name (2), name, order (8), id    → nothing
//	counts    name of list                               → how many are in it (8)
//	counters  name                                       → the last number that may have been given (8)
//	settings  name                                       → value
//	format    "version"                                  → "tocsin 1"
//	          "restoring"                                → the backup that is being restored, while it is
package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/internal/gather"
)

// One fsync serves at most so much.
var batchLimits = gather.Limits{Items: 2048, Bytes: 8 << 20}

// Store is a store.Store in one file. Use Open.
type Store struct {
	path      string
	toRestore bool
	db        *bbolt.DB
	writes    *gather.Queue[*write]
	counters  counters
	broken    atomic.Pointer[error] // why the file must not be touched any more

	mu     sync.Mutex
	closed bool
}

// write is one caller's part of a batch. do returns ErrConflict when it has changed nothing and another
// error when the batch cannot be written.
type write struct {
	do  func(*batch) error
	err error
}

// batch is one write transaction.
type batch struct {
	tx     *bbolt.Tx
	counts map[string]int64 // what the lists gained
}

var _ store.Store = (*Store)(nil)

// Now implements store.Store: it is the machine's time.
func (s *Store) Now() time.Time { return time.Now() }

// write runs do in the next batch and returns when that is on the disk.
func (s *Store) write(ctx context.Context, bytes int, do func(*batch) error) error {
	return s.writeAll(ctx, bytes, &write{do: do})[0]
}

func (s *Store) writeAll(ctx context.Context, bytes int, writes ...*write) []error {
	errs := make([]error, len(writes))
	err := s.writes.Do(ctx, bytes, writes...)
	for i, w := range writes {
		if err != nil {
			errs[i] = s.unavailable(err)
		} else {
			errs[i] = w.err
		}
	}
	return errs
}

// runBatch writes everything that waits with one fsync.
func (s *Store) runBatch(writes []*write) {
	var saved func()
	err := s.guard(func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			b := &batch{tx: tx, counts: map[string]int64{}}
			for _, w := range writes {
				if w.err = w.do(b); w.err != nil && !errors.Is(w.err, store.ErrConflict) {
					return w.err
				}
			}
			if err := b.saveCounts(); err != nil {
				return err
			}
			var err error
			saved, err = s.counters.save(tx)
			return err
		})
	})
	if err == nil {
		saved()
		return
	}
	if errors.Is(err, syscall.EIO) {
		s.breakOff(fmt.Errorf("the disk failed, and what %s holds is only known after a restart: %w", s.path, err))
	}
	for _, w := range writes {
		w.err = s.unavailable(err)
	}
}

// read runs do in a read transaction.
func (s *Store) read(ctx context.Context, do func(*bbolt.Tx) error) error {
	err := ctx.Err()
	if err == nil {
		err = s.guard(func() error { return s.db.View(do) })
	}
	if err != nil {
		return s.unavailable(err)
	}
	return nil
}

// guard turns what bbolt does with a damaged file, which is to panic or to touch memory that the file no
// longer backs, into an error, and keeps everybody off the file from then on.
func (s *Store) guard(do func() error) (err error) {
	if broken := s.broken.Load(); broken != nil {
		return *broken
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(s.path, p)
			s.breakOff(err)
		}
	}()
	return do()
}

func (s *Store) breakOff(err error) { s.broken.CompareAndSwap(nil, &err) }

func (s *Store) unavailable(err error) error {
	if errors.Is(err, store.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: state file %s: %w", store.ErrUnavailable, s.path, err)
}

// Alive implements store.Store. Only one process can have the file open, so that nobody else lives.
func (s *Store) Alive(ctx context.Context, replica string, ttl time.Duration) ([]string, error) {
	if err := store.ValidateName("replica", replica); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, s.unavailable(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, s.unavailable(gather.ErrClosed)
	}
	if ttl <= 0 {
		return nil, nil
	}
	return []string{replica}, nil
}

// Check implements store.Store: it writes to the file.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	return nil, s.write(ctx, 0, func(*batch) error { return nil })
}

// Close writes what is under way and releases the file.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.writes.Close()
	err := s.guard(func() error {
		return errors.Join(s.db.Update(s.counters.saveExactly), s.db.Close())
	})
	if err != nil {
		return s.unavailable(err)
	}
	return nil
}
