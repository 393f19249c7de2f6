package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (d *duties) feedVerb() *cobra.Command {
	var user string
	c := &cobra.Command{
		Use:   "feed [SCHEDULE]",
		Short: "Print the address of a calendar feed",
		Long: `Prints the address of the calendar feed of a schedule or, with --user, of a person's shifts by every schedule.
Calendar programs such as Google Calendar and Thunderbird subscribe to it. Whoever has the address can read the feed;
raising ical_generation in the configuration revokes all of them. Needs the key of a responder or an admin.`,
		Example: "  tocsin schedule feed primary\n  tocsin schedule feed --user ethan",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) == 1) == (user != "") {
				return errors.New("name a schedule, or a person with --user")
			}
			if len(d.files) > 0 {
				return errors.New("--config: only a server has feeds; ask it without --config")
			}
			path := "/api/v1/users/" + url.PathEscape(user) + "/feed"
			if user == "" {
				path = "/api/v1/schedules/" + url.PathEscape(args[0]) + "/feed"
			}
			ask, err := d.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), path, nil, &raw); err != nil {
				return failed(err)
			}
			return show(d.remote, raw, func(f api.Feed) { fmt.Fprintln(d.out, f.URL) })
		},
	}
	c.Flags().StringVar(&user, "user", "", "the person whose shifts it has")
	return c
}
