package faults

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// While Redis is dead, hangs, and is back, senders are told to come again, and nothing accepted is lost.
func TestRedisDiesAndHangsAndNothingAcceptedIsLost(t *testing.T) {
	t.Parallel()
	for n := range size.rounds {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			p := newProvider(t)
			redis, replicas := twoReplicas(t, p)
			l := start(t, p, 3*size.other, replicas...)
			luck := dice("away", n)
			l.reach(size.other, luck)
			l.during("redis killed", func() {
				redis.Kill()
				away(t, replicas)
				redis.Restart()
				back(replicas)
			})
			l.reach(2*size.other, luck)
			l.during("redis paused", func() {
				redis.Pause()
				over := time.Now().Add(size.pause)
				away(t, replicas)
				l.pause(time.Until(over))
				redis.Resume()
				back(replicas)
			})
			l.account(replicas[0])
		})
	}
}

// away waits until the servers say that they take no alerts; they live on.
func away(t *testing.T, servers []*programtest.Server) {
	t.Helper()
	for _, s := range servers {
		programtest.Until(t, "the server to be not ready", func() error {
			if status, text := s.Ready(); status != http.StatusServiceUnavailable {
				return fmt.Errorf("%d %s", status, text)
			}
			return nil
		})
		if a := s.Do(http.MethodGet, "/-/healthy", "", "", nil); a.Status != http.StatusOK {
			t.Errorf("/-/healthy: %d: a restart would not help", a.Status)
		}
	}
}

func back(servers []*programtest.Server) {
	for _, s := range servers {
		s.UntilReady()
	}
}
