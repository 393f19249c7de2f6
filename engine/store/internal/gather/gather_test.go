package gather_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/tocsin-oncall/tocsin/engine/store/internal/gather"
)

var wide = gather.Limits{Items: 100, Bytes: 1000}

// slow records its batches and holds each until told to go on.
type slow struct {
	mu      sync.Mutex
	batches [][]int
	next    chan struct{}
}

func (s *slow) run(batch []int) {
	s.mu.Lock()
	s.batches = append(s.batches, batch)
	s.mu.Unlock()
	<-s.next
}

func TestWhatArrivesDuringABatchGoesTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slow{next: make(chan struct{})}
		q := gather.New(1, wide, s.run)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				if err := q.Do(t.Context(), 10, i*10, i*10+1); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		s.next <- struct{}{}
		s.next <- struct{}{}
		wg.Wait()
		q.Close()
		want := [][]int{{0, 1}, {10, 11, 20, 21, 30, 31}}
		if !slices.EqualFunc(s.batches, want, slices.Equal) {
			t.Errorf("batches %v, want %v", s.batches, want)
		}
	})
}

func TestABatchIsBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		limits gather.Limits
	}{
		{"by items", gather.Limits{Items: 2, Bytes: 1000}},
		{"by bytes", gather.Limits{Items: 100, Bytes: 25}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &slow{next: make(chan struct{})}
				q := gather.New(1, test.limits, s.run)
				var wg sync.WaitGroup
				for i := range 6 {
					wg.Go(func() { _ = q.Do(t.Context(), 10, i) })
					synctest.Wait()
				}
				close(s.next)
				wg.Wait()
				q.Close()
				want := [][]int{{0}, {1, 2}, {3, 4}, {5}}
				if !slices.EqualFunc(s.batches, want, slices.Equal) {
					t.Errorf("batches %v, want %v", s.batches, want)
				}
			})
		})
	}
}

func TestACallerWhoseContextEndsGoesAtOnceAndIsNotRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slow{next: make(chan struct{})}
		q := gather.New(1, wide, s.run)
		go func() { _ = q.Do(t.Context(), 1, 1) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { left <- q.Do(ctx, 1, 2) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
		close(s.next)
		synctest.Wait()
		q.Close()
		if want := [][]int{{1}}; !slices.EqualFunc(s.batches, want, slices.Equal) {
			t.Errorf("batches %v, want %v", s.batches, want)
		}
	})
}

func TestCloseRefusesWhatWaitsAndWhatComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slow{next: make(chan struct{})}
		q := gather.New(2, wide, s.run)
		answers := make(chan error, 3)
		for i := range 3 {
			go func() { answers <- q.Do(t.Context(), 1, i) }()
			synctest.Wait()
		}
		closed := make(chan struct{})
		go func() { q.Close(); close(closed) }()
		synctest.Wait()
		if err := <-answers; !errors.Is(err, gather.ErrClosed) {
			t.Errorf("the one that waited got %v, want closed", err)
		}
		close(s.next)
		<-closed
		for range 2 {
			if err := <-answers; err != nil {
				t.Errorf("one that was under way got %v", err)
			}
		}
		if err := q.Do(t.Context(), 1, 9); !errors.Is(err, gather.ErrClosed) {
			t.Errorf("after Close: %v, want closed", err)
		}
	})
}
