package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) patterns() *cobra.Command {
	var since, until string
	c := &cobra.Command{
		Use:   "patterns",
		Short: "Show what postmortems have in common, and what came again",
		Long: `Puts the postmortems of incidents of a period together by the categories of their root causes, by the dependencies of
which they say how they performed, by tag and by service: how many incidents, how long they did harm, how many actions
are still open, and how many incidents there were in the period before. A cause or a dependency that there was more
than once is marked "again". Waived postmortems do not count.`,
		Example: "  tocsin postmortem patterns --since 180d", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{}
			for name, value := range map[string]string{"since": since, "until": until} {
				if value != "" {
					query.Set(name, value)
				}
			}
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), n.path+"/patterns", query, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, n.patternReport)
		},
	}
	c.Flags().StringVar(&since, "since", "", "of incidents since: RFC 3339, or how long ago (default 90d)")
	c.Flags().StringVar(&until, "until", "", "and before: likewise (default now)")
	return c
}

func (n *noun) patternReport(r api.PatternReport) {
	fmt.Fprintf(n.out, "%s to %s: %d postmortems (%d before), harm for %s, %d open actions\n", n.at(r.From.Time), n.at(r.To.Time),
		r.Whole.Incidents, r.Whole.Before, span(time.Duration(r.Whole.ImpactSeconds)*time.Second), r.Whole.OpenActions)
	if len(r.Patterns) == 0 {
		return
	}
	fmt.Fprintln(n.out)
	t := table{head: []string{"BY", "WHAT", "INCIDENTS", "BEFORE", "HARM", "OPEN ACTIONS", "", "POSTMORTEMS"}, wide: 7}
	for _, p := range r.Patterns {
		again := ""
		if p.Repeated {
			again = "again"
		}
		t.row(text(p.By), text(p.Value), textf("%d", p.Incidents), textf("%d", p.Before), text(span(time.Duration(p.ImpactSeconds)*time.Second)),
			textf("%d", p.OpenActions), styled(bold, again), text(strings.Join(p.Postmortems, " ")))
	}
	n.table(t)
}

func (n *noun) tagPostmortem() *cobra.Command {
	var add, remove []string
	c := &cobra.Command{
		Use: "tag REF…", Short: "Tag postmortems, to find what comes again",
		Long:    "Adds tags to postmortems, and removes some. A postmortem begins with the tags of its incident; tags are kept in small letters.",
		Example: "  tocsin postmortem tag PM-3 --add capacity --remove drill", Args: cobra.MinimumNArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, refs []string) error {
			fields := map[string]any{}
			for name, list := range map[string][]string{"add_tags": add, "remove_tags": remove} {
				if len(list) > 0 {
					fields[name] = list
				}
			}
			if len(fields) == 0 {
				return errors.New("say which with --add TAG or --remove TAG")
			}
			return n.act(c.Context(), http.MethodPatch, "", refs, fields)
		},
	}
	c.Flags().StringArrayVar(&add, "add", nil, "a tag; may be given several times")
	c.Flags().StringArrayVar(&remove, "remove", nil, "a tag to take away; likewise")
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}
