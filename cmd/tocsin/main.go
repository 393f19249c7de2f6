// Command tocsin routes alerts to the people on call. One file for each verb; a verb is a function that gets
// its context, its input and output and its arguments, and returns an error: it never ends the process.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones are known on machines that have none installed
)

// version is set by the build.
var version = "dev"

// stdio is what a verb reads and writes, and the environment it runs in.
type stdio struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	terminal bool // out is a terminal
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	streams := stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, terminal: isTerminal(os.Stdout)}
	code := run(ctx, streams, os.Args[1:])
	stop()
	os.Exit(code)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
