package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// senders post alerts and remember which were accepted, as what sends alerts does: what was not accepted is sent
// again, to the next server.
type senders struct {
	mu       sync.Mutex
	accepted map[string]int // dedup key → alert number
}

// send posts the alerts number from up to, not including, to: eight at a time, until each is accepted by one
// of the servers.
func (all *senders) send(t *testing.T, from, to int, servers ...*server) {
	t.Helper()
	all.sendWhile(t, nil, from, to, servers...)
}

// sendWhile is send, but gives up when ended is closed.
func (all *senders) sendWhile(t *testing.T, ended <-chan struct{}, from, to int, servers ...*server) {
	t.Helper()
	var wg sync.WaitGroup
	next := make(chan int)
	for range 8 {
		wg.Go(func() {
			for i := range next {
				all.one(t, ended, i, servers)
			}
		})
	}
	for i := from; i < to; i++ {
		next <- i
	}
	close(next)
	wg.Wait()
}

func (all *senders) one(t *testing.T, ended <-chan struct{}, i int, servers []*server) {
	key := fmt.Sprintf("alert-%03d", i)
	body := fmt.Appendf(nil, `{"id":%q}`, key)
	for try := range 1000 {
		select {
		case <-ended:
			return
		default:
		}
		s := servers[(i+try)%len(servers)]
		a, err := s.Try(t.Context(), http.MethodPost, "/in/json", programtest.SenderKey, "application/json", body)
		if err != nil || a.Status != http.StatusAccepted {
			continue
		}
		var got receipts
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil || len(got.Alerts) != 1 {
			t.Errorf("%s: accepted with %s", key, a.Body)
			return
		}
		all.mu.Lock()
		all.accepted[key] = got.Alerts[0].Number
		all.mu.Unlock()
		return
	}
	t.Errorf("%s was never accepted", key)
}

var alertKey = regexp.MustCompile(`alert-[0-9]{3}`)

// texts counts the texts that a phone got for each alert.
func texts(f *twiliotest.Fake, phone string) map[string]int {
	counts := map[string]int{}
	for _, sent := range f.Sent() {
		if sent.To() == phone {
			counts[alertKey.FindString(sent.Body())]++
		}
	}
	return counts
}

// untilAllTexted waits until a phone got a text for each alert, and returns how many were more than one.
func untilAllTexted(t *testing.T, f *twiliotest.Fake, phone string, alerts map[string]int) (more int) {
	t.Helper()
	until(t, fmt.Sprintf("a text to %s for each of %d alerts", phone, len(alerts)), func() (bool, any) {
		counts := texts(f, phone)
		var missing []string
		for key := range alerts {
			if counts[key] == 0 {
				missing = append(missing, key)
			}
		}
		return len(missing) == 0, fmt.Sprint("missing are ", missing)
	})
	for _, n := range texts(f, phone) {
		more += n - 1
	}
	return more
}
