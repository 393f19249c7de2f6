package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func (n *noun) snoozeAlert() *cobra.Command {
	var w pause
	c := n.action("snooze", "Keep alerts quiet for a while; then their policy starts anew",
		"For a duration such as 30m, 2h or 1d, or until a time: RFC 3339, or wall clock in this machine's zone. 30 days at most.",
		"tocsin alert snooze 1042 --for 1h\ntocsin alert snooze 1042 --until 2026-03-10T08:00",
		func() (map[string]any, error) { return w.fields(n) })
	w.flags(c)
	return c
}

// pause is for how long, or until when, something is snoozed.
type pause struct{ length, until string }

func (w *pause) flags(c *cobra.Command) {
	c.Flags().StringVar(&w.length, "for", "", "for how long: 30m, 2h, 1d")
	c.Flags().StringVar(&w.until, "until", "", "until when: RFC 3339, or wall clock in this machine's zone such as 2026-03-10T08:00")
	c.MarkFlagsMutuallyExclusive("for", "until")
}

// fields are those of the request.
func (w *pause) fields(n *noun) (map[string]any, error) {
	switch {
	case w.length != "":
		d, err := config.ParseDuration(w.length)
		if err != nil {
			return nil, fmt.Errorf("--for: %w", err)
		}
		return map[string]any{"for": d.String()}, nil
	case w.until != "":
		t, err := schedules.ParseTime(w.until, n.zone)
		if err != nil {
			return nil, fmt.Errorf("--until: %w", err)
		}
		return map[string]any{"until": t.UTC().Format(time.RFC3339)}, nil
	}
	return nil, errors.New("say for how long with --for, or until when with --until")
}

// targetAlert makes assign and responder.
func (n *noun) targetAlert(do, what string) *cobra.Command {
	var to string
	c := n.action(do, what,
		`Whom is a target of policies: user:NAME, team:NAME, schedule:NAME, next:SCHEDULE, previous:SCHEDULE,
rotation:SCHEDULE, random:TEAM, admins:TEAM or channel:NAME. A bare name is a user's.`,
		"tocsin alert "+do+" 1042 --to amir\ntocsin alert "+do+" 1042 --to schedule:backup",
		func() (map[string]any, error) {
			if to == "" {
				return nil, errors.New("say whom with --to, such as --to user:amir")
			}
			if !strings.Contains(to, ":") {
				to = "user:" + to
			}
			return map[string]any{"target": to}, nil
		})
	c.Flags().StringVar(&to, "to", "", "whom to page: a user, or a target such as schedule:backup")
	return c
}
