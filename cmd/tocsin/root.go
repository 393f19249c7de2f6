package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Exit codes: scripts rely on them.
const (
	exitFine  = 0
	exitNo    = 1 // the answer is no: a check found errors, an alert was refused
	exitUsage = 2 // the command or its input is wrong, or the server cannot be reached
)

// no is an error that means "the answer is no", as opposed to a command that could not do its work.
type no struct{ error }

func (n no) Unwrap() error { return n.error }

// run is the whole program: it does what args say and returns the exit code.
func run(ctx context.Context, io stdio, args []string) int {
	root := newRoot(io)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitFine
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(io.err, "tocsin:", strings.TrimSuffix(text, "\n"))
	}
	if answer := (no{}); errors.As(err, &answer) {
		return exitNo
	}
	return exitUsage
}

func newRoot(io stdio) *cobra.Command {
	root := &cobra.Command{
		Use:           "tocsin",
		Short:         "Routes alerts to the people on call, and pages them until somebody acknowledges",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.AddCommand(serveVerb(io), checkVerb(io), schemaVerb(io))
	return root
}
