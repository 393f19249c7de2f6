package faults

import (
	"fmt"
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
