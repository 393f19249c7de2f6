package faults

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// twoReplicas starts two servers on a Redis each of whose answers is on the disk.
func twoReplicas(t *testing.T, p *provider) (*redistest.Server, []*programtest.Server) {
	t.Helper()
	redis := redistest.Start(t, "appendfsync always")
	var replicas []*programtest.Server
	for range 2 {
		s := programtest.Prepare(t, binary, p.config(), "--store", redis.URL())
		s.Launch()
		replicas = append(replicas, s)
	}
	return redis, replicas
}

// A replica that freezes with pages under way wakes when others have gone on without it, and people have acted.
func TestAReplicaThatWakesAfterItsLeasesPagesNobodyWhoHasAcknowledged(t *testing.T) {
	t.Parallel()
	for n := range size.rounds {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			p := newProvider(t)
			_, replicas := twoReplicas(t, p)
			l := start(t, p, size.other, replicas...)
			luck := dice("freeze", n)
			l.reach(size.other/4, luck)
			p.hold()
			programtest.Until(t, "pages to be under way", func() error {
				if n := p.holding(); n < 2*underWay/3 {
					return fmt.Errorf("%d are", n)
				}
				return nil
			})
			frozen := replicas[luck.IntN(2)]
			l.during("freeze", func() {
				frozen.Signal(t, syscall.SIGSTOP)
				p.release()
				l.pause(page.Lease + time.Second)
				frozen.Signal(t, syscall.SIGCONT)
				frozen.UntilReady()
			})
			l.account(frozen)
			if n := l.ackedDuring(l.spans[0]); n == 0 {
				t.Error("nobody acknowledged while the replica was frozen: the test proves nothing")
			} else {
				t.Logf("%d alerts were texted before the freeze and acknowledged while it lasted", n)
			}
		})
	}
}

// ackedDuring is how many alerts were texted before something broke, and acknowledged while it was broken.
func (l *load) ackedDuring(s span) (n int) {
	for _, a := range l.p.arrivals() {
		if life := l.lives[a.number]; life != nil && a.way == bySMS && a.at.Before(s.from) && life.acked.After(s.from) && life.acked.Before(s.to) {
			n++
		}
	}
	return n
}

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
