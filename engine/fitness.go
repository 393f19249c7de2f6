package engine

import (
	"context"
	"time"
)

// Unfit is why this replica cannot do its work; empty when it can.
type Unfit string

// The reasons.
const (
	UnfitStore    Unfit = "store"    // nothing can be committed
	UnfitWheel    Unfit = "wheel"    // what is due is not being handled
	UnfitDelivery Unfit = "delivery" // messages are due, and none gets out
	UnfitURL      Unfit = "url"      // nobody outside can be told that all is well; the engine itself never says so
)

// Unfits are all reasons.
var Unfits = [...]Unfit{UnfitStore, UnfitWheel, UnfitDelivery, UnfitURL}

// behind is for how long something may have been due, without all of it being handled, before a replica counts as late.
const behind = 30 * time.Second

// Fit tells whether this replica can do all that an alert needs: commit it, handle what is due in time, and get
// messages out. It writes to the store to find out.
func (e *Engine) Fit(ctx context.Context) (Unfit, error) {
	if _, err := e.store.Check(ctx); err != nil {
		return UnfitStore, err
	}
	now := e.Now()
	if now.UnixMilli()-e.caughtUp.Load() > behind.Milliseconds() {
		return UnfitWheel, nil
	}
	if e.Delivery.Stuck(now) {
		return UnfitDelivery, nil
	}
	return "", nil
}
