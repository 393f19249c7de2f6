package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// incidentCauses shows what may have caused an incident.
func (n *noun) incidentCauses() *cobra.Command {
	var back string
	var all bool
	c := &cobra.Command{
		Use:   "causes REF",
		Short: "Show what may have caused an incident: deployments, and alerts of what it needs",
		Long: `Shows the deployments of the impacted services, and of everything that they depend on, that began in the time before the
harm, or until it was over: the latest first, with the way by which they are needed and their commits. Then the open
alerts of those services that are not the incident's.`,
		Example: "  tocsin incident causes INC-7\n  tocsin incident causes INC-7 --look-back 7d --all",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			query := url.Values{}
			if back != "" {
				query.Set("look_back", back)
			}
			if all {
				query.Set("all", "true")
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), n.one(args[0])+"/causes", query, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, n.candidates)
		},
	}
	c.Flags().StringVar(&back, "look-back", "", "how long before the harm a deployment may have begun: 12h, 7d (default that of the configuration, or 24h)")
	c.Flags().BoolVar(&all, "all", false, "also deployments to environments for staging, testing or development")
	return c
}

func (n *noun) candidates(v api.IncidentCauses) {
	fmt.Fprintf(n.out, "The harm began %s. Deployments since %s:\n", n.moment(v.Harm.Time), n.at(v.Since.Time))
	if len(v.Candidates) == 0 {
		fmt.Fprintln(n.out, "  none")
	} else {
		t := table{head: []string{"DEPLOYMENT", "STATE", "BEGAN", "HARM", "OVER", "BY", "WHAT"}, wide: 6}
		for _, c := range v.Candidates {
			d := c.Deployment
			name := styled(plain, d.ID)
			if c.Cause {
				name = styled(bold, d.ID+" (cause)")
			}
			t.row(name, state(string(d.State)), text(n.at(d.StartedAt.Time)), text(harm(c)), text(strings.Join(c.Path, " → ")), text(d.By), text(d.Title))
		}
		n.table(t)
		if v.Left > 0 {
			fmt.Fprintf(n.out, "and %d others\n", v.Left)
		}
	}
	for _, c := range v.Candidates {
		n.commits(c.Deployment)
	}
	if len(v.Alerts) > 0 {
		fmt.Fprintln(n.out, "\n"+n.paint(bold, "Open alerts of what it needs"))
		t := table{head: []string{"ALERT", "PRIO", "STATUS", "SINCE", "OVER", "TITLE"}, wide: 5}
		for _, a := range v.Alerts {
			t.row(textf("#%d", a.Number), state(a.Priority), state(a.Status), text(n.away(a.CreatedAt.Time)), text(strings.Join(a.Path, " → ")), text(a.Title))
		}
		n.table(t)
	}
	if v.Cause != nil {
		fmt.Fprintln(n.out, "\n"+line(causeLine(*v.Cause)))
	}
}

// harm is how long before the harm a deployment began, and whether it was still going on.
func harm(c api.Candidate) string {
	text := span(time.Duration(max(c.SecondsBefore, -c.SecondsBefore)) * time.Second)
	if c.SecondsBefore < 0 {
		return text + " later"
	}
	if c.When == "running" {
		return text + " before, going on"
	}
	return text + " before"
}

// shownCommits is how many commits of each candidate are printed.
const shownCommits = 5

func (n *noun) commits(d api.Deployment) {
	for i, k := range d.Commits {
		if i == shownCommits {
			fmt.Fprintf(n.out, "  %s and %d more; tocsin deploy show %s\n", d.ID, d.Changes-i, d.ID)
			return
		}
		who := ""
		if k.Author != "" {
			who = " (" + k.Author + ")"
		}
		fmt.Fprintf(n.out, "  %s %s\n", d.ID, line(deployment.Short(k.SHA)+" "+k.Title+who))
	}
}

// causeLine is the marked cause in a line.
func causeLine(c api.MarkedCause) string {
	text := "caused by " + c.Deployment + ", " + c.Title
	if c.By != "" {
		text += ", by " + c.By
	}
	text += "; marked by " + c.MarkedBy
	if c.Note != "" {
		text += ": " + c.Note
	}
	return text
}

// markCause marks a deployment as the cause of an incident.
func (n *noun) markCause() *cobra.Command {
	c := &cobra.Command{
		Use:   "cause REF DEPLOYMENT",
		Short: "Mark a deployment as the cause of an incident",
		Long: `Marks a deployment as the cause of an incident, in place of another one that was. What matters of the deployment stays
with the incident, and the postmortem begins with it. See causes for what may be the cause.`,
		Example: "  tocsin incident cause INC-7 DEP-5 --note \"it holds connections\"",
		Args:    cobra.ExactArgs(2), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			return n.act(c.Context(), http.MethodPost, "/cause", args[:1], map[string]any{"deployment": args[1]})
		},
	}
	c.Flags().StringVar(&n.note, "note", "", "why it is the cause, in the timeline")
	return c
}
