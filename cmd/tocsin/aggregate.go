package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func aggregateVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	c := group("aggregate", "See what alarms over several alerts count", `Shows the aggregates: alarms over the alerts that are open. One that fires has an alert of its own; see tocsin alert list.`,
		r.listAggregates())
	r.flags(c)
	return c
}

func (r *remote) listAggregates() *cobra.Command {
	return everyVerb(r, "aggregates", `Lists the aggregates by name: whether each fires, how many it counts and how many it takes, and which. With --json, an
array of them as the API shows them, with the alerts.`, r.aggregates)
}

func (io stdio) aggregates(list []api.Aggregate) {
	if len(list) == 0 {
		fmt.Fprintln(io.out, "The configuration has no aggregates.")
		return
	}
	t := table{head: []string{"NAME", "STATE", "OPEN", "FIRES AT", "WHICH"}}
	for _, a := range list {
		standing := styled(green, "quiet")
		if a.Firing {
			standing = styled(red, "fires since "+io.at(a.FiringAt.Time))
		}
		which := ""
		for i, v := range a.Values {
			if i == 5 {
				which += fmt.Sprintf(" and %d more", len(a.Values)-i)
				break
			}
			if i > 0 {
				which += ", "
			}
			which += v
		}
		t.row(text(a.Name), standing, text(fmt.Sprint(a.Count)), text(fmt.Sprintf("%d within %s", a.AtLeast, shortened(a.Within))), dashed(line(which)))
	}
	io.table(t)
}
