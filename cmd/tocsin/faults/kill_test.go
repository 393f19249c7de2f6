package faults

import (
	"slices"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// moments are so many of the alerts of a load, in their order, at which something breaks.
func moments(who string, n, total int) []int {
	luck, at := dice(who, n), make([]int, n)
	for i := range at {
		at[i] = total/20 + luck.IntN(total*8/10)
	}
	slices.Sort(at)
	return at
}

func TestKillsLoseNothingThatTheEmbeddedStoreHasAccepted(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	s := programtest.Prepare(t, binary, p.config())
	s.Launch()
	l := start(t, p, size.killed, s)
	luck := dice("bolt", 0)
	for _, n := range moments("bolt", size.kills, size.killed) {
		l.reach(n, luck)
		l.during("kill", func() {
			s.Kill()
			s.Launch()
		})
	}
	l.account(s)
	s.Stop()
}

func TestKillsOfReplicasLoseNothingThatRedisHolds(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	redis, replicas := twoReplicas(t, p)
	l := start(t, p, size.killed, replicas...)
	luck := dice("redis", 0)
	for i, n := range moments("redis", size.kills, size.killed) {
		l.reach(n, luck)
		s := replicas[luck.IntN(2)]
		l.during("kill", func() {
			s.Kill()
			if i%2 == 1 { // and the store with it
				redis.Kill()
				redis.Restart()
			}
			s.Launch()
		})
	}
	l.account(replicas[0])
	for _, s := range replicas {
		s.Stop()
	}
}
