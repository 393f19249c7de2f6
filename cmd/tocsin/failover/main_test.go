// Package failover proves what Tocsin promises while Redis fails over, and when its own replicas come and go: it
// starts the built program, real Redis servers with Sentinels or as a Cluster, kills what must be survived while
// alerts come in, and accounts for every alert that was answered with 2xx. It sees only what users see.
//
// `make failover` runs more and longer: TOCSIN_FAILOVER_ROUNDS says how often, and with more than one round it also
// measures what is lost without wait_replicas.
package failover

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

// binary is the program, built once for all tests; rounds is how often a fail-over is tried.
var (
	binary string
	rounds = 1
)

// silent drops what the tests' own Redis clients log about servers that were killed.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	flag.Parse()
	goredis.SetLogger(silent{})
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	if text := os.Getenv("TOCSIN_FAILOVER_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			fmt.Fprintf(os.Stderr, "TOCSIN_FAILOVER_ROUNDS=%s is no number of rounds\n", text)
			return 1
		}
		rounds = n
	}
	dir, err := os.MkdirTemp("", "tocsin-failover")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "tocsin")
	build := exec.Command("go", "build", "-o", binary, "github.com/tocsin-oncall/tocsin/cmd/tocsin")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the program cannot be built:", err)
		return 1
	}
	// The tests mostly wait for elections, so some go on at once however few cores there are.
	if flag.Lookup("test.parallel").Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		if err := flag.Set("test.parallel", "3"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}
