package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrOccupied says that a store cannot be restored into, because it holds something else.
var ErrOccupied = errors.New("the store is not empty")

// Whole is what backup and restore need beside Store. Nothing of it is a snapshot: what others commit
// meanwhile may be seen or not.
type Whole interface {
	// IDs returns the ids of all records of a shard, each once, in no order.
	IDs(ctx context.Context, shard int) ([]ID, error)
	// Counters returns, for each counter, the last number that may have been given.
	Counters(ctx context.Context) (map[string]uint64, error)
	// Settings returns all that Setting has set.
	Settings(ctx context.Context) (map[string][]byte, error)

	// BeginRestore says that the backup of that name is going to be written here. From then on the store
	// cannot be opened for anything else. It goes on with a restore of the same backup that was interrupted;
	// any other state gives ErrOccupied.
	BeginRestore(ctx context.Context, backup string) error
	// EndRestore says that all of it is written.
	EndRestore(ctx context.Context) error
}

// Unfinished is the error of opening a store whose restore was interrupted.
func Unfinished(where, backup string) error {
	return fmt.Errorf("%s holds a part of backup %s: run tocsin restore again with the same file and store, or empty it", where, backup)
}

// Occupied is an ErrOccupied that says by what.
func Occupied(by string) error {
	return fmt.Errorf("%w: it holds %s; restore into an empty store", ErrOccupied, by)
}
