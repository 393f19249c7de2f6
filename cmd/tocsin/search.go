package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func searchVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}}
	var kind, since, until string
	var services, tags []string
	var limit int
	c := &cobra.Command{
		Use:   "search QUERY…",
		Short: "Find incidents and postmortems by what they say",
		Long: `Finds incidents and postmortems by what they say, timelines included; the best first, with the places where it is said.

All words must be there, in any of their English forms. "Quotes" make a phrase, begin* finds what begins so, -word must
not be there. FIELD:word looks in one place: title, summary, description, section, cause, lesson, action, timeline; or
at what a record has: service, tag, team, priority, status, user, label. A query that begins with - comes after --.`,
		Example: "  tocsin search connection pool\n  tocsin search '\"connection pool\" -staging service:checkout' --since 1y\n  tocsin search --kind postmortem 'lesson:alarm'",
		RunE: func(c *cobra.Command, args []string) error {
			query := url.Values{"limit": {fmt.Sprint(limit)}}
			for name, value := range map[string]string{"q": strings.Join(args, " "), "kind": kind, "since": since, "until": until} {
				if value != "" {
					query.Set(name, value)
				}
			}
			query["service"], query["tag"] = services, tags
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), "/api/v1/search", query, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, n.hits)
		},
	}
	f := c.Flags()
	f.StringVar(&kind, "kind", "", "only these: incident or postmortem")
	f.StringSliceVar(&services, "service", nil, "only those of a service; several with commas")
	f.StringSliceVar(&tags, "tag", nil, "only those with a tag; several with commas")
	f.StringVar(&since, "since", "", "only those since: RFC 3339, or how long ago, such as 90d")
	f.StringVar(&until, "until", "", "only those before: likewise")
	f.IntVar(&limit, "limit", 10, "how many at most")
	suggest(c, "kind", []string{"incident", "postmortem"})
	n.flags(c)
	return c
}

func (n *noun) hits(found api.Hits) {
	if len(found.Items) == 0 {
		fmt.Fprintln(n.out, "nothing was found")
		return
	}
	for i, h := range found.Items {
		if i > 0 {
			fmt.Fprintln(n.out)
		}
		fmt.Fprintln(n.out, strings.Join(filled(h.ID, n.paint(states[h.Status], strings.ReplaceAll(h.Status, "_", " ")), n.at(h.Date.Time), line(h.Service), n.paint(bold, line(h.Title))), "  "))
		for _, f := range h.Fragments {
			where := f.Where
			if !f.At.IsZero() {
				where += " " + n.at(f.At.Time)
			}
			fmt.Fprintf(n.out, "  %s: %s\n", line(where), n.marked(f.Runs))
		}
	}
	if more := found.Total - len(found.Items); more > 0 {
		fmt.Fprintf(n.err, "tocsin: there are %d more; --limit shows them\n", more)
	}
}

// marked paints what was searched for.
func (io stdio) marked(runs []api.Run) string {
	var b strings.Builder
	for _, r := range runs {
		if text := printable(r.Text); r.Mark {
			b.WriteString(io.paint(bold, text))
		} else {
			b.WriteString(text)
		}
	}
	return b.String()
}
