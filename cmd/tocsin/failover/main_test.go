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
	"strconv"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
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
	if text := os.Getenv("TOCSIN_FAILOVER_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			fmt.Fprintf(os.Stderr, "TOCSIN_FAILOVER_ROUNDS=%s is no number of rounds\n", text)
			os.Exit(1)
		}
		rounds = n
	}
	os.Exit(programtest.Main(m, &binary, 3))
}
