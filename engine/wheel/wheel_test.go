package wheel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/wheel"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// book is a store's wake-ups, counted when they are read.
type book struct {
	*mem.Store
	reads int
	err   error
	after func() // runs once, when a read has been answered and not yet been taken in
}

func newBook() *book { return &book{Store: mem.New(func() time.Time { return start })} }

func (b *book) Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	b.reads++
	if b.err != nil {
		return nil, b.err
	}
	found, err := b.Store.Due(ctx, shard, from, to, limit)
	if f := b.after; f != nil && len(found) > 0 {
		b.after = nil
		f()
	}
	return found, err
}

// wakes commits a record that asks to be woken.
func (b *book) wakes(t testing.TB, shard int, at time.Time) store.ID {
	t.Helper()
	id := store.NewID(store.KindAlert, shard)
	if err := b.Commit(context.Background(), store.Tx{{ID: id, Data: []byte("{}"), Wake: at}})[0]; err != nil {
		t.Fatal(err)
	}
	return id
}

func take(t testing.TB, w *wheel.Wheel, now time.Time) (ids []store.ID, next time.Time) {
	t.Helper()
	due, next, err := w.Take(context.Background(), now, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		ids = append(ids, d.ID)
	}
	return ids, next
}

func TestAWakeUpIsHandedOutInItsMillisecondAndNotBefore(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	id := b.wakes(t, 3, start.Add(300*time.Millisecond))
	ids, next := take(t, w, start)
	if len(ids) != 0 || next != start.Add(300*time.Millisecond) {
		t.Fatalf("took %v, next at %v; want nothing yet, and to be called when it is due", ids, next)
	}
	if ids, _ := take(t, w, next.Add(-time.Millisecond)); len(ids) != 0 {
		t.Fatal("it was handed out early")
	}
	if ids, _ := take(t, w, next); !slices.Equal(ids, []store.ID{id}) {
		t.Fatalf("took %v", ids)
	}
}

func TestWhatIsArmedEarlierThanAnythingElseNudges(t *testing.T) {
	t.Parallel()
	w := wheel.New(newBook())
	take(t, w, start)
	id := store.NewID(store.KindAlert, 1)
	w.Arm(id, start.Add(5*time.Millisecond), start.Add(5*time.Millisecond), start)
	select {
	case <-w.Nudged():
	default:
		t.Fatal("nobody was told")
	}
	if _, next := take(t, w, start.Add(time.Millisecond)); next != start.Add(5*time.Millisecond) {
		t.Errorf("next at %v", next)
	}
	w.Arm(store.NewID(store.KindAlert, 1), start.Add(9*time.Millisecond), start.Add(9*time.Millisecond), start)
	select {
	case <-w.Nudged():
		t.Error("nudged for what is later than the next")
	default:
	}
	w.Arm(id, time.Time{}, time.Time{}, start)
	if ids, _ := take(t, w, start.Add(8*time.Millisecond)); len(ids) != 0 {
		t.Error("it was woken though it waits for nothing any more")
	}
}

func TestWhatIsFarAwayIsLeftToTheStore(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	at := start.Add(time.Minute)
	id := b.wakes(t, 1, at)
	w.Arm(id, at, at, start)
	for now := start; now.Before(at); now = now.Add(200 * time.Millisecond) {
		if ids, _ := take(t, w, now); len(ids) != 0 {
			t.Fatalf("handed out %v early", at.Sub(now))
		}
	}
	if ids, _ := take(t, w, at); len(ids) != 1 {
		t.Error("it was forgotten")
	}
}

func TestOnesOwnShardsAreReadOftenAndTheRestOnlyWhenOverdue(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	w.Own([]int{0, 1})
	mine, others := b.wakes(t, 0, start.Add(10*time.Millisecond)), b.wakes(t, 2, start.Add(10*time.Millisecond))
	var got []store.ID
	for now := start; now.Before(start.Add(990 * time.Millisecond)); now = now.Add(10 * time.Millisecond) {
		ids, _ := take(t, w, now)
		got = append(got, ids...)
	}
	if !slices.Contains(got, mine) || slices.Contains(got, others) {
		t.Errorf("took %v in the first second, want only what is in its own shards", got)
	}
	got = nil
	for now := start.Add(990 * time.Millisecond); now.Before(start.Add(2100 * time.Millisecond)); now = now.Add(10 * time.Millisecond) {
		ids, _ := take(t, w, now)
		got = append(got, ids...)
	}
	if !slices.Contains(got, others) {
		t.Error("what another replica left lying for a second was not taken")
	}
	if w.Owned() != 2 {
		t.Errorf("owns %d shards", w.Owned())
	}
}

func TestManyWakeUpsOfOneMillisecondHideNothing(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	for range 5000 {
		b.wakes(t, 0, start)
	}
	later := b.wakes(t, 0, start.Add(500*time.Millisecond))
	n, found := 0, false
	for now := start; now.Before(start.Add(time.Second)); now = now.Add(100 * time.Millisecond) {
		for {
			ids, _ := take(t, w, now)
			for _, id := range ids {
				if id == later {
					found = true
					continue
				}
				n++
				w.Arm(id, start, now.Add(5*time.Second), now) // all of them wait for a slow provider
			}
			if len(ids) == 0 {
				break
			}
		}
	}
	if !found || n != 5000 {
		t.Errorf("%d were handed out, and the later one: %v; want all 5000 once, and the later one", n, found)
	}
}

func TestWhatHadToWaitIsHandedOutAgainWhenItIsCalled(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	id := b.wakes(t, 0, start)
	due, _, _ := w.Take(context.Background(), start, 10)
	if len(due) != 1 || due[0].Again {
		t.Fatalf("due %+v", due)
	}
	w.Arm(id, start, start.Add(5*time.Second), start)
	if due, _, _ := w.Take(context.Background(), start.Add(time.Second), 10); len(due) != 0 {
		t.Fatalf("it did not wait: %+v", due)
	}
	if !w.Now(id) {
		t.Fatal("it is not known any more")
	}
	due, _, _ = w.Take(context.Background(), start.Add(time.Second), 10)
	if len(due) != 1 || !due[0].Again || due[0].At != start {
		t.Errorf("due %+v, want it again, for the same wake-up", due)
	}
	if w.Now(id) {
		t.Error("it is still known after it was handed out")
	}
}

func TestAReadThatIsOutOfDateChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	id := b.wakes(t, 0, start.Add(900*time.Millisecond))
	b.after = func() { // somebody commits an earlier wake-up
		w.Arm(id, start.Add(2*time.Millisecond), start.Add(2*time.Millisecond), start)
	}
	if _, next := take(t, w, start); next != start.Add(2*time.Millisecond) {
		t.Errorf("next at %v, want what was armed last", next.Sub(start))
	}
}

func TestAFullBatchCallsOthersToHelp(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	for range 5 {
		b.wakes(t, 0, start)
	}
	due, next, _ := w.Take(context.Background(), start, 3)
	if len(due) != 3 || next.After(start) {
		t.Errorf("%d due, next at %v; want three, and to be called at once", len(due), next)
	}
	select {
	case <-w.Nudged():
	default:
		t.Error("nobody else was called for the rest")
	}
}

func TestAStoreThatIsAwayStopsNothingThatIsKnown(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	id := b.wakes(t, 0, start.Add(500*time.Millisecond))
	take(t, w, start)
	b.err = errors.New("away")
	due, next, err := w.Take(context.Background(), start.Add(500*time.Millisecond), 10)
	if err == nil || len(due) != 1 || due[0].ID != id || next.After(start.Add(time.Second)) {
		t.Errorf("due %v, next %v, error %v; want what is known, the error, and another look soon", due, next, err)
	}
}

func TestAClockThatIsSetBackDoesNotStopTheReading(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	w.Own([]int{0})
	take(t, w, start)
	past := start.Add(-time.Hour)
	mine, others := b.wakes(t, 0, past), b.wakes(t, 5, past.Add(-2*time.Second))
	if ids, _ := take(t, w, past); !slices.Contains(ids, mine) || !slices.Contains(ids, others) {
		t.Errorf("took %v after the clock was set back", ids)
	}
}

func TestNoWakeUpIsLostWhenAllAreAtItAtOnce(t *testing.T) {
	t.Parallel()
	const n = 2000
	b := newBook()
	w := wheel.New(b)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var mu sync.Mutex
	got := map[store.ID]bool{}
	var takers, armers sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		takers.Go(func() {
			for ctx.Err() == nil {
				due, _, _ := w.Take(ctx, start, 7)
				mu.Lock()
				for _, d := range due {
					got[d.ID] = true
				}
				all := len(got) == n
				mu.Unlock()
				if all {
					return
				}
				if len(due) == 0 {
					select {
					case <-w.Nudged():
					case <-done:
					case <-ctx.Done():
					}
				}
			}
		})
	}
	for shard := range 4 {
		armers.Go(func() {
			for i := range n / 4 {
				id := store.ID(fmt.Sprintf("a%02x-%026d", shard, i))
				w.Arm(id, start, start, start)
			}
		})
	}
	armers.Wait()
	close(done)
	takers.Wait()
	if len(got) != n {
		t.Errorf("%d of %d were handed out", len(got), n)
	}
}

func TestAShareThatChangesDuringAReadIsReadAtOnce(t *testing.T) {
	t.Parallel()
	b := newBook()
	w := wheel.New(b)
	w.Own([]int{0})
	b.wakes(t, 0, start)
	b.after = func() { w.Own([]int{0, 1, 2}) } // another replica leaves in this moment
	_, next := take(t, w, start)
	if next.IsZero() || next.After(start) {
		t.Errorf("next is %v, want now: the new shards have never been read", next)
	}
	id := b.wakes(t, 2, start)
	if ids, _ := take(t, w, next); !slices.Contains(ids, id) {
		t.Error("what is due in a shard that was taken over is not handed out")
	}
}
