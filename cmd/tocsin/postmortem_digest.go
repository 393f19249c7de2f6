package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) reviewDigest() *cobra.Command {
	return &cobra.Command{
		Use:   "digest",
		Short: "See when the next review digest is sent, to whom, and what would be in it now",
		Long:  "Shows the next review digest as it would be sent now. Nothing is sent.",
		Args:  cobra.NoArgs, Example: "  tocsin postmortem digest",
		RunE: func(c *cobra.Command, _ []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), "/api/v1/review-digest", nil, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(d api.ReviewDigest) {
				fmt.Fprintln(n.out, n.paint(bold, line(d.Title)))
				f := facts{}
				f.add("sent", n.moment(d.NextAt.Time))
				f.add("to", line(strings.Join(d.Recipients, ", ")))
				f.add("the latest", n.moment(d.LastAt.Time))
				n.facts(f)
				fmt.Fprintln(n.out)
				n.paragraph(d.Text)
			})
		},
	}
}
