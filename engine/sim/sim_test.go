package sim_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/sim"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // many small runs: memory is cheaper than time
	os.Exit(m.Run())
}

// seeds is how many seeds a test run takes; SIM_SEEDS takes more or fewer.
func seeds(t *testing.T) int {
	t.Helper()
	n := 300
	if testing.Short() {
		n = 30
	}
	if text := os.Getenv("SIM_SEEDS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatalf("SIM_SEEDS: %v", err)
		}
	}
	return n
}

func TestEveryPromiseIsKeptInEveryMonthOfEverySeed(t *testing.T) {
	began := time.Now()
	var total sim.Total
	failed, err := sim.Many(t.Context(), 1, seeds(t), 30, runtime.GOMAXPROCS(0), func(_ *sim.Result, now sim.Total) { total = now })
	if err != nil {
		t.Fatal(err)
	}
	t.Log(total.Text(time.Since(began)))
	if failed != nil {
		o, small := sim.Shrink(t.Context(), sim.Options{Seed: failed.Seed, Days: 30}, failed)
		t.Fatalf("%v\n%s\ngo run ./engine/sim/run %s", small.Broken, sim.Story(small), o.Flags())
	}
}

func TestTheSameSeedIsTheSameRunToTheLastLine(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 12; seed++ {
		var hashes []uint64
		for range 2 {
			r, err := sim.Run(sim.Options{Seed: seed, Days: 30})
			if err != nil {
				t.Fatal(err)
			}
			hashes = append(hashes, r.Hash)
		}
		if hashes[0] != hashes[1] {
			t.Errorf("seed %d ran twice: journals %016x and %016x", seed, hashes[0], hashes[1])
		}
	}
}

func TestAFailureIsMadeSmallerAndReplayedByItsFlags(t *testing.T) {
	t.Parallel()
	// A promise that no run can keep stands for a fault.
	o := sim.Options{Seed: 3, Days: 4, Doubt: "accepted"}
	r, err := sim.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Broken == nil {
		t.Fatal("the doubt found nothing to doubt")
	}
	small, again := sim.Shrink(context.Background(), o, r)
	if len(again.Items) >= len(r.Items) || len(again.Items) == 0 {
		t.Errorf("%d of %d items are left, want fewer: %s", len(again.Items), len(r.Items), small.Flags())
	}
	if replayed, err := sim.Run(small); err != nil || replayed.Hash != again.Hash {
		t.Errorf("the smaller run is not the same again: %v", err)
	}
	if want := fmt.Sprintf("-seed %d", o.Seed); len(small.Flags()) < len(want) || small.Flags()[:len(want)] != want {
		t.Errorf("flags %q", small.Flags())
	}
}
