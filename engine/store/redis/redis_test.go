package redis

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/engine/store/storetest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// emptyStores opens stores that share a server and differ in their prefixes.
func emptyStores(url string) func(t *testing.T) store.Store {
	return func(t *testing.T) store.Store {
		return open(t, Options{URL: url, Prefix: t.Name() + ":" + fmt.Sprint(time.Now().UnixNano()) + ":"})
	}
}

func contract(t *testing.T, server *redistest.Server, url string, options ...storetest.Option) {
	t.Helper()
	c := server.Client()
	storetest.Run(t, emptyStores(url), append(options,
		storetest.Reopens(func(t *testing.T, s store.Store) store.Store {
			of := s.(*Store).keys.alive
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, Options{URL: url, Prefix: of[:len(of)-len("{tocsin}:alive")]})
		}),
		storetest.Damages(
			func(t *testing.T, s store.Store, id store.ID) {
				if err := c.ZRem(t.Context(), s.(*Store).keys.shards[id.Shard()].wakes, string(id)).Err(); err != nil {
					t.Fatal(err)
				}
			},
			func(t *testing.T, s store.Store, id store.ID, at time.Time) {
				cmd := c.Do(t.Context(), "zadd", s.(*Store).keys.shards[id.Shard()].wakes, at.UnixMilli(), string(id))
				if err := cmd.Err(); err != nil {
					t.Fatal(err)
				}
			},
		))...)
}

func TestContract(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	contract(t, server, server.URL())
}

// A single node proves that no script crosses slots; three prove that every command finds its node.
func TestContractOnACluster(t *testing.T) {
	t.Parallel()
	server := redistest.StartCluster(t, 1)[0]
	contract(t, server, "redis+cluster://"+server.Addr, storetest.Briefly())
}

func TestContractOnAClusterOfThree(t *testing.T) {
	t.Parallel()
	servers := redistest.StartCluster(t, 3)
	storetest.Run(t, emptyStores("redis+cluster://"+servers[2].Addr), storetest.Briefly())
}
