package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (d *duties) feedVerb() *cobra.Command {
	var user, as, reason string
	var revoke bool
	c := &cobra.Command{
		Use:   "feed [SCHEDULE]",
		Short: "Print the address of a calendar feed",
		Long: `Prints the address of the calendar feed of a schedule or, with --user, of a person's shifts by every schedule.
Calendar programs such as Google Calendar and Thunderbird subscribe to it. Whoever has the address can read the feed;
--revoke gives the feed a new one. Only an admin can do that or, for their own feed, the user given with --as; raising
ical_generation in the configuration revokes all feeds. Needs the key of a responder or an admin.`,
		Example: "  tocsin schedule feed primary\n  tocsin schedule feed --user ethan\n  tocsin schedule feed --user ethan --revoke --as ethan --reason \"a lost laptop\"",
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
			method, query := http.MethodGet, url.Values{}
			if revoke {
				method = http.MethodDelete
				for name, value := range map[string]string{"user": as, "reason": reason} {
					if value != "" {
						query.Set(name, value)
					}
				}
			}
			if err := ask.Do(c.Context(), method, path, query, nil, &raw); err != nil {
				return failed(err)
			}
			return show(d.remote, raw, func(f api.Feed) { fmt.Fprintln(d.out, f.URL) })
		},
	}
	f := c.Flags()
	f.StringVar(&user, "user", "", "the person whose shifts it has")
	f.BoolVar(&revoke, "revoke", false, "make the addresses that were given out invalid, and print the new one")
	f.StringVar(&as, "as", "", "with --revoke: the user in whose name it is done (default: the API key's)")
	f.StringVar(&reason, "reason", "", "with --revoke: why")
	return c
}
