package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func (n *noun) submitPostmortem() *cobra.Command {
	var reviewers []string
	c := n.action("submit", "Ask reviewers to read it", "Those who were asked before are asked again.",
		"tocsin postmortem submit PM-3 --reviewer jason --reviewer ethan", func() (map[string]any, error) {
			return map[string]any{"reviewers": reviewers}, nil
		})
	c.Flags().StringArrayVar(&reviewers, "reviewer", nil, "a user who reads it; may be given several times")
	return c
}

func (n *noun) requestChanges() *cobra.Command {
	return n.withReason("request-changes", "Send postmortems back to their owners, as a reviewer", "what is to be changed",
		"tocsin postmortem request-changes PM-3 --as jason --reason \"How do we know that it was the cache?\"")
}

// withReason makes an action that is nothing without a reason.
func (n *noun) withReason(do, what, usage, example string) *cobra.Command {
	var reason string
	c := n.action(do, what, "", example, func() (map[string]any, error) {
		if strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("say %s, with --reason TEXT", usage)
		}
		return map[string]any{"reason": reason}, nil
	})
	c.ResetFlags() // the reason is what is said with it
	c.Flags().StringVar(&reason, "reason", "", usage)
	return c
}

func (n *noun) publishPostmortem() *cobra.Command {
	var force bool
	var reason string
	c := n.action("publish", "Publish postmortems", "It is refused while tocsin postmortem check finds errors, unless by --force and for a --reason, which are recorded.",
		"tocsin postmortem publish PM-3\ntocsin postmortem publish PM-4 --force --reason \"the impact is not known and never will be\"",
		func() (map[string]any, error) {
			switch fields := (map[string]any{}); {
			case force && strings.TrimSpace(reason) == "":
				return nil, errors.New("say why it is published although it is not complete, with --reason TEXT")
			case reason != "" && !force:
				return nil, errors.New("--reason goes with --force; say other things with --note")
			case force:
				fields["force"], fields["reason"] = true, reason
				return fields, nil
			default:
				return fields, nil
			}
		})
	c.Flags().BoolVar(&force, "force", false, "although it is not complete")
	c.Flags().StringVar(&reason, "reason", "", "why, with --force")
	return c
}

// dueDate reads a date or a time, in this machine's zone unless it says another one.
func (n *noun) dueDate(flag, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, n.zone); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Second).UTC().Format(time.RFC3339), nil // the whole day is left
	}
	t, err := schedules.ParseTime(text, n.zone)
	if err != nil {
		return "", fmt.Errorf("--%s: %w; or a day, such as 2026-03-09", flag, err)
	}
	return t.UTC().Format(time.RFC3339), nil
}

func (n *noun) postmortemDue() *cobra.Command {
	var to, reason string
	c := &cobra.Command{
		Use:     "due REF --to TIME --reason TEXT",
		Short:   "Move the due date, once",
		Long:    "Moves the due date of a postmortem. It moves once, with a reason; only the API key of an admin may move it again. A day\nmeans its end, in this machine's zone.",
		Example: "  tocsin postmortem due PM-3 --to 2026-03-20 --reason \"the vendor's analysis comes on the 18th\"",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, refs []string) error {
			if to == "" || strings.TrimSpace(reason) == "" {
				return errors.New("say until when with --to TIME, and why with --reason TEXT")
			}
			due, err := n.dueDate("to", to)
			if err != nil {
				return err
			}
			return n.act(c.Context(), http.MethodPatch, "", refs, map[string]any{"due_at": due, "note": reason})
		},
	}
	c.Flags().StringVar(&to, "to", "", "a day or a time")
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

func (n *noun) checkPostmortem() *cobra.Command {
	return &cobra.Command{
		Use:   "check REF",
		Short: "See what a postmortem lacks",
		Long: `Says what a postmortem lacks: required sections that are empty, lessons without an action, actions without an owner or
a due date, reviewers who did not approve it, people among the root causes. The exit code is 1 while it cannot be published.`,
		Example: "  tocsin postmortem check PM-3",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), n.one(args[0])+"/check", nil, &raw); err != nil {
				return failed(err)
			}
			var found api.PostmortemCheck
			if err := json.Unmarshal(raw, &found); err != nil {
				return fmt.Errorf("the answer is not of this version's kind: %w; --json shows it", err)
			}
			if err := show(n.remote, raw, n.gaps); err != nil {
				return err
			}
			if !found.OK {
				return no{fmt.Errorf("%s is not complete", args[0])}
			}
			return nil
		},
	}
}

func (n *noun) gaps(found api.PostmortemCheck) {
	if len(found.Gaps) == 0 {
		fmt.Fprintln(n.out, "complete: it can be published")
	}
	for _, g := range found.Gaps {
		fmt.Fprintln(n.out, line(fmt.Sprintf("%s: %s", g.Severity, g.Text)))
	}
}
