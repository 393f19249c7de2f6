package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func scheduleVerb(io stdio) *cobra.Command {
	d := &duties{remote: &remote{stdio: io}}
	c := group("schedule", "Draw schedules, and say who is on call when", `Draws schedules, says when somebody is on call next, and counts what being on call costs each person.

The server is asked; with --config, configuration files are read instead, and no server is needed.`,
		d.listVerb(), d.showVerb(), d.nextVerb(), d.fairnessVerb(), d.feedVerb())
	d.flags(c)
	c.PersistentFlags().StringArrayVar(&d.files, "config", nil, "read this configuration file or folder instead of asking a server; may be given several times")
	return c
}

// duties is where schedules are asked for.
type duties struct {
	*remote
	files []string // of the configuration; none for asking a server
}

func (d *duties) listVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List schedules with their rotations",
		Long:    "Lists all schedules with their zones, their rotations and everybody in them.",
		Example: "  tocsin schedule list\n  tocsin schedule list --config config.yaml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ask, err := d.over(c.Context(), d.files)
			if err != nil {
				return err
			}
			var list struct{ Items []json.RawMessage }
			if err := ask.Get(c.Context(), "/api/v1/schedules", nil, &list); err != nil {
				return failed(err)
			}
			return showAll(d.remote, list.Items, d.schedules)
		},
	}
}

func (d *duties) schedules(list []api.Schedule) {
	if len(list) == 0 {
		fmt.Fprintln(d.out, "The configuration has no schedules.")
		return
	}
	t := table{head: []string{"SCHEDULE", "ZONE", "ROTATION", "PEOPLE"}, wide: 3}
	for _, s := range list {
		for _, r := range s.Rotations {
			t.row(text(s.Name), text(s.Timezone), text(r.Name), text(strings.Join(r.Participants, ", ")))
		}
	}
	d.table(t)
}

func (d *duties) nextVerb() *cobra.Command {
	var within string
	c := &cobra.Command{
		Use:   "next USER",
		Short: "Say when somebody is on call, now and next",
		Long: `Says when somebody is on call by any schedule, now and later, in the order in which the shifts begin. Times are in
this machine's zone; "-" is more than two years away. An override is marked with *. Exit code 1 when there is none.`,
		Example: "  tocsin schedule next ethan\n  tocsin schedule next ethan --within 90d --config config.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := d.over(c.Context(), d.files)
			if err != nil {
				return err
			}
			length, err := horizon("--within", within)
			if err != nil {
				return err
			}
			now := d.now()
			query := between(now, now.Add(length))
			var list struct{ Items []json.RawMessage }
			if err := ask.Get(c.Context(), "/api/v1/users/"+url.PathEscape(args[0])+"/shifts", query, &list); err != nil {
				return failed(err)
			}
			if err := showAll(d.remote, list.Items, d.shifts); err != nil {
				return err
			}
			if len(list.Items) == 0 {
				return no{fmt.Errorf("%s is not on call within %s", args[0], within)}
			}
			return nil
		},
	}
	c.Flags().StringVar(&within, "within", "28d", "how far to look, at most 366d")
	return c
}

func (d *duties) shifts(list []api.UserShift) {
	if len(list) == 0 {
		return
	}
	t := table{head: []string{"SCHEDULE", "ROTATION", "FROM", "UNTIL", "LENGTH"}, wide: 1}
	for _, s := range list {
		rotation := text(s.Rotation)
		if s.Override {
			rotation = styled(yellow, strings.TrimSpace(s.Rotation+" * override"))
		}
		length := ""
		if !s.From.IsZero() && !s.Until.IsZero() {
			length = span(s.Until.Sub(s.From.Time))
		}
		t.row(text(s.Schedule), rotation, dashed(d.moment(s.From.Time)), dashed(d.at(s.Until.Time)), dashed(length))
	}
	d.table(t)
}

// between are the parameters of a time.
func between(from, to time.Time) url.Values {
	return url.Values{"from": {from.UTC().Format(time.RFC3339)}, "to": {to.UTC().Format(time.RFC3339)}}
}
