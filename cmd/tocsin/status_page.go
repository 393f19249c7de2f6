package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/publicpage"
)

func statusPageVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	c := group("status-page", "What customers are shown", `Writes the page for customers: how the services of status_page are, and what public audiences were told.`, r.writeStatusPage())
	r.flags(c)
	return c
}

func (r *remote) writeStatusPage() *cobra.Command {
	return &cobra.Command{
		Use:   "write DIR",
		Short: "Write the status page into a folder",
		Long: `Writes index.html, status.json and feed.rss into a folder, which is made where it is missing: to be published anywhere.
The page needs nothing else. A server whose configuration has status_page.directory does so by itself.`,
		Example: "  tocsin status-page write /var/www/status",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := r.client()
			if err != nil {
				return err
			}
			out := publicpage.Rendering{}
			for format, name := range map[string]string{"html": publicpage.HTMLName, "json": publicpage.JSONName, "rss": publicpage.RSSName} {
				var text []byte
				if err := ask.Get(c.Context(), "/api/v1/status-page", url.Values{"format": {format}}, &text); err != nil {
					return failed(err)
				}
				out[name] = text
			}
			if err := publicpage.Write(args[0], out); err != nil {
				return err
			}
			if r.json {
				return r.printJSON(map[string]any{"written": publicpage.Names})
			}
			fmt.Fprintf(r.out, "wrote %s, %s and %s into %s\n", publicpage.HTMLName, publicpage.JSONName, publicpage.RSSName, args[0])
			return nil
		},
	}
}

// atStatuspage says what is known of an incident at Atlassian Statuspage, "" for nothing.
func atStatuspage(s api.IncidentStatuspage) string {
	var said []string
	if s.URL != "" {
		said = append(said, s.URL)
	}
	switch {
	case s.Gone:
		said = append(said, "removed there by hand")
	case s.Waiting > 0 && s.Error != "":
		said = append(said, fmt.Sprintf("%d to be published, the latest attempt failed: %s", s.Waiting, s.Error))
	case s.Waiting > 0:
		said = append(said, fmt.Sprintf("%d to be published", s.Waiting))
	}
	if s.Failed > 0 {
		said = append(said, fmt.Sprintf("%d given up", s.Failed))
	}
	return strings.Join(said, "; ")
}
