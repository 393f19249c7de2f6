package failover

import (
	"fmt"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// shared waits until all shards are watched, each by one of the replicas, and every replica has some.
func shared(t *testing.T, replicas ...*program) {
	t.Helper()
	until(t, fmt.Sprintf("%d replicas to share the shards", len(replicas)), func() error {
		sum, each := 0, []int(nil)
		for _, p := range replicas {
			n, err := p.owned()
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("%s has none", p.url)
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
	a.start()
	shared(t, a)
	s := load(t, a)
	b.start()
	shared(t, a, b)
	c.start()
	shared(t, a, b, c)
	s.more(t, 50)
	b.stop() // says that it leaves
	shared(t, a, c)
	s.more(t, 50)
	c.kill() // says nothing
	shared(t, a)
	b.start()
	shared(t, a, b)
	s.more(t, 50)
	s.finish()
	if lost, _ := s.account(t, j, b); len(lost) > 0 {
		t.Errorf("%v are lost", lost)
	}
	s.numbered(t, b)
	until(t, "the second step of every alert", func() error {
		for key := range s.accepted {
			if j.paged("/second", key) == 0 {
				return fmt.Errorf("%s is not paged", key)
			}
		}
		return nil
	})
}
