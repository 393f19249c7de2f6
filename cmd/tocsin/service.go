package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func serviceVerb(io stdio) *cobra.Command {
	d := &duties{remote: &remote{stdio: io}}
	c := group("service", "See services, what they depend on, and what is going on there", `Shows the services of the configuration: what each depends on, what depends on it, and its alerts and incidents.

The server is asked; with --config, configuration files are read instead, and no server is needed: all are quiet then.`,
		d.listServices(), d.showService(), d.graphVerb())
	d.flags(c)
	c.PersistentFlags().StringArrayVar(&d.files, "config", nil, "read this configuration file or folder instead of asking a server; may be given several times")
	return c
}

func (d *duties) listServices() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the services", Args: cobra.NoArgs,
		Long:    "Lists the services by name, each with its alerts that are not closed and the incidents that harm it.",
		Example: "  tocsin service list\n  tocsin service list --config config.yaml",
		RunE: func(c *cobra.Command, _ []string) error {
			ask, err := d.over(c.Context(), d.files)
			if err != nil {
				return err
			}
			var list struct{ Items []json.RawMessage }
			if err := ask.Get(c.Context(), "/api/v1/services", nil, &list); err != nil {
				return failed(err)
			}
			return showAll(d.remote, list.Items, d.services)
		},
	}
}

func (d *duties) showService() *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Show a service and all that is related to it", Args: cobra.ExactArgs(1),
		Long:    "Shows a service, all that it depends on and all that depends on it, directly or over others, the nearest first.",
		Example: "  tocsin service show checkout",
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := d.over(c.Context(), d.files)
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), "/api/v1/services/"+url.PathEscape(args[0]), nil, &raw); err != nil {
				return failed(err)
			}
			return show(d.remote, raw, d.service)
		},
	}
}

func (d *duties) graphVerb() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "graph [NAME]", Short: "Draw the services as an SVG picture", Args: cobra.MaximumNArgs(1),
		Long: `Draws the services with what they depend on below them, and what is alerting now; with a name, only what is related to
that service. The picture is SVG and follows the reader's light or dark theme.`,
		Example: "  tocsin service graph -o services.svg\n  tocsin service graph checkout --config config.yaml > checkout.svg",
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := d.over(c.Context(), d.files)
			if err != nil {
				return err
			}
			query := url.Values{}
			if len(args) > 0 {
				query.Set("service", args[0])
			}
			var picture []byte
			if err := ask.Get(c.Context(), "/api/v1/service-graph", query, &picture); err != nil {
				return failed(err)
			}
			return d.write(file, string(picture))
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "-", `the file that is written; "-" is standard output`)
	return c
}

// standingOf is the state of a service in its colour.
func standingOf(state string) cell {
	colour := map[string]style{"alerting": red, "harmed": yellow, "quiet": green}[state]
	return styled(colour, state)
}

func (d *duties) services(list []api.Service) {
	if len(list) == 0 {
		fmt.Fprintln(d.out, "The configuration has no services.")
		return
	}
	t := table{head: []string{"SERVICE", "TEAM", "STATE", "WORST", "OPEN", "ACKED", "INCIDENTS", "DEPENDS ON"}, wide: 7}
	for _, s := range list {
		t.row(text(s.Name), dashed(s.Team), standingOf(s.State), dashed(s.Priority), textf("%d", s.Open), textf("%d", s.Acked),
			dashed(strings.Join(s.Incidents, ", ")), dashed(strings.Join(s.DependsOn, ", ")))
	}
	d.table(t)
}

func (d *duties) service(s api.Service) {
	d.services([]api.Service{s})
	for _, part := range [...]struct {
		head string
		list []api.RelatedService
	}{{"IT DEPENDS ON", s.Dependencies}, {"WHAT DEPENDS ON IT", s.Dependents}} {
		if len(part.list) == 0 {
			continue
		}
		fmt.Fprintln(d.out)
		t := table{head: []string{part.head, "TEAM", "STATE", "BY WAY OF"}, wide: 3}
		for _, r := range part.list {
			t.row(text(r.Name), dashed(r.Team), standingOf(r.State), dashed(strings.Join(r.Path[1:len(r.Path)-1], ", ")))
		}
		d.table(t)
	}
}
