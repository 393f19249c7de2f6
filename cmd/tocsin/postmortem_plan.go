package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// plan shows the steps that a postmortem is followed through.
func (n *noun) plan(steps []api.PlanStep) {
	if len(steps) == 0 {
		return
	}
	fmt.Fprintln(n.out, "\n"+n.paint(bold, "Plan"))
	t := table{head: []string{"STEP", "STATE", "DUE", "REMINDED", "DONE"}, wide: 4}
	for _, s := range steps {
		t.row(text(string(s.Step)), styled(stepStyles[string(s.State)], string(s.State)), text(n.at(s.DueAt.Time)), text(remindedText(s.Reminded)), text(s.Done))
	}
	n.table(t)
}

var stepStyles = map[string]style{"overdue": red, "open": yellow, "done": green, "ahead": faint}

func (n *noun) snoozePostmortem() *cobra.Command {
	var w pause
	var person string
	var everything bool
	c := &cobra.Command{
		Use:   "snooze [REF…]",
		Short: "Put off reminders of postmortems",
		Long: `Puts off what somebody is reminded of: the owner of the postmortem, or --person. With --everything in place of names it
is all that --person owes now, of any postmortem. What is due stays due.
31 days at most.`,
		Example: "  tocsin postmortem snooze PM-3 --for 2d\n  tocsin postmortem snooze --everything --person ethan --until 2026-03-30T08:00",

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, refs []string) error {
			fields, err := w.fields(n)
			if err != nil {
				return err
			}
			if person != "" {
				fields["person"] = strings.TrimPrefix(person, "user:")
			}
			switch {
			case everything == (len(refs) > 0):
				return errors.New("say which postmortems, such as PM-3, or --everything")
			case everything && person == "":
				return errors.New("say whose reminders, with --person USER")
			case everything:
				return n.snoozeEverything(c, fields)
			}
			return n.act(c.Context(), http.MethodPost, "/snooze", refs, fields)
		},
	}
	w.flags(c)
	c.Flags().StringVar(&person, "person", "", "who is not reminded; the owner by default")
	c.Flags().BoolVar(&everything, "everything", false, "all that they owe now")
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}

func (n *noun) snoozeEverything(c *cobra.Command, fields map[string]any) error {
	ask, err := n.client()
	if err != nil {
		return err
	}
	if n.user != "" {
		fields["user"] = n.user
	}
	if n.note != "" {
		fields["note"] = n.note
	}
	var raw json.RawMessage
	if err := ask.Do(c.Context(), http.MethodPost, "/api/v1/reminders/snooze", nil, fields, &raw); err != nil {
		return failed(err)
	}
	return show(n.remote, raw, func(s api.Snoozed) {
		if len(s.Postmortems) == 0 {
			fmt.Fprintln(n.out, line(s.Person+" owes nothing now"))
			return
		}
		fmt.Fprintln(n.out, line(fmt.Sprintf("%s is not reminded until %s: %s", s.Person, n.at(s.Until.Time), strings.Join(s.Postmortems, ", "))))
	})
}

func (n *noun) markStep() *cobra.Command {
	var undo bool
	c := &cobra.Command{
		Use:   "mark REF STEP",
		Short: "Say that a step of the plan is done, or not needed",
		Long: `Says that a step of the plan is done though the record does not know, or that it is not needed: meeting, metrics, write
or send. Nobody is reminded of it any more. Actions are finished one by one.`,
		Example: "  tocsin postmortem mark PM-3 meeting --note \"we met in the kitchen\"\n  tocsin postmortem mark PM-3 meeting --undo",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return n.act(c.Context(), http.MethodPost, "/mark", args[:1], map[string]any{"step": args[1], "done": !undo})
		},
	}
	c.Flags().BoolVar(&undo, "undo", false, "it is not done after all")
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}
