package wheel_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/wheel"
)

// owners says who watches every shard.
func owners(t *testing.T, alive []string) (of [store.Shards]string) {
	t.Helper()
	for _, r := range alive {
		for _, shard := range wheel.Share(r, alive) {
			if of[shard] != "" {
				t.Fatalf("shard %d is watched by %s and by %s", shard, of[shard], r)
			}
			of[shard] = r
		}
	}
	if slices.Contains(of[:], "") {
		t.Fatalf("a shard is watched by nobody: %q", of)
	}
	return of
}

func TestEveryShardHasOneOwnerAndTheSharesAreFair(t *testing.T) {
	t.Parallel()
	total := map[string]int{}
	const towns = 200
	for i := range towns {
		a, b := fmt.Sprintf("%08x", i*7919), fmt.Sprintf("%08x", i*104729+1)
		for _, r := range owners(t, []string{a, b}) {
			if r == a {
				total["first"]++
			}
		}
	}
	if half := towns * store.Shards / 2; total["first"] < half*9/10 || total["first"] > half*11/10 {
		t.Errorf("the first of two replicas has %d of %d shards, want about half", total["first"], 2*half)
	}
}

func TestAReplicaThatJoinsOrLeavesMovesOnlyItsOwnShare(t *testing.T) {
	t.Parallel()
	before := owners(t, []string{"a", "b", "c"})
	after := owners(t, []string{"a", "b", "c", "d"})
	for shard := range before {
		if after[shard] != before[shard] && after[shard] != "d" {
			t.Errorf("shard %d moved from %s to %s when d joined", shard, before[shard], after[shard])
		}
	}
}

func TestAReplicaThatIsNotListedWatchesEverything(t *testing.T) {
	t.Parallel()
	for _, alive := range [][]string{nil, {"others"}} {
		if got := wheel.Share("me", alive); len(got) != store.Shards {
			t.Errorf("with %v alive it watches %d shards, want all", alive, len(got))
		}
	}
	if got := wheel.Share("me", []string{"me"}); len(got) != store.Shards {
		t.Errorf("alone it watches %d shards", len(got))
	}
}
