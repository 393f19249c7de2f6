package runner

import (
	"context"
	"sync"
)

// Sends starts sends as goroutines and waits for them when the process drains. Others may be started
// meanwhile, which a sync.WaitGroup does not allow.
type Sends struct {
	mu    sync.Mutex
	count int
	none  chan struct{} // closed when the last one ends; nil when there were none yet
}

// Go runs f in a goroutine.
func (s *Sends) Go(f func()) {
	s.mu.Lock()
	if s.count == 0 {
		s.none = make(chan struct{})
	}
	s.count++
	s.mu.Unlock()
	go func() {
		defer s.ended()
		f()
	}()
}

func (s *Sends) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count--; s.count == 0 {
		close(s.none)
	}
}

// Wait returns when no send is under way, or with ctx.
func (s *Sends) Wait(ctx context.Context) error {
	s.mu.Lock()
	none := s.none
	s.mu.Unlock()
	if none == nil {
		return nil
	}
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
