package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// alertIncident opens an incident from alerts.
func (n *noun) alertIncident() *cobra.Command {
	var to, title, priority string
	own := *n
	own.say = sayIncident
	c := own.action("incident", "Open an incident from an alert, or join the alert to one",
		"Where an incident is open for the alert's service, or else its team, the alert joins that one.",
		"tocsin alert incident 1042 --title \"Checkout fails in APAC\" --priority P1\ntocsin alert incident 1042 --to INC-7", func() (map[string]any, error) {
			if to != "" && (title != "" || priority != "") {
				return nil, errors.New("--title and --priority are those of a new incident; leave --to out")
			}
			own.user = n.user
			fields := map[string]any{}
			for name, value := range map[string]string{"incident": to, "title": title, "priority": priority} {
				if value != "" {
					fields[name] = value
				}
			}
			return fields, nil
		})
	f := c.Flags()
	f.StringVar(&to, "to", "", "the incident that it joins, such as INC-7")
	f.StringVar(&title, "title", "", "of the new incident (default: the alert's)")
	f.StringVar(&priority, "priority", "", "of the new incident, P1 to P5 (default: the alert's)")
	return c
}
