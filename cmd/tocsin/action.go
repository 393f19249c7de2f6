package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func actionVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/actions"}
	c := group("action", "See the actions of all postmortems", "Shows the actions of all postmortems. tocsin postmortem action writes and follows them.", n.listActions())
	n.flags(c)
	return c
}

func (n *noun) listActions() *cobra.Command {
	var which choice
	var owners, teams []string
	var overdue bool
	c := &cobra.Command{
		Use: "list", Short: "List the actions of all postmortems", Args: cobra.NoArgs,
		Long: `Lists the actions of all postmortems: those that are open or done, unless --status or --all says otherwise; those of the newest
postmortem first. With --json an array of them as the API shows them.`,
		Example: "  tocsin action list --overdue --owner ethan",
		RunE: func(c *cobra.Command, _ []string) error {
			query := which.query()
			query["owner"], query["team"] = owners, teams
			if overdue {
				query.Set("overdue", "true")
			}
			items, err := n.list(c.Context(), query, which.limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, func(list []api.PostmortemActionItem) { n.actionList(list, which.none("actions")) })
		},
	}
	which.flags(c, []string{"open", "done"}, []string{"verified"})
	f := c.Flags()
	f.StringSliceVar(&owners, "owner", nil, "only what these users owe; nobody stands for what nobody owns")
	f.StringSliceVar(&teams, "team", nil, "only of these teams")
	f.BoolVar(&overdue, "overdue", false, "only what is overdue")
	return c
}

func (n *noun) actionList(list []api.PostmortemActionItem, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"PM", "N", "STATUS", "OWNER", "DUE", "LATE", "ISSUE", "WHAT", "POSTMORTEM"}, wide: 7}
	for _, a := range list {
		t.row(text(a.Postmortem), textf("%d", a.N), styled(itemStyle(a.ActionItem), a.Status), text(a.Owner), text(n.at(a.DueAt.Time)),
			text(lateness(a.ActionItem)), n.ticket(a.ActionItem), text(a.Text), text(a.Title))
	}
	n.table(t)
}

// ticket is the issue of an action and how it is.
func (n *noun) ticket(a api.ActionItem) cell {
	if a.Ticket == nil {
		return text(a.Issue)
	}
	shown := n.issueState(*a.Ticket)
	shown.text = line(strings.TrimSpace(issueName(*a.Ticket) + " " + shown.text))
	if a.IssueDone {
		shown.text += ", to be verified"
	}
	return shown
}
