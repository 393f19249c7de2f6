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

func awayVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/absences"}
	c := group("away", "Say who is away, and see which shifts want cover", `Records, lists, covers and takes back absences. An absence takes nobody off call by itself: those who could take its
shifts are asked, and whoever accepts is on call by an override. When nobody does, the admins of the team are told.`,
		n.addAbsence(), n.listAbsences(), n.coverAbsence(), n.removeAbsence())
	n.flags(c)
	n.as(c)
	return c
}

func (n *noun) addAbsence() *cobra.Command {
	var a api.NewAbsence
	c := &cobra.Command{
		Use:     "add --user NAME --for DURATION",
		Short:   "Say that somebody is away",
		Long:    "Says that --user is away; without it, whoever is given with --as. Prints the shifts that somebody else has to take.",
		Example: "  tocsin away add --user ethan --from 2026-04-06T00:00:00Z --for 7d --reason \"a holiday\"",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			a.User = n.user
			var raw json.RawMessage
			if err := n.post(c, n.path, a, &raw); err != nil {
				return err
			}
			return show(n.remote, raw, n.absence)
		},
	}
	spanFlags(c, &a.Period)
	c.Flags().StringVar(&a.Who, "user", "", "who is away (default: the one given with --as)")
	c.Flags().StringVar(&a.Reason, "reason", "", "why")
	return c
}

func (n *noun) coverAbsence() *cobra.Command {
	var body api.Cover
	c := &cobra.Command{
		Use:   "cover REF --as USER",
		Short: "Take shifts of somebody who is away",
		Long: `Puts the user given with --as on call for the shifts of somebody who is away: all that they can take, or the one of
--shift. It takes somebody of the schedule's rotations who is neither on call then nor away.`,
		Example: "  tocsin away cover AWAY-7 --as amir",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, refs []string) error {
			if n.user == "" {
				return errors.New("say who takes it, with --as USER")
			}
			body.User = n.user
			var raw json.RawMessage
			if err := n.post(c, n.one(refs[0])+"/cover", body, &raw); err != nil {
				return err
			}
			return show(n.remote, raw, n.absence)
		},
	}
	c.Flags().IntVar(&body.Shift, "shift", 0, "only this one, by its number (default all)")
	return c
}

// post sends a body, and reads the answer into raw.
func (n *noun) post(c *cobra.Command, path string, body any, raw *json.RawMessage) error {
	ask, err := n.client()
	if err != nil {
		return err
	}
	return failed(ask.Do(c.Context(), http.MethodPost, path, nil, body, raw))
}

// absence prints one, with what wants cover.
func (n *noun) absence(a api.Absence) {
	fmt.Fprintln(n.out, line(fmt.Sprintf("%s %s: %s away from %s to %s", a.ID, a.Status, a.User, n.at(a.From.Time), n.at(a.To.Time))))
	for _, ask := range a.Asks {
		if ask.TakenBy != "" {
			fmt.Fprintln(n.out, "  "+line(fmt.Sprintf("%d: %s from %s to %s: %s covers, %s", ask.N, ask.Schedule, n.at(ask.From.Time), n.at(ask.To.Time), ask.TakenBy, ask.Override)))
		}
	}
	for _, u := range a.Uncovered {
		could := "nobody in the schedule could take it"
		if len(u.Cover) > 0 {
			could = strings.Join(u.Cover, ", ") + " could take it"
		}
		fmt.Fprintln(n.out, "  "+line(fmt.Sprintf("wants cover: %s from %s to %s; %s", u.Schedule, n.at(u.From.Time), n.at(u.To.Time), could)))
	}
}

func (n *noun) listAbsences() *cobra.Command {
	return listVerb(n, "absences", "List who is away, newest first",
		"Lists absences, newest first: those that are not over, unless --status or --all says otherwise.",
		"  tocsin away list", []string{"active"}, []string{"over", "cancelled"}, n.absences)
}

func (n *noun) absences(list []api.Absence, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"ABSENCE", "STATUS", "USER", "FROM", "TO", "UNCOVERED", "BY", "REASON"}, wide: 7}
	for _, a := range list {
		open := text("")
		if len(a.Uncovered) > 0 {
			open = styled(yellow, count(len(a.Uncovered), "shift"))
		}
		t.row(text(a.ID), state(string(a.Status)), text(a.User), text(n.at(a.From.Time)), text(n.at(a.To.Time)), open, text(a.By), text(a.Reason))
	}
	n.table(t)
}

func (n *noun) removeAbsence() *cobra.Command {
	return n.takeBack("Say that somebody is there after all", "Takes an absence back. Overrides that cover it stay: they are taken back with tocsin override remove.",
		"tocsin away remove AWAY-7 --reason \"the trip is off\"", func(raw json.RawMessage) error { return show(n.remote, raw, n.absence) })
}
