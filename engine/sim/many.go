package sim

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Total is what many runs came to.
type Total struct {
	Runs, Alerts, Commits, Pages int
	Virtual                      time.Duration
}

// Text says how fast it went.
func (t Total) Text(took time.Duration) string {
	years := t.Virtual.Hours() / 24 / 365
	return fmt.Sprintf("%d seeds, %.1f years, %d alerts, %d commits, %d messages in %s: %.2f years and %.0f alerts a second",
		t.Runs, years, t.Alerts, t.Commits, t.Pages, took.Round(100*time.Millisecond), years/took.Seconds(), float64(t.Alerts)/took.Seconds())
}

// Many runs seeds from first on, so many at once, until one breaks a promise: that one is returned, the lowest
// of those that were under way. Each is told to done, one at a time.
func Many(ctx context.Context, first uint64, seeds int, days float64, parallel int, done func(*Result, Total)) (*Result, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var total Total
	var failed *Result
	var wrong error
	next, end := first, first+uint64(seeds)
	for range max(1, parallel) {
		wg.Go(func() {
			for {
				mu.Lock()
				seed := next
				next++
				stop := failed != nil || wrong != nil || seed >= end || ctx.Err() != nil
				mu.Unlock()
				if stop {
					return
				}
				r, err := Run(Options{Seed: seed, Days: days})
				mu.Lock()
				switch {
				case err != nil:
					wrong = fmt.Errorf("seed %d: %w", seed, err)
				default:
					total.Runs++
					total.Alerts += r.Alerts
					total.Commits += r.Commits
					total.Pages += r.Pages
					total.Virtual += r.Virtual
					if r.Broken != nil && (failed == nil || r.Seed < failed.Seed) {
						failed = r
					}
					done(r, total)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return failed, wrong
}
