package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) sendAlert() *cobra.Command {
	var a api.NewAlert
	var labels, details []string
	var resolved bool
	c := &cobra.Command{
		Use:   "send --title TEXT",
		Short: "Send an alert, as a monitoring system would",
		Long: `Sends an alert, as a monitoring system would. It is routed by the rules, and when the command ends well the alert is
durable. Events with the same dedup key are one alert; without --dedup-key each one is an alert of its own.`,
		Example: `  tocsin alert send --title "Disk of db-3 is full" --priority P1 --label team=ops --tag disk --dedup-key disk-db-3
  tocsin alert send --title "Disk of db-3 is full" --dedup-key disk-db-3 --resolved`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if strings.TrimSpace(a.Title) == "" {
				return errors.New("say in one line what is wrong, with --title TEXT")
			}
			var err error
			if a.Labels, err = assignments("label", labels); err != nil {
				return err
			}
			given, err := assignments("detail", details)
			if err != nil {
				return err
			}
			a.Details = map[string]any{}
			for k, v := range given {
				a.Details[k] = v
			}
			if resolved {
				a.Status = event.Resolved
			}
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Do(c.Context(), http.MethodPost, n.path, nil, a, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, n.sent)
		},
	}
	f := c.Flags()
	f.StringVar(&a.Title, "title", "", "what is wrong, in one line")
	f.StringVar(&a.Description, "description", "", "more about it")
	f.StringVar(&a.Priority, "priority", "", "P1 (worst) to P5 (default P3, unless a rule says otherwise)")
	f.StringArrayVar(&labels, "label", nil, "NAME=VALUE; may be given several times")
	f.StringArrayVar(&details, "detail", nil, "NAME=VALUE; may be given several times")
	f.StringArrayVar(&a.Tags, "tag", nil, "a tag; may be given several times")
	f.StringVar(&a.DedupKey, "dedup-key", "", "what makes two events the same alert (default: one is made up)")
	f.StringVar(&a.Integration, "integration", "", "the integration that it comes from, for the rules (default api)")
	f.StringVar(&a.Source, "source", "", "the host or thing it is about")
	f.StringVar(&a.Service, "service", "", "the service it is about")
	f.StringVar(&a.Team, "team", "", "the team it is for")
	f.StringVar(&a.Link, "link", "", "URL where more is to be seen")
	f.StringVar(&a.Runbook, "runbook", "", "URL of what to do about it")
	f.BoolVar(&resolved, "resolved", false, "it is over: the end of the alert of --dedup-key")
	return c
}

func (n *noun) sent(got api.Receipts) {
	for _, r := range got.Alerts {
		if r.ID == "" {
			fmt.Fprintf(n.out, "%s: there is no such alert to end (dedup key %s)\n", r.Status, line(r.DedupKey))
			continue
		}
		fmt.Fprintf(n.out, "#%d %s (dedup key %s)\n", r.Number, r.Status, line(r.DedupKey))
	}
}

// assignments reads NAME=VALUE.
func assignments(flag string, list []string) (map[string]string, error) {
	m := map[string]string{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--%s %q: write NAME=VALUE", flag, text)
		}
		m[name] = value
	}
	return m, nil
}
