package failover

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// journal is a provider that keeps a journal of what it was given: the judge of what was sent.
type journal struct {
	url string

	mu    sync.Mutex
	posts map[string]map[string]int // channel → alert → how many pages
}

func newJournal(t *testing.T) *journal {
	t.Helper()
	j := &journal{posts: map[string]map[string]int{"/first": {}, "/second": {}}}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var post struct {
			Type string
			Data struct{ Alert struct{ Title string } }
		}
		if err := json.NewDecoder(r.Body).Decode(&post); err != nil {
			t.Errorf("a post that is no JSON: %v", err)
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		if channel := j.posts[r.URL.Path]; channel != nil && post.Type == "alert.page" {
			channel[post.Data.Alert.Title]++
		}
	}))
	t.Cleanup(server.Close)
	j.url = server.URL
	return j
}

// paged is how often the channel was told of an alert.
func (j *journal) paged(channel, alert string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.posts[channel][alert]
}

// senders post alerts, each again and again until one of the servers accepts it, as good senders do.
type senders struct {
	servers []*program
	cancel  context.CancelFunc
	working sync.WaitGroup

	mu       sync.Mutex
	accepted map[string]uint64 // alert → its number
	refused  int               // answers that were no 2xx
	slowest  time.Duration     // from the first try to the 2xx
}

// Each of the workers posts an alert in a pace.
const workers, pace = 8, 100 * time.Millisecond

// load sends alerts until finish.
func load(t *testing.T, servers ...*program) *senders {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &senders{servers: servers, cancel: cancel, accepted: map[string]uint64{}}
	for w := range workers {
		s.working.Go(func() {
			tick := time.NewTicker(pace)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					s.one(t, fmt.Sprintf("w%d-%04d", w, i), w+i)
				}
			}
		})
	}
	return s
}

func (s *senders) one(t *testing.T, key string, at int) {
	began := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for try := at; time.Since(began) < programtest.Patience; try++ {
		number, err := s.servers[try%len(s.servers)].post(t.Context(), key)
		if err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.accepted[key], s.slowest = number, max(s.slowest, time.Since(began))
			return
		}
		s.mu.Lock()
		s.refused++
		s.mu.Unlock()
		<-tick.C
	}
	t.Errorf("%s was not accepted within %v", key, programtest.Patience)
}

// counts are how many were accepted, and how many answers were none of acceptance.
func (s *senders) counts() (accepted, refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.accepted), s.refused
}

// more waits until more alerts have been accepted.
func (s *senders) more(t *testing.T, n int) {
	t.Helper()
	before, _ := s.counts()
	programtest.Until(t, fmt.Sprintf("%d more alerts to be accepted", n), func() error {
		if now, _ := s.counts(); now < before+n {
			return fmt.Errorf("%d were", now-before)
		}
		return nil
	})
}

// finish ends the load, and waits until all that was sent is accepted.
func (s *senders) finish() {
	s.cancel()
	s.working.Wait()
}

// numbered checks that no number was given twice, and that every alert kept its own.
func (s *senders) numbered(t *testing.T, by *program) {
	t.Helper()
	var known map[string]uint64
	programtest.Until(t, "the list of all alerts", func() (err error) { known, err = by.known(t.Context()); return err })
	numbers := map[uint64]string{}
	for key, n := range known {
		if other := numbers[n]; other != "" {
			t.Errorf("%s and %s both have number %d", key, other, n)
		}
		numbers[n] = key
	}
	for key, n := range s.accepted {
		if known[key] != n {
			t.Errorf("%s was accepted as #%d, and is #%d", key, n, known[key])
		}
	}
}

// account waits until every alert that is known was paged, and returns those that were accepted and are not known, and
// how many pages came twice. Without wait_replicas an alert may vanish even then, when a second server takes over.
func (s *senders) account(t *testing.T, j *journal, by *program) (lost []string, repeated int) {
	t.Helper()
	var known map[string]uint64
	programtest.Until(t, "every alert to be paged", func() (err error) {
		if known, err = by.known(t.Context()); err != nil {
			return err
		}
		for key, number := range known {
			if j.paged("/first", key) == 0 {
				state, _ := by.get(t.Context(), fmt.Sprint("/api/v1/alerts/", number))
				return fmt.Errorf("%s is not: %s", key, state)
			}
		}
		return nil
	})
	for key := range s.accepted {
		if known[key] == 0 {
			lost = append(lost, key)
		}
	}
	for key := range known {
		repeated += j.paged("/first", key) - 1
	}
	return lost, repeated
}
