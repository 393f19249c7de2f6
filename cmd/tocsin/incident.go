package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func incidentVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/incidents", say: sayIncident}
	c := group("incident", "Open, see and act on incidents", `Opens, shows and acts on incidents. An incident is named INC-7 (or 7). Closing one makes the postmortem that it owes.
Actions take several at once; with --json they print an array of the incidents as they are then.`,
		n.listIncidents(), n.showIncident(), n.openIncident(),
		n.action("resolve", "Say that the harm is over; a new alert opens the incident again", "", "tocsin incident resolve INC-7 --note \"rolled back\"", nil),
		n.action("close", "Close incidents; the postmortems that they owe are made", "", "tocsin incident close INC-7", nil),
		n.action("reopen", "Take up incidents that were over", "", "tocsin incident reopen INC-7 --note \"it is back\"", nil),
		n.action("note", "Write a note into the timeline", "", "tocsin incident note INC-7 --note \"traffic moved to west\"", n.needNote),
		n.incidentPriority(), n.incidentRole(), n.incidentResponder(), n.addAlert(),
	)
	n.flags(c)
	n.as(c)
	return c
}

// sayIncident is what an action reports: the incident as it is now, in a line, and what it owes.
func sayIncident(raw json.RawMessage) (string, error) {
	var i api.Incident
	if err := json.Unmarshal(raw, &i); err != nil {
		return "", fmt.Errorf("the answer is not of this version's kind: %w; --json shows it", err)
	}
	text := line(fmt.Sprintf("%s %s %s: %s", i.ID, i.Status, i.Severity, i.Title))
	if i.Status == "closed" && i.Postmortem != "" {
		text += "\n  owes the postmortem " + i.Postmortem
	}
	return text, nil
}

func (n *noun) openIncident() *cobra.Command {
	var o api.NewIncident
	c := &cobra.Command{
		Use:   "open --title TEXT",
		Short: "Open an incident",
		Long: `Opens an incident. Alerts that rules turn into incidents of the same service or team join it; when such an incident
is open already, that one is the answer.`,
		Example: `  tocsin incident open --title "Checkout is down" --priority P1 --service checkout`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if strings.TrimSpace(o.Title) == "" {
				return errors.New("say in one line what is wrong, with --title TEXT")
			}
			o.User = n.user
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Do(c.Context(), http.MethodPost, n.path, nil, o, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(i api.Incident) {
				fmt.Fprintln(n.out, line(fmt.Sprintf("%s %s %s: %s", i.ID, i.Status, i.Severity, i.Title)))
			})
		},
	}
	f := c.Flags()
	f.StringVar(&o.Title, "title", "", "what is wrong, in one line")
	f.StringVar(&o.Priority, "priority", "", "P1 (worst, SEV1) to P5 (default P3)")
	f.StringVar(&o.Service, "service", "", "the service it is about")
	f.StringVar(&o.Team, "team", "", "the team it is for")
	f.StringArrayVar(&o.Tags, "tag", nil, "a tag; may be given several times")
	f.StringVar(&o.Note, "note", "", "what to say with it, in the timeline")
	return c
}

// incidentValue makes an action with one value of its own, given by a flag.
func (n *noun) incidentValue(do, flag, usage, what, example, field string) *cobra.Command {
	var value string
	c := n.action(do, what, "", example, func() (map[string]any, error) {
		if value == "" {
			return nil, fmt.Errorf("--%s is missing: %s", flag, usage)
		}
		return map[string]any{field: value}, nil
	})
	c.Flags().StringVar(&value, flag, "", usage)
	return c
}

func (n *noun) incidentPriority() *cobra.Command {
	return n.incidentValue("priority", "to", "P1 (worst, SEV1) to P5", "Set the priority", "tocsin incident priority INC-7 --to P1", "priority")
}

func (n *noun) incidentResponder() *cobra.Command {
	return n.incidentValue("responder", "user", "who joins the work", "Add somebody to those who work on it",
		"tocsin incident responder INC-7 --user darren", "responder")
}

func (n *noun) incidentRole() *cobra.Command {
	var role, user string
	c := n.action("role", "Give a role to somebody, or to nobody", "Whoever leads the work is the commander. Without --user nobody has the role any more.",
		"tocsin incident role INC-7 --role commander --user amir", func() (map[string]any, error) {
			return map[string]any{"role": role, "responder": user}, nil
		})
	c.Flags().StringVar(&role, "role", "commander", "which role")
	c.Flags().StringVar(&user, "user", "", "who has it from now on")
	return c
}

func (n *noun) addAlert() *cobra.Command {
	var alert string
	c := n.action("add-alert", "Join an alert to an incident", "", "tocsin incident add-alert INC-7 --alert 1042", nil)
	c.Flags().StringVar(&alert, "alert", "", "the alert's number or id")
	c.RunE = func(c *cobra.Command, refs []string) error {
		if alert == "" {
			return errors.New("say which alert joins, with --alert NUMBER")
		}
		fields := map[string]any{"alert": strings.TrimPrefix(alert, "#")}
		return n.act(c.Context(), http.MethodPost, "/alerts", refs, fields)
	}
	return c
}
