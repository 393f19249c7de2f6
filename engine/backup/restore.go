package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Target is a store to restore into.
type Target interface {
	Load(ctx context.Context, ids ...store.ID) ([]store.Record, error)
	Commit(ctx context.Context, txs ...store.Tx) []error
	Reserve(ctx context.Context, counter string, n int) (first uint64, err error)
	Setting(ctx context.Context, name string, initial []byte) ([]byte, error)
	Counters(ctx context.Context) (map[string]uint64, error)
	BeginRestore(ctx context.Context, backup string) error
	EndRestore(ctx context.Context) error
}

// RestoreOptions say how the restored state goes on.
type RestoreOptions struct {
	// HoldUntil has no record wake before it; zero for as soon as a server runs.
	HoldUntil time.Time
	// SkipNumbers are left out of every counter, for those that were given after the backup was made.
	SkipNumbers uint64
	Progress    Progress // may be nil
}

// Batches of commits.
const batchRecords, batchBytes = 256, 4 << 20

// ErrDiffers says that the store holds something else than the backup, although it is being restored from it.
var ErrDiffers = errors.New("the store differs from the backup: empty it, and restore again")

// Check reads a whole backup, and tells whether this version can restore it.
func Check(open func() (io.ReadCloser, error)) (Info, error) { return through(open, checkFormat) }

// Restore writes a backup, which was checked before, into an empty store. It may be interrupted: the same restore
// again goes on, and until one has come to its end the store cannot be opened for anything else.
func Restore(ctx context.Context, open func() (io.ReadCloser, error), checked Info, to Target, o RestoreOptions) error {
	if err := to.BeginRestore(ctx, checked.Header.Name); err != nil {
		return err
	}
	given, err := to.Counters(ctx)
	if err != nil {
		return err
	}
	re := &restore{ctx: ctx, to: to, options: o, given: given, total: checked.End.Records, claimed: map[store.Key]bool{}}
	again, err := through(open, func(_ Header, e *Entry, c *Counter, s *Setting) error { return re.take(e, c, s) })
	if err == nil {
		err = re.flush()
	}
	if err == nil && again != checked {
		err = fmt.Errorf("%w: the file was changed while it was restored", ErrDamaged)
	}
	if err != nil {
		return err
	}
	return to.EndRestore(ctx)
}

func through(open func() (io.ReadCloser, error), see func(Header, *Entry, *Counter, *Setting) error) (Info, error) {
	f, err := open()
	if err != nil {
		return Info{}, err
	}
	info, err := Read(f, see)
	return info, errors.Join(err, f.Close())
}

// checkFormat refuses records that this version does not know, before anything is written.
func checkFormat(_ Header, e *Entry, _ *Counter, _ *Setting) error {
	if e == nil || e.Unread != "" {
		return nil
	}
	_, err := record.Decode(store.Record{ID: e.ID, Data: e.State})
	switch {
	case errors.Is(err, record.ErrNewer):
		return fmt.Errorf("the backup cannot be restored by this version: %w", err)
	case err != nil:
		return damaged("a record cannot be read", err)
	}
	return nil
}

// change is the creation of a record.
type change store.Change

func (e *Entry) change() change {
	c := change{ID: e.ID, Data: e.data(), Wake: e.Wake, Order: e.Order, Join: e.Lists}
	for _, name := range e.Keys {
		c.Keys = append(c.Keys, store.KeyChange{Name: name, To: e.ID})
	}
	return c
}

// restore is one under way.
type restore struct {
	ctx     context.Context
	to      Target
	options RestoreOptions
	given   map[string]uint64  // by counters, when it began
	claimed map[store.Key]bool // by records before
	batch   []store.Tx
	bytes   int
	done    int
	total   int
}

func (re *restore) take(e *Entry, c *Counter, s *Setting) error {
	switch {
	case e != nil:
		return re.record(e)
	case c != nil:
		return re.counter(c)
	default:
		value, err := re.to.Setting(re.ctx, s.Name, s.Value)
		if err == nil && !bytes.Equal(value, s.Value) {
			err = fmt.Errorf("setting %s: %w", s.Name, ErrDiffers)
		}
		return err
	}
}

func (re *restore) record(e *Entry) error {
	// Of two that were seen with the same key, while it went from one to the other, one can have it.
	var keys []string
	for _, name := range e.Keys {
		if k := (store.Key{Shard: e.ID.Shard(), Name: name}); !re.claimed[k] {
			re.claimed[k] = true
			keys = append(keys, name)
		}
	}
	e.Keys = keys
	if !e.Wake.IsZero() && e.Wake.Before(re.options.HoldUntil) {
		e.Wake = re.options.HoldUntil
	}
	tx, err := e.change().validated()
	if err != nil {
		return err
	}
	re.batch, re.bytes = append(re.batch, tx), re.bytes+len(e.data())
	if len(re.batch) < batchRecords && re.bytes < batchBytes {
		return nil
	}
	return re.flush()
}

// flush commits the batch. What an interrupted restore has written already conflicts, and is compared.
func (re *restore) flush() error {
	if len(re.batch) == 0 {
		return nil
	}
	var there []store.ID
	data := map[store.ID][]byte{}
	for i, err := range re.to.Commit(re.ctx, re.batch...) {
		c := &re.batch[i][0]
		switch {
		case errors.Is(err, store.ErrConflict):
			there, data[c.ID] = append(there, c.ID), c.Data
		case err != nil:
			return err
		}
	}
	if len(there) > 0 {
		found, err := re.to.Load(re.ctx, there...)
		if err != nil {
			return err
		}
		for _, r := range found {
			if !r.Exists() || !bytes.Equal(r.Data, data[r.ID]) {
				return fmt.Errorf("record %s: %w", r.ID, ErrDiffers)
			}
		}
	}
	re.done += len(re.batch)
	re.batch, re.bytes = nil, 0
	if re.options.Progress != nil {
		re.options.Progress(re.done, re.total)
	}
	return nil
}

// counter has the next number be one that was not given, however often the restore is interrupted.
func (re *restore) counter(c *Counter) error {
	last := c.Last + re.options.SkipNumbers
	if last < c.Last || last > math.MaxInt64 {
		return fmt.Errorf("counter %s cannot go on from %d", c.Name, c.Last)
	}
	for given := re.given[c.Name]; given < last; {
		n := min(last-given, math.MaxInt32)
		if _, err := re.to.Reserve(re.ctx, c.Name, int(n)); err != nil {
			return err
		}
		given += n
	}
	return nil
}
