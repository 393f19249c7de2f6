package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func heartbeatVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	c := group("heartbeat", "See which heartbeats are late", `Shows the heartbeats: sources that must be heard of every so often. A late one has an open alert; see tocsin alert list.`,
		r.listHeartbeats())
	r.flags(c)
	return c
}

func (r *remote) listHeartbeats() *cobra.Command {
	return everyVerb(r, "heartbeats", `Lists the heartbeats by name: when each was last heard of, when it is expected next, and whether it is late. With
--json, an array of them as the API shows them.`, r.heartbeats)
}

func (io stdio) heartbeats(list []api.Heartbeat) {
	if len(list) == 0 {
		fmt.Fprintln(io.out, "The configuration has no heartbeats.")
		return
	}
	t := table{head: []string{"NAME", "STATE", "EVERY", "LAST PING", "DUE"}}
	for _, h := range list {
		standing, last := styled(green, "on time"), io.moment(h.LastPing.Time)
		if h.LastPing.IsZero() {
			standing, last = styled(faint, "not heard of yet"), ""
		}
		if h.Late {
			standing = styled(red, "late since "+io.at(h.LateAt.Time))
		}
		t.row(text(h.Name), standing, text(shortened(h.Every)), dashed(last), dashed(io.moment(h.DueAt.Time)))
	}
	io.table(t)
}
