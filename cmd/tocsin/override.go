package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func overrideVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/overrides"}
	c := group("override", "Put somebody else on call for a while", `Makes, lists and takes back overrides: somebody is on call for a while instead of somebody else. They count within
a second. Of overlapping ones the one made last wins, over those of the configuration, too.`,
		n.addOverride(), n.listOverrides(), n.removeOverride())
	n.flags(c)
	n.as(c)
	return c
}

// spanFlags adds the flags for a time from now on.
func spanFlags(c *cobra.Command, p *api.Period) {
	f := c.Flags()
	f.StringVar(&p.From, "from", "", "from when on: RFC 3339, or wall clock of the schedule's zone such as 2026-12-24T18:00 (for away: of the person's; default now)")
	f.StringVar(&p.To, "to", "", "until when, likewise")
	f.StringVar(&p.For, "for", "", "instead of --to: how long, such as 1h or 2d")
	c.MarkFlagsMutuallyExclusive("to", "for")
	c.MarkFlagsOneRequired("to", "for")
}

func (n *noun) addOverride() *cobra.Command {
	var o api.NewOverride
	c := &cobra.Command{
		Use:     "add --schedule NAME --user NAME --for DURATION --reason TEXT",
		Short:   "Put somebody on call for a while",
		Long:    "Puts --user on call instead of --replace or, without that, of everybody who is. The user nobody takes people off call\nwithout a substitute.",
		Example: "  tocsin override add --schedule primary --user amir --replace ethan --for 4h --reason \"ethan is ill\"",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.User = n.user
			return n.makeOverride(c, o)
		},
	}
	spanFlags(c, &o.Period)
	f := c.Flags()
	f.StringVar(&o.Schedule, "schedule", "", "which schedule")
	f.StringVar(&o.Who, "user", "", "who is on call")
	f.StringVar(&o.Replace, "replace", "", "only this user is replaced (default everybody)")
	f.StringVar(&o.Rotation, "rotation", "", "only in this rotation (default all)")
	f.StringVar(&o.Reason, "reason", "", "why")
	return c
}

func (n *noun) makeOverride(c *cobra.Command, o api.NewOverride) error {
	var raw json.RawMessage
	if err := n.post(c, "/api/v1/overrides", o, &raw); err != nil {
		return err
	}
	return show(n.remote, raw, n.override)
}

func (n *noun) override(o api.Override) {
	fmt.Fprintln(n.out, line(fmt.Sprintf("%s %s: %s on call by %s instead of %s from %s to %s", o.ID, o.Status, o.User, o.Schedule,
		cmp.Or(o.Replace, "everybody"), n.at(o.From.Time), n.at(o.To.Time))))
}

func (n *noun) listOverrides() *cobra.Command {
	return listVerb(n, "overrides", "List overrides, newest first",
		"Lists the overrides that were made at run time, newest first: those in force or still to begin, unless --status or\n--all says otherwise. Those of the configuration are not among them.",
		"  tocsin override list --all", []string{"active"}, []string{"over", "cancelled"}, n.overrides)
}

func (n *noun) overrides(list []api.Override, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"OVERRIDE", "STATUS", "SCHEDULE", "ON CALL", "INSTEAD OF", "FROM", "TO", "BY", "REASON"}, wide: 8}
	for _, o := range list {
		t.row(text(o.ID), state(string(o.Status)), text(o.Schedule), text(o.User), text(cmp.Or(o.Replace, "everybody")),
			text(n.at(o.From.Time)), text(n.at(o.To.Time)), text(o.By), text(o.Reason))
	}
	n.table(t)
}

func (n *noun) removeOverride() *cobra.Command {
	return n.takeBack("Take an override back", "Takes an override back from now on. What it did so far stays in the schedule's past.",
		"tocsin override remove OVR-7 --reason \"ethan is well\"", func(raw json.RawMessage) error { return show(n.remote, raw, n.override) })
}

// takeBack makes the verb that takes one record back, and prints what has become of it.
func (n *noun) takeBack(short, long, example string, print func(json.RawMessage) error) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:     "remove REF",
		Short:   short,
		Long:    long,
		Example: "  " + example,
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, refs []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			query := url.Values{}
			if n.user != "" {
				query.Set("user", n.user)
			}
			if reason != "" {
				query.Set("reason", reason)
			}
			var raw json.RawMessage
			if err := ask.Do(c.Context(), http.MethodDelete, n.one(refs[0]), query, nil, &raw); err != nil {
				return failed(err)
			}
			return print(raw)
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

// takeOnCall is for whoever wants to be on call themselves, at once.
func (n *noun) takeOnCall() *cobra.Command {
	var o api.NewOverride
	c := &cobra.Command{
		Use:     "take SCHEDULE --as USER --for DURATION",
		Short:   "Take on-call for a while",
		Long:    "Puts the user given with --as on call for a while, instead of everybody who is. It is an override, which\ntocsin override remove takes back.",
		Example: "  tocsin oncall take primary --as amir --for 1h",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if n.user == "" {
				return errors.New("say who takes on-call, with --as USER")
			}
			o.Schedule, o.Who, o.User = args[0], n.user, n.user
			return n.makeOverride(c, o)
		},
	}
	spanFlags(c, &o.Period)
	c.Flags().StringVar(&o.Reason, "reason", "takes on-call", "why")
	n.as(c)
	return c
}
