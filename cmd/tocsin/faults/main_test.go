// Package faults proves what Tocsin promises when real things break: it starts the built program beside a real
// redis-server, kills, freezes and cuts off what must be survived while alerts come in, and lets a provider with a
// journal of its own judge what was sent. It sees only what users see: requests, pages, logs, exit codes.
//
// TOCSIN_FAULTS=long is `make faults`: thousands of alerts and several rounds, in minutes. Without it the same tests
// run with few alerts, in half a minute. TOCSIN_FAULTS_SEED=n chooses the moments of the faults.
package faults

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// binary is the program, built once for all tests; size and seed are what was asked for.
var (
	binary string
	size   sizes
	seed   uint64
)

// sizes are how much is done.
type sizes struct {
	rounds   int           // of tests whose rounds begin anew
	kills    int           // of the server, in a load
	killed   int           // alerts in a load with kills
	other    int           // alerts in other loads, for each of their faults
	pause    time.Duration // of redis-server
	cut      time.Duration // between a replica and Redis
	rate     int           // alerts per second
	atOnce   int           // tests that run at the same time
	patience time.Duration // until everything is drained
}

var (
	short = sizes{rounds: 1, kills: 2, killed: 150, other: 60, pause: 5 * time.Second, cut: 3 * time.Second, rate: 40, atOnce: 8, patience: 40 * time.Second}
	long  = sizes{rounds: 2, kills: 8, killed: 5000, other: 350, pause: 30 * time.Second, cut: 20 * time.Second, rate: 70, atOnce: 3, patience: 2 * time.Minute}
)

// silent drops what the tests' own Redis clients log about servers that were killed.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	flag.Parse()
	goredis.SetLogger(silent{})
	switch text := os.Getenv("TOCSIN_FAULTS"); text {
	case "long":
		size = long
	case "", "short":
		size = short
	default:
		fmt.Fprintf(os.Stderr, "TOCSIN_FAULTS=%s: it is short or long\n", text)
		os.Exit(1)
	}
	seed = rand.Uint64N(1_000_000)
	if text := os.Getenv("TOCSIN_FAULTS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			fmt.Fprintf(os.Stderr, "TOCSIN_FAULTS_SEED=%s is no number\n", text)
			os.Exit(1)
		}
	}
	os.Exit(programtest.Main(m, &binary, size.atOnce))
}
