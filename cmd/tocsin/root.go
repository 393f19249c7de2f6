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
	exitNo    = 1 // the answer is no: a check found errors, an action was refused, there is no such alert
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

// The groups in which --help lists the verbs.
const (
	groupServer = "server"
	groupConfig = "config"
	groupAlerts = "alerts"
)

func newRoot(io stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "tocsin",
		Short: "Routes alerts to the people on call, and pages them until somebody acknowledges",
		Long: `Tocsin routes alerts to the people on call, and pages them until somebody acknowledges.

Durations are written 30s, 10m, 1h30m, 7d or 2w. Times are RFC 3339 (2026-03-09T14:00:00Z), or wall clock
(2026-03-09T09:00) in the zone that the command's help names. Times are shown in this machine's zone (TZ).

Exit codes: 0 fine; 1 the answer is no (errors found, refused, not there); 2 bad usage or input, or no server.`,
		Example:       "  tocsin serve --config config.yaml\n  tocsin oncall\n  tocsin alert ack 1042 --note \"on it\"",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetVersionTemplate("tocsin {{.Version}}\n")
	root.AddGroup(
		&cobra.Group{ID: groupAlerts, Title: "Alerts, incidents and people on call:"},
		&cobra.Group{ID: groupConfig, Title: "Configuration:"},
		&cobra.Group{ID: groupServer, Title: "Server:"},
	)
	add := func(group string, verbs ...*cobra.Command) {
		for _, verb := range verbs {
			verb.GroupID = group
			root.AddCommand(verb)
		}
	}
	add(groupAlerts, oncallVerb(io), overrideVerb(io), awayVerb(io), swapVerb(io), maintenanceVerb(io), deployVerb(io), userVerb(io), auditVerb(io), scheduleVerb(io), alertVerb(io), incidentVerb(io), postmortemVerb(io), actionVerb(io), statusPageVerb(io), searchVerb(io), heartbeatVerb(io), serviceVerb(io), aggregateVerb(io), eventsVerb(io))
	add(groupAlerts, reportVerb(io))
	add(groupConfig, checkVerb(io), explainVerb(io), testVerb(io), fmtVerb(io), simulateVerb(io), replayVerb(io), schemaVerb(io), configVerb(io), reloadVerb(io))
	add(groupServer, serveVerb(io), readyVerb(io), backupVerb(io), restoreVerb(io), versionVerb(io))
	root.SetCompletionCommandGroupID(groupServer)
	root.SetHelpCommandGroupID(groupServer)
	return root
}

// group makes a command that only holds verbs. Without one of them it is bad usage, and says what there is.
func group(use, short, long string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Args: cobra.ArbitraryArgs}
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s what? One of: %s; tocsin %s --help says more", use, strings.Join(names(verbs), ", "), use)
		}
		hint := ""
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = fmt.Sprintf("; did you mean %q?", near[0])
		}
		return fmt.Errorf("there is no %q under %s: %s%s", args[0], use, strings.Join(names(verbs), ", "), hint)
	}
	c.SuggestionsMinimumDistance = 2
	c.AddCommand(verbs...)
	return c
}

func names(verbs []*cobra.Command) []string {
	var list []string
	for _, v := range verbs {
		list = append(list, v.Name())
	}
	return list
}
