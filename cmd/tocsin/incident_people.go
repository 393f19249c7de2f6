package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func (n *noun) incidentResponder() *cobra.Command {
	return n.incidentValue("responder", "to", "whom to call: a user, or team:NAME", "Call a team or somebody to an incident",
		"tocsin incident responder INC-7 --to team:network\ntocsin incident responder INC-7 --to darren --as darren", "responder")
}

func (n *noun) incidentRole() *cobra.Command {
	var role, user string
	c := n.action("role", "Give a role to somebody, or to nobody", `Whoever leads the work is the commander; incident.roles in the configuration names the others.
Without --user nobody has the role any more.`,
		"tocsin incident role INC-7 --role commander --user amir", func() (map[string]any, error) {
			return map[string]any{"role": role, "responder": user}, nil
		})
	c.Flags().StringVar(&role, "role", "commander", "which role")
	c.Flags().StringVar(&user, "user", "", "who has it from now on")
	return c
}

// answerIncident makes aware and decline.
func (n *noun) answerIncident(do, what string) *cobra.Command {
	var to string
	c := n.action(do, what, "It is done by the one named with --as. For a call of a team, name it with --for.",
		"tocsin incident "+do+" INC-7 --as amir\ntocsin incident "+do+" INC-7 --as amir --for team:network", func() (map[string]any, error) {
			if to == "" {
				return map[string]any{}, nil
			}
			return map[string]any{"responder": to}, nil
		})
	c.Flags().StringVar(&to, "for", "", "whose call it was (default: that of --as)")
	return c
}

// incidentAlert makes the verbs that join an alert and let it leave.
func (n *noun) incidentAlert(verb, do, what string) *cobra.Command {
	c := n.incidentValue(do, "alert", "which alert: its number or id", what, "tocsin incident "+verb+" INC-7 --alert 1042", "alert")
	c.Use = strings.Replace(c.Use, do, verb, 1)
	return c
}
