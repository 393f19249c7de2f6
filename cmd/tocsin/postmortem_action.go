package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
)

func (n *noun) actions() *cobra.Command {
	set := func(c *cobra.Command) (map[string]any, error) {
		fields, err := given(c, map[string]string{
			"text": "text", "owner": "owner", "due": "due_at", "horizon": "horizon", "issue": "issue", "lesson": "lesson", "reason": "reason",
		})
		if due, ok := fields["due_at"].(string); ok && err == nil {
			fields["due_at"], err = n.dueDate("due", due)
		}
		if owner, ok := fields["owner"].(string); ok {
			fields["owner"] = strings.TrimPrefix(owner, "user:")
		}
		return fields, err
	}
	add := n.part("actions", "add REF --text TEXT", "Write down an action", "The first due date is a promise: what is late is late against it.",
		"tocsin postmortem action add PM-3 --text \"Bound the cache\" --owner ethan --due 2026-03-20 --horizon mid --lesson 1",
		func(c *cobra.Command) (map[string]any, error) {
			if !c.Flags().Changed("text") {
				return nil, errors.New("say what is to be done, with --text TEXT")
			}
			return set(c)
		})
	edit := n.part("actions", "edit REF N", "Change an action", "Another due date needs a --reason; who moved it and why stays in the record.",
		"tocsin postmortem action edit PM-3 1 --due 2026-04-10 --reason \"the library is released in April\"", set)
	for _, c := range []*cobra.Command{add, edit} {
		f := c.Flags()
		f.String("text", "", "what is to be done")
		f.String("owner", "", "the user who does it")
		f.String("due", "", "a day (its end, in this machine's zone) or a time")
		f.String("horizon", "", "short (hours), mid (weeks) or long")
		f.String("issue", "", "the address of the issue that follows it elsewhere")
		f.Int("lesson", 0, "the lesson that it comes from")
		suggest(c, "horizon", []string{"short", "mid", "long"})
	}
	edit.Flags().String("reason", "", "why it is due on another day than was promised")

	done := func(yes bool) func(*cobra.Command) (map[string]any, error) {
		return func(*cobra.Command) (map[string]any, error) { return map[string]any{"done": yes}, nil }
	}
	verify := n.part("actions", "verify REF N --evidence TEXT", "Say that an action was seen to work, and how",
		"The evidence says how it is known that the same condition no longer leads to the same failure.",
		"tocsin postmortem action verify PM-3 1 --as jason --evidence \"The load test of 14 March fills the cache, and nothing stops.\"",
		func(c *cobra.Command) (map[string]any, error) {
			fields, err := given(c, map[string]string{"evidence": "evidence"})
			if err != nil {
				return nil, err
			}
			if len(fields) == 0 {
				return nil, errors.New("say how it is known, with --evidence TEXT")
			}
			fields["verified"] = true
			return fields, nil
		})
	verify.Flags().String("evidence", "", "how it is known that it worked")
	return group("action", "Write the actions that follow, and follow them", `Writes the actions that come out of a postmortem: open, then done, then verified. Who owns one that is overdue is reminded;
after three reminders the team's admins are, too.`,
		add, edit, n.actionIssue(),
		n.part("actions", "done REF N", "Say that an action is done", "", "tocsin postmortem action done PM-3 1 --as ethan", done(true)),
		n.part("actions", "undone REF N", "Say that an action is not done after all", "", "tocsin postmortem action undone PM-3 1", done(false)),
		verify)
}
