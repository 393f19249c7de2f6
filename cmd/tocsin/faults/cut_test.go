package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// cuts are the ways in which a network fails.
var cuts = []struct {
	name string
	cut  func(*cable)
}{{"drop", (*cable).drop}, {"black hole", (*cable).blackHole}, {"half-open", (*cable).halfOpen}}

func TestAReplicaThatIsCutOffFromRedisIsReplacedByTheOther(t *testing.T) {
	t.Parallel()
	for n := range size.rounds {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			p, redis := newProvider(t), redistest.Start(t, "appendfsync always")
			cable := newCable(t, redis.Addr)
			far := programtest.Prepare(t, binary, p.config(), "--store", "redis://"+cable.addr)
			near := programtest.Prepare(t, binary, p.config(), "--store", redis.URL())
			far.Launch()
			near.Launch()
			l := start(t, p, (len(cuts)+1)*size.other, far, near)
			luck := dice("cut", n)
			for i, c := range cuts {
				l.reach((i+1)*size.other, luck)
				l.during(c.name, func() {
					c.cut(cable)
					over := time.Now().Add(size.cut)
					away(t, []*programtest.Server{far})
					if status, text := near.Ready(); status != 200 {
						t.Errorf("while the other is cut off, /-/ready: %d %s", status, text)
					}
					l.pause(time.Until(over))
					cable.mend()
					far.UntilReady()
				})
			}
			l.account(far)
		})
	}
}
