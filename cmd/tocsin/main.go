// Command tocsin routes alerts to the people on call. One file for each verb; a verb is a function that gets
// its context, its input and output and its arguments, and returns an error: it never ends the process.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
	_ "time/tzdata" // zones are known on machines that have none installed

	"golang.org/x/term"
)

// version is set by the build.
var version = "dev"

// stdio is what a verb reads and writes, and the environment it runs in.
type stdio struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	now      func() time.Time
	heard    func(server time.Time) // takes what time an answer says that it is there; may be nil
	zone     *time.Location         // in which times are read and shown
	terminal bool                   // out is a terminal
	width    int                    // of the terminal, in characters; 0 when lines may be of any length
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := run(ctx, processIO(), os.Args[1:])
	stop()
	os.Exit(code)
}

// processIO is that of this process.
func processIO() stdio {
	out, clock := int(os.Stdout.Fd()), &clock{}
	streams := stdio{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: clock.now, heard: clock.heard, zone: time.Local,
		terminal: term.IsTerminal(out),
	}
	if streams.terminal {
		streams.width, _, _ = term.GetSize(out) // 0 when it does not say
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		streams.width = columns
	}
	return streams
}
