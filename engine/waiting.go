package engine

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const (
	waitingFor  = 5 * time.Second // how long a look at all alerts that are not closed counts, for hand-offs
	waitingMost = 2000            // how many are looked through, the worst first
)

// waiting is a look at all alerts that are not closed: many schedules hand over at the same moment.
type waiting struct {
	mu     sync.Mutex // also held while the store is asked: those who come meanwhile want the same answer
	at     time.Time
	alerts []waitingAlert
	more   bool // there are more
}

// waitingAlert is what a person who comes on call has to know of an alert.
type waitingAlert struct {
	deliver.Waiting
	schedules []string // that its policies ask
}

// Waiting returns the alerts that are not closed and whose policies ask a schedule, as they are pinned in the alert: the
// worst first, what nobody has before what somebody has. more says that there may be others among those that were not
// looked at.
func (e *Engine) Waiting(ctx context.Context, schedule string) (alerts []deliver.Waiting, more bool, err error) {
	w := &e.waiting
	w.mu.Lock()
	defer w.mu.Unlock()
	now := e.Now()
	if w.at.IsZero() || now.Sub(w.at) >= waitingFor || now.Before(w.at) {
		found, more, err := e.lookWaiting(ctx)
		if err != nil {
			return nil, false, err
		}
		w.at, w.alerts, w.more = now, found, more
	}
	for _, a := range w.alerts {
		if slices.Contains(a.schedules, schedule) {
			alerts = append(alerts, a.Waiting)
		}
	}
	return alerts, w.more, nil
}

func (e *Engine) lookWaiting(ctx context.Context) (found []waitingAlert, more bool, err error) {
	for _, priority := range event.Priorities {
		for _, status := range []alert.Status{alert.Open, alert.Snoozed, alert.Acked} {
			var before store.Cursor
			for {
				left := waitingMost - len(found)
				if left <= 0 {
					return found, true, nil
				}
				page, next, err := e.store.List(ctx, store.Query{Lists: []string{alert.ListOf(status, priority)}, Before: before, Limit: min(left, 1000)})
				if err != nil {
					return nil, false, err
				}
				begin := len(found)
				for _, r := range page {
					if a, err := asAlert(r); err == nil {
						found = append(found, asWaiting(a))
					}
				}
				slices.SortStableFunc(found[begin:], func(a, b waitingAlert) int { return cmp.Compare(a.Number, b.Number) })
				if before = next; next == (store.Cursor{}) {
					break
				}
			}
		}
	}
	return found, false, nil
}

func asWaiting(a *alert.State) waitingAlert {
	w := waitingAlert{Waiting: deliver.Waiting{
		ID: a.ID, Number: a.Number, Title: a.Title, Priority: a.Priority, Status: a.Status, AckedBy: a.AckedBy, CreatedAt: a.CreatedAt,
	}}
	for _, run := range a.Runs {
		for _, step := range run.Policy.Steps {
			for _, t := range step.Notify {
				switch t.Kind {
				case policy.Schedule, policy.Next, policy.Previous, policy.Rotation:
					if !slices.Contains(w.schedules, t.Name) {
						w.schedules = append(w.schedules, t.Name)
					}
				}
			}
		}
	}
	return w
}
