package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func (n *noun) listAlerts() *cobra.Command {
	var which choice
	var priority []string
	var tag, team, since string
	var exhausted, held bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List alerts, newest first",
		Long: `Lists alerts, newest first: those that are not closed, unless --status or --all says otherwise.
With --json an array of the alerts as the API shows them.`,
		Example: `  tocsin alert list
  tocsin alert list --status open,acked --priority P1,P2
  tocsin alert list --all --since 7d --tag disk --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			query := which.query()
			query["priority"] = upper(priority)
			for name, only := range map[string]bool{"held": held, "exhausted": exhausted} {
				if only {
					query.Set(name, "true")
					query["status"] = which.status // they are open ones
				}
			}
			for name, value := range map[string]string{"tag": tag, "team": team} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if since != "" {
				from, err := n.since(since)
				if err != nil {
					return err
				}
				query.Set("since", from)
			}
			items, err := n.list(c.Context(), query, which.limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, func(list []api.Alert) { n.alerts(list, which.none("alerts")) })
		},
	}
	f := c.Flags()
	which.flags(c, []string{"open", "acked", "snoozed"}, []string{"closed"})
	f.StringSliceVar(&priority, "priority", nil, "only these: P1 to P5; several with commas")
	f.StringVar(&tag, "tag", "", "only those with this tag")
	f.StringVar(&team, "team", "", "only those of this team")
	f.StringVar(&since, "since", "", "only those created since: a duration (2h, 7d), RFC 3339, or wall clock in this machine's zone")
	f.BoolVar(&held, "held", false, "only those that wait before they page")
	f.BoolVar(&exhausted, "exhausted", false, "only those for which everything was tried and nobody acknowledged")
	suggest(c, "priority", event.Priorities[:])
	return c
}

func upper(list []string) (out []string) {
	for _, s := range list {
		out = append(out, strings.ToUpper(s))
	}
	return out
}

// since is a duration or a time, as the API reads it.
func (n *noun) since(text string) (string, error) {
	if d, err := config.ParseDuration(text); err == nil {
		return d.String(), nil
	}
	t, err := schedules.ParseTime(text, n.zone)
	if err != nil {
		return "", fmt.Errorf("--since %q is neither a duration such as 2h or 7d nor a time such as 2026-03-09T09:00", text)
	}
	return t.UTC().Format(time.RFC3339), nil
}

func (n *noun) alerts(list []api.Alert, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"ALERT", "STATUS", "PRIO", "CREATED", "COUNT", "TEAM", "WHO", "TITLE"}, wide: 7}
	for _, a := range list {
		t.row(textf("#%d", a.Number), state(string(a.Status)), state(a.Priority), text(n.away(a.CreatedAt.Time)),
			textf("%d", a.Count), text(a.Team), text(cmp.Or(a.AckedBy, a.ClosedBy)), text(a.Title))
	}
	n.table(t)
}
