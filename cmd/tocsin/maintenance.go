package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func maintenanceVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/maintenance"}
	c := group("maintenance", "Hold alerts for a time: maintenances and silences", `Makes, lists and takes back maintenances. While one is in force, the alerts that match are recorded and page nobody; what
still fires at its end pages then. A silence is the same: tocsin silence is another name of this command.`,
		n.addMaintenance(), n.listMaintenance(), n.showMaintenance(), n.removeMaintenance())
	c.Aliases = []string{"silence"}
	n.flags(c)
	n.as(c)
	return c
}

func (n *noun) addMaintenance() *cobra.Command {
	var m api.NewMaintenance
	var labels []string
	c := &cobra.Command{
		Use:   "add --for DURATION --reason TEXT [--service NAME …]",
		Short: "Hold the alerts that match for a time",
		Long: `Holds the alerts that match from now on or from --from. Which ones say --service, --team, --integration, --label and
--when, of which at least one is needed; all that are given must be true. Alerts that are open already page nobody
any more until it ends, unless somebody escalates them. With --rrule it comes again.

--from, --until and --ends are RFC 3339, or wall clock in --timezone.`,
		Example: `  tocsin maintenance add --service database --for 2h --reason "upgrade to 17"
  tocsin maintenance add --when 'labels.env == "staging"' --from 2026-11-22T02:00 --until 2026-11-22T04:00 \
    --timezone Europe/Berlin --rrule "FREQ=WEEKLY;BYDAY=SU" --ends 2027-06-30 --reason patches`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if m.Labels, err = assignments("label", labels); err != nil {
				return err
			}
			m.User = n.user
			var raw json.RawMessage
			if err := n.post(c, n.path, m, &raw); err != nil {
				return err
			}
			return show(n.remote, raw, n.maintenance)
		},
	}
	f := c.Flags()
	f.StringVar(&m.When, "when", "", "alerts for which this condition is true, as in rules")
	f.StringVar(&m.Service, "service", "", "alerts of this service")
	f.StringVar(&m.Team, "team", "", "alerts of this team")
	f.StringVar(&m.Integration, "integration", "", "alerts that came through this integration")
	f.StringArrayVar(&labels, "label", nil, "alerts with this label, NAME=VALUE; may be given several times")
	f.StringVar(&m.From, "from", "", "from when on (default now)")
	f.StringVar(&m.Until, "until", "", "until when")
	f.StringVar(&m.For, "for", "", "instead of --until: how long, such as 1h or 2d")
	f.StringVar(&m.Timezone, "timezone", "", "IANA zone of the wall clock (default that of the configuration)")
	f.StringVar(&m.RRule, "rrule", "", "how it comes again, RFC 5545, such as FREQ=WEEKLY;BYDAY=SU (default once)")
	f.StringVar(&m.Ends, "ends", "", "with --rrule: from when on it does not begin again")
	f.StringVar(&m.Reason, "reason", "", "why")
	f.StringVar(&m.Public, "public", "", "what customers are told of it on the status page (default: it is not shown to them)")
	c.MarkFlagsMutuallyExclusive("until", "for")
	c.MarkFlagsOneRequired("until", "for")
	return c
}

func (n *noun) listMaintenance() *cobra.Command {
	return listVerb(n, "maintenances", "List maintenances",
		"Lists maintenances, those of the configuration first, the others newest first: those that are not over, unless\n--status or --all says otherwise.",
		"  tocsin maintenance list --all", []string{"active"}, []string{"over", "cancelled"}, n.maintenances)
}

func (n *noun) maintenances(list []api.Maintenance, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"MAINTENANCE", "STATUS", "FROM", "UNTIL", "ALERTS", "BY", "REASON"}, wide: 4}
	for _, m := range list {
		from, until := m.From, m.Until
		if m.Next != nil {
			from, until = m.Next.From, m.Next.Until
		}
		by := m.By
		if m.Configured {
			by = "configuration"
		}
		t.row(text(m.ID), n.how(m), text(n.at(from.Time)), text(n.at(until.Time)), text(m.Condition), text(by), text(m.Reason))
	}
	n.table(t)
}

// how is its status, as far as people care.
func (n *noun) how(m api.Maintenance) cell {
	switch {
	case m.Broken != "":
		return styled(red, "broken")
	case m.InForce:
		return styled(yellow, "in force")
	case m.Next != nil:
		return styled(cyan, "to come")
	}
	return state(string(m.Status))
}

func (n *noun) showMaintenance() *cobra.Command {
	return showVerb(n, "Show one maintenance",
		"Shows one maintenance: which alerts it holds, when, why, and who made it.",
		"  tocsin maintenance show MNT-7", n.maintenance)
}

func (n *noun) maintenance(m api.Maintenance) {
	how := n.how(m)
	fmt.Fprintf(n.out, "%s  %s  %s\n", line(m.ID), n.paint(how.style, how.text), n.paint(bold, line(m.Reason)))
	f := facts{}
	f.add("alerts", m.Condition)
	f.add("broken", m.Broken)
	if m.Next != nil {
		f.add("from", n.moment(m.Next.From.Time))
		f.add("until", n.moment(m.Next.Until.Time))
	} else {
		f.add("from", n.at(m.From.Time))
		f.add("until", n.at(m.Until.Time))
	}
	if m.RRule != "" {
		f.add("again", m.RRule+" in "+m.Timezone)
	}
	f.add("ends", n.at(m.Ends.Time))
	f.add("made", by(n.moment(m.CreatedAt.Time), m.By))
	if m.Status == "cancelled" {
		f.add("cancelled", by(n.moment(m.EndedAt.Time), m.CancelledBy))
	} else {
		f.add("over", n.moment(m.EndedAt.Time))
	}
	f.add("because", m.CancelledFor)
	n.facts(f)
}

func (n *noun) removeMaintenance() *cobra.Command {
	return n.takeBack("Take a maintenance back", "Takes a maintenance back. What it alone held, and still fires, pages at once. One of the configuration is removed there.",
		"tocsin maintenance remove MNT-7 --reason \"done early\"", func(raw json.RawMessage) error { return show(n.remote, raw, n.maintenance) })
}
