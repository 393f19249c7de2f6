// Command run is the simulator's runner: it runs seeds in parallel until one breaks a promise, and then makes
// the failure small and tells its story. make sim calls it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/sim"
)

var errBroken = errors.New("a promise was broken")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Stdout, os.Args[1:])
	switch {
	case errors.Is(err, errBroken):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	seed := flags.Uint64("seed", 0, "replay this seed and tell its story; 0 runs many")
	first := flags.Uint64("first", 1, "the first of many seeds")
	seeds := flags.Int("seeds", 300, "how many seeds")
	days := flags.Float64("days", 30, "virtual days of each")
	parallel := flags.Int("parallel", runtime.NumCPU(), "how many at once")
	calm := flags.Int("calm", 0, "classes of faults to leave out, a bit set; a smaller failure names it")
	keep := flags.String("keep", "", "only these items of the script, such as 3,17; a smaller failure names them")
	shrink := flags.Bool("shrink", true, "make a failure smaller before telling it")
	profile := flags.String("profile", "", "write a CPU profile to this file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	debug.SetGCPercent(400) // many small runs: memory is cheaper than time
	if *seed != 0 {
		o := sim.Options{Seed: *seed, Days: *days, Calm: *calm}
		var err error
		if o.Keep, err = numbers(*keep); err != nil {
			return err
		}
		return replay(out, o)
	}
	return many(ctx, out, *first, *seeds, *days, *parallel, *shrink)
}

func numbers(list string) (map[int]bool, error) {
	if list == "" {
		return nil, nil
	}
	keep := map[int]bool{}
	for _, part := range strings.Split(list, ",") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("-keep wants numbers with commas: %w", err)
		}
		keep[n] = true
	}
	return keep, nil
}

// replay runs one seed and tells everything that happens.
func replay(out io.Writer, o sim.Options) error {
	r, err := sim.Run(o)
	if err != nil {
		return err
	}
	for _, l := range r.Journal {
		fmt.Fprintln(out, l)
	}
	fmt.Fprintf(out, "seed %d: %d alerts, %d commits, %d messages, journal %016x\n", r.Seed, r.Alerts, r.Commits, r.Pages, r.Hash)
	if r.Broken != nil {
		fmt.Fprintf(out, "broken: %v\n  %s means: %s\n", r.Broken, r.Broken.Promise, sim.Promises[r.Broken.Promise])
		return errBroken
	}
	return nil
}

// many runs seeds until one fails.
func many(ctx context.Context, out io.Writer, first uint64, seeds int, days float64, parallel int, shrink bool) error {
	began := time.Now()
	var total sim.Total
	last := time.Now()
	failed, err := sim.Many(ctx, first, seeds, days, parallel, func(r *sim.Result, t sim.Total) {
		total = t
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintln(out, t.Text(time.Since(began)))
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, total.Text(time.Since(began)))
	if failed == nil {
		return ctx.Err()
	}
	small := sim.Options{Seed: failed.Seed, Days: days}
	if shrink {
		fmt.Fprintf(out, "seed %d breaks %q; making it smaller …\n", failed.Seed, failed.Broken.Promise)
		small, failed = sim.Shrink(ctx, small, failed)
	}
	fmt.Fprintln(out, sim.Story(failed))
	fmt.Fprintf(out, "broken: %v\n  %s means: %s\n", failed.Broken, failed.Broken.Promise, sim.Promises[failed.Broken.Promise])
	fmt.Fprintf(out, "the whole run:  make sim SEED=%d DAYS=%g\n", failed.Seed, days)
	fmt.Fprintf(out, "this one:       go run ./engine/sim/run %s\n", small.Flags())
	return errBroken
}
