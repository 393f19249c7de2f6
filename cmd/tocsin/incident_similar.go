package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// shownAlike is how many similar incidents are shown with an incident.
const shownAlike = 3

func (n *noun) similarIncidents() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:   "similar REF",
		Short: "Show the incidents that are like one, why, and what helped",
		Long: `Shows the incidents that are like one, the most alike first: how much they have in common (services, the labels and
tags of alerts, words), and how they ended: what was said when they were resolved, the deployment that was marked as the
cause, and the summary, causes and lessons of their postmortems.`,
		Example: "  tocsin incident similar INC-7", Args: cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), n.one(args[0])+"/similar", url.Values{"limit": {fmt.Sprint(limit)}}, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(a api.Alike) {
				if len(a.Items) == 0 {
					fmt.Fprintln(n.out, "no incident is like it")
				}
				n.alike(a.Items)
			})
		},
	}
	c.Flags().IntVar(&limit, "limit", 5, "how many at most")
	return c
}

// alikeTo prints the incidents that are most like one that was shown.
func (n *noun) alikeTo(c *cobra.Command, ref string) error {
	ask, err := n.client()
	if err != nil {
		return err
	}
	var a api.Alike
	if err := ask.Get(c.Context(), n.one(ref)+"/similar", url.Values{"limit": {fmt.Sprint(shownAlike)}}, &a); err != nil {
		fmt.Fprintf(n.err, "tocsin: similar incidents are not known now: %v\n", err) // the incident itself was shown
		return nil
	}
	if len(a.Items) > 0 {
		fmt.Fprintln(n.out, "\n"+n.paint(bold, "Similar incidents"))
		n.alike(a.Items)
	}
	return nil
}

func (n *noun) alike(list []api.AlikeIncident) {
	for _, s := range list {
		fmt.Fprintf(n.out, "%s  %.0f %%  %s  %s  %s\n", s.ID, 100*s.Score, n.paint(states[string(s.Status)], string(s.Status)), n.at(s.OpenedAt.Time), line(s.Title))
		var f facts
		var why []string
		for _, w := range s.Why {
			why = append(why, w.What+" "+strings.Join(w.Shared, ", "))
		}
		f.add("  alike by", strings.Join(why, "; "))
		f.add("  resolved", cut(line(s.Resolution), 200))
		if s.Cause != nil {
			f.add("  caused by", line(s.Cause.Deployment+", "+s.Cause.Title))
		}
		f.add("  postmortem", s.Postmortem)
		f.add("  summary", cut(line(s.Summary), 300))
		for i := range min(2, len(s.Causes)) {
			f.add("  cause", cut(line(s.Causes[i]), 200))
		}
		if len(s.Lessons) > 0 {
			f.add("  lesson", cut(line(s.Lessons[0]), 200))
		}
		n.facts(f)
	}
}
