package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) listIncidents() *cobra.Command {
	var which choice
	c := &cobra.Command{
		Use:     "list",
		Short:   "List incidents, newest first",
		Long:    "Lists incidents, newest first: those that are not over, unless --status or --all says otherwise.\nWith --json an array of the incidents as the API shows them.",
		Example: "  tocsin incident list --status open,resolved",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			items, err := n.list(c.Context(), which.query(), which.limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, func(list []api.Incident) { n.incidents(list, which.none("incidents")) })
		},
	}
	which.flags(c, []string{"open", "resolved"}, []string{"closed"})
	return c
}

func (n *noun) incidents(list []api.Incident, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"INCIDENT", "STATUS", "SEV", "OPENED", "ALERTS", "COMMANDER", "POSTMORTEM", "TITLE"}, wide: 7}
	for _, i := range list {
		t.row(text(i.ID), state(string(i.Status)), styled(states[i.Priority], i.Severity), text(n.away(i.OpenedAt.Time)),
			textf("%d", i.Count), text(i.Roles["commander"]), text(i.Postmortem), text(i.Title))
	}
	n.table(t)
}

func (n *noun) showIncident() *cobra.Command {
	return &cobra.Command{
		Use:     "show REF",
		Short:   "Show one incident with its alerts and timeline",
		Long:    "Shows one incident: who works on it, which alerts joined, and everything that happened. Times are in this machine's zone.",
		Example: "  tocsin incident show INC-7",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			raw, err := n.get(c.Context(), args[0])
			if err != nil {
				return err
			}
			return show(n.remote, raw, n.incident)
		},
	}
}

func (n *noun) incident(i api.Incident) {
	fmt.Fprintf(n.out, "%s  %s  %s  %s\n", i.ID, n.paint(states[string(i.Status)], string(i.Status)),
		n.paint(states[i.Priority], i.Severity), n.paint(bold, line(i.Title)))
	f := facts{}
	f.add("opened", by(n.moment(i.OpenedAt.Time), i.OpenedBy))
	f.add("resolved", by(n.moment(i.ResolvedAt.Time), i.ResolvedBy))
	f.add("closed", by(n.moment(i.ClosedAt.Time), i.ClosedBy))
	f.add("service", i.Service)
	f.add("team", i.Team)
	f.add("tags", strings.Join(i.Tags, ", "))
	for _, role := range slices.Sorted(maps.Keys(i.Roles)) {
		f.add(role, i.Roles[role])
	}
	f.add("responders", strings.Join(i.Responders, ", "))
	f.add("postmortem", strings.Join(filled(i.Postmortem, i.PostmortemReason), ": "))
	n.facts(f)
	if len(i.Alerts) > 0 {
		fmt.Fprintln(n.out, "\n"+n.paint(bold, fmt.Sprintf("Alerts (%d)", i.Count)))
		t := table{head: []string{"ALERT", "JOINED", "TITLE"}, wide: 2}
		for _, a := range i.Alerts {
			t.row(textf("#%d", a.Number), text(n.at(a.JoinedAt.Time)), text(a.Title))
		}
		n.table(t)
	}
	n.timeline(unnumbered(i.Timeline))
}

// filled are the texts that are not empty.
func filled(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

func unnumbered(timeline []api.NumberedEntry) []api.Entry {
	out := make([]api.Entry, len(timeline))
	for i, e := range timeline {
		out[i] = e.Entry
	}
	return out
}
