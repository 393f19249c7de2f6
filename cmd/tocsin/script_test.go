package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// envNow is what the scripts set the verbs' clock with; the program itself knows no such variable.
const envNow = "TEST_NOW"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tocsin": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		streams := processIO()
		if text := os.Getenv(envNow); text != "" {
			now, err := time.Parse(time.RFC3339, text)
			if err != nil {
				panic(err)
			}
			streams.now = func() time.Time { return now }
		}
		code := run(ctx, streams, os.Args[1:])
		stop()
		os.Exit(code)
	}})
}

// The scripts have tocsin.yaml and the payloads of real senders in their folder, and a free port in $ADDR.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "", // writes what was printed into the scripts' golden files
		Setup: func(env *testscript.Env) error {
			address, err := freeAddress()
			if err != nil {
				return err
			}
			env.Setenv("ADDR", address)
			env.Setenv("TOCSIN_URL", "http://"+address)
			env.Setenv("TZ", "America/New_York")
			return errors.Join(
				copyFile("testdata/tocsin.yaml", filepath.Join(env.WorkDir, "tocsin.yaml")),
				copyFile("../../integrations/alertmanager/testdata/webhook-v4-2-firing-HighErrorRate.json", filepath.Join(env.WorkDir, "webhook.json")),
				copyFile("../../integrations/alertmanager/testdata/webhook-v4-4-resolved-HighErrorRate.json", filepath.Join(env.WorkDir, "resolved.json")),
			)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "ready": ready, "eventually": eventually, "signal": send,
		},
	})
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// exits CODE COMMAND… runs a command that must end with the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended := (*exec.ExitError)(nil)
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

const patience = 15 * time.Second

// poll tries until it is done, or time is up.
func poll(ts *testscript.TestScript, what string, try func() bool) {
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !try() {
		select {
		case <-deadline:
			ts.Fatalf("%s: not within %s", what, patience)
		case <-tick.C:
		}
	}
}

// ready waits until the server at $ADDR takes alerts.
func ready(ts *testscript.TestScript, neg bool, _ []string) {
	poll(ts, "the server is ready", func() bool {
		answer, err := http.Get("http://" + ts.Getenv("ADDR") + "/-/ready")
		if err != nil {
			return neg
		}
		answer.Body.Close()
		return (answer.StatusCode == http.StatusOK) != neg
	})
}

// eventually REGEXP COMMAND… repeats a command until its output matches.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually REGEXP COMMAND…")
	}
	wanted, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	poll(ts, args[0], func() bool {
		return ts.Exec(args[1], args[2:]...) == nil && wanted.MatchString(ts.ReadFile("stdout"))
	})
}

var signals = map[string]os.Signal{"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}

// signal NAME sends a signal to the servers that a script has started and not waited for.
func send(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || signals[args[0]] == nil {
		ts.Fatalf("usage: signal HUP|INT|TERM")
	}
	for _, server := range ts.BackgroundCmds() {
		ts.Check(server.Process.Signal(signals[args[0]]))
	}
}
