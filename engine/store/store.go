// Package store is the contract of Tocsin's durable state, which mem, bolt and redis keep.
//
// A store holds records: opaque data with a version, at most one wake-up time, unique lookup keys and
// memberships in ordered lists. Every record lives in one shard, named by its id. A Tx changes records of
// one shard atomically or not at all; there are no locks and no transactions across shards. A Commit that
// returned nil is durable. The package knows nothing of alerts, and nothing here reads a clock but Now.
//
// Every method gives up when its context ends; the error then wraps ErrUnavailable and the context's. A
// closed store answers ErrUnavailable.
package store

import (
	"context"
	"errors"
	"time"
)

// Shards is the number of shards in every store. It is part of every id, hence fixed: a record keeps its
// shard when it moves from one store to another.
const Shards = 16

var (
	// ErrConflict says that a record or a lookup key was not as the Tx expected. Nothing of that Tx was
	// written. Load again, re-apply, commit again.
	ErrConflict = errors.New("conflict: the record was changed meanwhile")
	// ErrUnavailable wraps every failure to reach or to write the state: retry later. A Commit that fails
	// so may or may not have been written; loading again tells.
	ErrUnavailable = errors.New("store unavailable")
)

// Record is one durable record as it was committed last. A Record with Version 0 does not exist.
type Record struct {
	ID      ID
	Version uint64    // 1 after creation, one more with each commit
	Wake    time.Time // zero when the record waits for nothing; milliseconds
	Data    []byte
}

// Exists reports whether the record was there.
func (r Record) Exists() bool { return r.Version > 0 }

// Change is the next version of one record.
type Change struct {
	ID     ID
	Expect uint64 // the version this was computed from; 0 when the record must not exist yet

	// Delete removes the record and its wake-up; Data, Wake and Join are ignored then. Lists and keys are
	// not looked for: name the lists that it is in under Leave, and release its keys under Keys.
	Delete bool
	Data   []byte // the new state; up to MaxData bytes

	// Wake is when the record asks to be woken, zero for never. Stores keep milliseconds and round up:
	// a record is never woken early.
	Wake time.Time

	Keys []KeyChange

	// Join and Leave change the record's list memberships. Joining twice, or leaving a list that it is
	// not in, is fine. Order is the record's place in every list it joins (its creation in Unix
	// milliseconds) and is the same in every change of a record. A list both left and joined is joined.
	Join, Leave []string
	Order       int64
}

// KeyChange moves one lookup key of the shard from one record to another, like a compare-and-set. Those of
// one Tx apply in their order.
type KeyChange struct {
	Name string
	From ID // who must hold it now; "" for nobody
	To   ID // who holds it then; "" releases it. A release by somebody who does not hold it is ignored.
}

// Tx is a list of changes to different records of one shard that are committed together or not at all.
type Tx []Change

// Key is a lookup key: a name that is unique in its shard.
type Key struct {
	Shard int
	Name  string
}

// Wakeup is a record that asks to be woken.
type Wakeup struct {
	ID ID
	At time.Time
}

// Query asks for records of some lists, newest first.
type Query struct {
	Lists  []string
	Before Cursor // continue after a previous page; zero starts at the newest
	Limit  int    // at most so many; 1 to 1000
}

// Cursor is a place in the order of a list: Order first, then id, both descending.
type Cursor struct {
	Order int64
	ID    ID
}

// Records is what changes state.
type Records interface {
	// Load returns the records in the order of ids. One that does not exist has Version 0.
	Load(ctx context.Context, ids ...ID) ([]Record, error)
	// Find returns the records that hold the keys, in their order. A free key gives Version 0 and no ID. A
	// key whose record was deleted without releasing it gives Version 0 and the ID that still holds it.
	Find(ctx context.Context, keys ...Key) ([]Record, error)
	// Commit commits every Tx for itself; the errors are in their order, nil, ErrConflict or one that
	// wraps ErrUnavailable (or ErrInvalid, which is a bug). It returns when what it reports as nil is
	// durable. The Txs of one call may be applied in any order. Slices may be used again afterwards.
	Commit(ctx context.Context, txs ...Tx) []error
}

// Timers is what the wheel watches.
type Timers interface {
	// Due returns wake-ups of the shard with from <= At < to, earliest first, at most limit. A zero from
	// means from the beginning.
	Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]Wakeup, error)
	// Repair compares records with wake-ups and mends what differs (a record whose wake-up was lost, a
	// wake-up without its record), and returns how many it mended.
	Repair(ctx context.Context, shard int) (int, error)
}

// Lists is what people look through.
type Lists interface {
	// List returns a page of the union of the lists, newest first, and where the next page begins: a zero
	// cursor when there is none. A record that is in several of the lists comes once. A page may hold fewer
	// than Limit records, because some were deleted meanwhile: only the cursor tells that it was the last.
	List(ctx context.Context, q Query) ([]Record, Cursor, error)
	// Count returns how many records each list holds.
	Count(ctx context.Context, lists ...string) ([]int, error)
}

// Store is all of it.
type Store interface {
	Records
	Timers
	Lists

	// Reserve takes n numbers of a counter that starts at 1 and returns the first. A number is never given
	// twice; numbers may be skipped.
	Reserve(ctx context.Context, counter string, n int) (first uint64, err error)
	// Setting returns the named value, which is set to initial when there is none yet: whoever is first wins.
	Setting(ctx context.Context, name string, initial []byte) ([]byte, error)
	// Alive says that the replica lives for ttl more, and returns the names of all that live, sorted. A
	// ttl of 0 says that it leaves.
	Alive(ctx context.Context, replica string, ttl time.Duration) ([]string, error)
	// Now is the time that all replicas of this store agree on.
	Now() time.Time
	// Check tells whether the store can be written, and warnings about how safe it is, for operators.
	Check(ctx context.Context) (warnings []string, err error)
	Close() error
}
