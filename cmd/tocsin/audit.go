package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func auditVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/audit"}
	var limit int
	c := &cobra.Command{
		Use:   "audit",
		Short: "Show who did what to who is on call",
		Long: `Lists what people did to who is on call, newest first, with who, through which key or link,
when and why: overrides, absences and swaps, feeds
that were revoked, ways to people that were tested. It is kept for 400 days. What was done to alerts, incidents and
postmortems is in their timelines.`,
		Example: "  tocsin audit --limit 200",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			items, err := n.list(c.Context(), nil, limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, n.trail)
		},
	}
	c.Flags().IntVar(&limit, "limit", defaultLimit, "how many at most")
	n.flags(c)
	return c
}

func (n *noun) trail(list []api.AuditEntry) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, "nothing was done yet")
		return
	}
	t := table{head: []string{"AT", "BY", "VIA", "DID", "TO", "WHAT", "WHY"}, wide: 5}
	for _, e := range list {
		t.row(text(n.at(e.At.Time)), text(e.By), text(e.Via), text(e.Did), text(e.What), text(e.Text), text(e.Why))
	}
	n.table(t)
}
