package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) listPostmortems() *cobra.Command {
	var which choice
	c := &cobra.Command{
		Use:     "list",
		Short:   "List postmortems, newest first",
		Long:    "Lists postmortems, newest first: those that are not over, unless --status or --all says otherwise.\nWith --json an array of the postmortems as the API shows them.",
		Example: "  tocsin postmortem list --status open",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			items, err := n.list(c.Context(), which.query(), which.limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, func(list []api.Postmortem) { n.postmortems(list, which.none("postmortems")) })
		},
	}
	which.flags(c, []string{"open"}, []string{"completed", "waived"})
	return c
}

func (n *noun) postmortems(list []api.Postmortem, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"PM", "STATUS", "DUE", "OWNER", "INCIDENT", "TITLE"}, wide: 5}
	for _, p := range list {
		t.row(text(p.ID), state(string(p.Status)), n.due(p), text(p.Owner), text(p.Incident), text(p.Title))
	}
	n.table(t)
}

// due is when a postmortem is due; it stands out when it is overdue, and is not said when nobody owes it any more.
func (n *noun) due(p api.Postmortem) cell {
	switch {
	case p.Status != postmortem.Open:
		return text("")
	case p.Overdue:
		return styled(red, n.at(p.DueAt.Time)+" overdue")
	}
	return text(n.moment(p.DueAt.Time))
}

func (n *noun) showPostmortem() *cobra.Command {
	return &cobra.Command{
		Use:     "show REF",
		Short:   "Show one postmortem with its sections and action items",
		Long:    "Shows one postmortem: its owner, its sections, the action items and everything that happened. Times are in this machine's\nzone.",
		Example: "  tocsin postmortem show PM-3",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			raw, err := n.get(c.Context(), args[0])
			if err != nil {
				return err
			}
			return show(n.remote, raw, n.postmortem)
		},
	}
}

func (n *noun) postmortem(p api.Postmortem) {
	fmt.Fprintf(n.out, "%s  %s  %s\n", p.ID, n.paint(states[string(p.Status)], string(p.Status)), n.paint(bold, line(p.Title)))
	f := facts{}
	f.add("incident", strings.Join(filled(p.Incident, p.Priority), ", "))
	f.add("service", p.Service)
	f.add("team", p.Team)
	f.add("owner", p.Owner)
	f.add("due", n.due(p).text)
	f.add("created", n.moment(p.CreatedAt.Time))
	f.add("completed", by(n.moment(p.CompletedAt.Time), p.CompletedBy))
	f.add("waived", by(n.moment(p.WaivedAt.Time), p.WaivedBy))
	f.add("because", p.WaivedFor)
	f.add("reminded", remindedText(p.Reminders))
	f.add("next reminder", n.moment(p.RemindAt.Time))
	n.facts(f)
	for _, name := range sectionNames(p.Sections) {
		fmt.Fprintln(n.out, "\n"+n.paint(bold, line(name)))
		body := p.Sections[name]
		if strings.TrimSpace(body) == "" {
			fmt.Fprintln(n.out, "  "+n.paint(faint, "(empty)"))
			continue
		}
		n.paragraph(body)
	}
	n.actionItems(p.Actions)
	n.timeline(unnumbered(p.Timeline))
}

func remindedText(n int) string {
	if n == 0 {
		return ""
	}
	return count(n, "time")
}

// sectionNames are the standard sections in their order, then the others.
func sectionNames(sections map[string]string) []string {
	names := slices.Clone(postmortem.Sections[:])
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (n *noun) actionItems(list []api.ActionItem) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(n.out, "\n"+n.paint(bold, "Action items"))
	t := table{head: []string{"N", "DONE", "OWNER", "DUE", "WHAT"}, wide: 4}
	for _, a := range list {
		done := ""
		if a.Done {
			done = "✓ " + a.DoneBy
		}
		t.row(textf("%d", a.N), styled(green, done), text(a.Owner), text(n.at(a.DueAt.Time)), text(a.Text))
	}
	n.table(t)
}
