package failover

import (
	"fmt"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// shared waits until all shards are watched, each by one of the replicas, and every replica has some.
func shared(t *testing.T, replicas ...*program) {
	t.Helper()
	programtest.Until(t, fmt.Sprintf("%d replicas to share the shards", len(replicas)), func() error {
		sum, each := 0, []int(nil)
		for _, p := range replicas {
			n, err := p.owned()
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("%s has none", p.URL)
			}
			sum, each = sum+n, append(each, n)
		}
		if sum != store.Shards {
			return fmt.Errorf("they have %v", each)
		}
		return nil
	})
}

func TestShardsMoveAsReplicasJoinAndLeave(t *testing.T) {
	t.Parallel()
	redis, j := redistest.Start(t), newJournal(t)
	a, b, c := prepare(t, j, redis.URL(), "2s"), prepare(t, j, redis.URL(), "2s"), prepare(t, j, redis.URL(), "2s")
	a.Launch()
	shared(t, a)
	s := load(t, a)
	b.Launch()
	shared(t, a, b)
	c.Launch()
	shared(t, a, b, c)
	s.more(t, 50)
	b.Stop() // says that it leaves
	shared(t, a, c)
	s.more(t, 50)
	c.Kill() // says nothing
	shared(t, a)
	b.Launch()
	shared(t, a, b)
	s.more(t, 50)
	s.finish()
	if lost, _ := s.account(t, j, b); len(lost) > 0 {
		t.Errorf("%v are lost", lost)
	}
	s.numbered(t, b)
	programtest.Until(t, "the second step of every alert", func() error {
		for key := range s.accepted {
			if j.paged("/second", key) == 0 {
				return fmt.Errorf("%s is not paged", key)
			}
		}
		return nil
	})
}
