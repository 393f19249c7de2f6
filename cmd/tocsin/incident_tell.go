package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// tellAudience sends a status update.
func (n *noun) tellAudience() *cobra.Command {
	var u api.NewStatusUpdate
	var audiences []string
	var phase string
	var preview bool
	c := &cobra.Command{
		Use:   "tell REF --audience NAME",
		Short: "Tell audiences how an incident goes: a status update",
		Long: `Sends a status update to an audience of the configuration: to its channels, by e-mail to its people and to subscribers.
Without --text it is the template of the phase; --preview shows what it would be and sends nothing. What is sent stays as it
is: a correction is another update.`,
		Example: "  tocsin incident tell INC-7 --audience customers --phase investigating --preview\n" +
			"  tocsin incident tell INC-7 --audience stakeholders --phase identified --text \"The new release is the cause\" --next-in 20m",
		Args: cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			if len(audiences) == 0 {
				return errors.New("say who is told with --audience NAME")
			}
			u.User, u.Phase = n.user, incident.Phase(phase)
			var done []json.RawMessage
			for _, audience := range audiences {
				u.Audience, u.Request = audience, uuid.NewString()
				raw, err := n.sendUpdate(c.Context(), args[0], u, preview)
				if err != nil {
					return errors.Join(n.updates(done), err)
				}
				done = append(done, raw)
			}
			return n.updates(done)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&audiences, "audience", nil, "who is told; may be given several times")
	f.StringVar(&phase, "phase", "", "investigating, identified, monitoring or resolved (default: as before, or investigating)")
	f.StringVar(&u.Text, "text", "", "what they are told (default: the template of the phase)")
	f.StringVar(&u.Title, "title", "", "its headline (default: as before, or as the configuration says)")
	f.StringVar(&u.NextIn, "next-in", "", "promise the next update after this, such as 30m (default: as the configuration says)")
	f.BoolVar(&preview, "preview", false, "show what would be sent, and send nothing")
	suggest(c, "phase", []string{string(incident.Investigating), string(incident.Identified), string(incident.Monitoring), string(incident.PhaseOfResolved)})
	return c
}

func (n *noun) sendUpdate(ctx context.Context, ref string, u api.NewStatusUpdate, preview bool) (raw json.RawMessage, err error) {
	ask, err := n.client()
	if err != nil {
		return nil, err
	}
	var query url.Values
	if preview {
		query = url.Values{"dry_run": {"true"}}
	}
	return raw, failed(ask.Do(ctx, http.MethodPost, n.one(ref)+"/updates", query, u, &raw))
}

// listUpdates shows what audiences were told.
func (n *noun) listUpdates() *cobra.Command {
	var audience string
	c := &cobra.Command{
		Use: "updates REF", Short: "List what audiences were told, oldest first", Long: "Lists the status updates of an incident, oldest first.",
		Example: "  tocsin incident updates INC-7 --audience customers", Args: cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var query url.Values
			if audience != "" {
				query = url.Values{"audience": {audience}}
			}
			var list struct{ Items []json.RawMessage }
			if err := ask.Get(c.Context(), n.one(args[0])+"/updates", query, &list); err != nil {
				return failed(err)
			}
			return n.updates(list.Items)
		},
	}
	c.Flags().StringVar(&audience, "audience", "", "only those to this one")
	return c
}

// updates prints status updates.
func (n *noun) updates(list []json.RawMessage) error {
	return showAll(n.remote, list, func(updates []api.StatusUpdate) {
		for i, u := range updates {
			if i > 0 {
				fmt.Fprintln(n.out)
			}
			head := fmt.Sprintf("%d  %s  to %s, %s: %s", u.N, n.at(u.At.Time), u.Audience, u.Phase, u.Title)
			if !u.NextBy.IsZero() {
				head += "  (the next one by " + n.at(u.NextBy.Time) + ")"
			}
			fmt.Fprintln(n.out, line(head))
			n.paragraph(u.Text)
		}
	})
}

// subscribeIncident has addresses told by e-mail.
func (n *noun) subscribeIncident() *cobra.Command {
	var s api.NewSubscribers
	var file string
	c := &cobra.Command{
		Use: "subscribe REF --audience NAME --email ADDRESS", Short: "Have addresses told by e-mail how an incident goes",
		Long:    "Subscribes addresses to what an audience is told, from now on. Each mail has a link by which they leave.",
		Example: "  tocsin incident subscribe INC-7 --audience customers --email ops@customer.example\n  tocsin incident subscribe INC-7 --audience customers --file addresses.txt",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			if file != "" {
				data, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				s.Emails = append(s.Emails, strings.Fields(string(data))...)
			}
			if s.Audience == "" || len(s.Emails) == 0 {
				return errors.New("say who with --email ADDRESS or --file FILE, and what they are told with --audience NAME")
			}
			s.User = n.user
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Do(c.Context(), http.MethodPost, n.one(args[0])+"/subscribers", nil, s, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(done api.Subscribed) {
				fmt.Fprintf(n.out, "%d subscribed to what %s is told\n", done.Subscribed, s.Audience)
				for _, email := range done.Refused {
					fmt.Fprintf(n.out, "  left alone, for they have unsubscribed: %s\n", line(email))
				}
			})
		},
	}
	f := c.Flags()
	f.StringVar(&s.Audience, "audience", "", "what they are told")
	f.StringArrayVar(&s.Emails, "email", nil, "who; may be given several times")
	f.StringVar(&file, "file", "", "a file of addresses, one in a line")
	return c
}

// unsubscribeIncident takes an address out.
func (n *noun) unsubscribeIncident() *cobra.Command {
	var email, audience string
	c := &cobra.Command{
		Use: "unsubscribe REF --audience NAME --email ADDRESS", Short: "Take an address out of those who are told by e-mail",
		Long:    "Takes an address out of those of an audience who are told by e-mail how an incident goes. It can be subscribed again.",
		Example: "  tocsin incident unsubscribe INC-7 --audience customers --email ops@customer.example",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			if email == "" || audience == "" {
				return errors.New("say who with --email ADDRESS, and of what with --audience NAME")
			}
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			query := url.Values{"email": {email}, "audience": {audience}}
			if err := ask.Do(c.Context(), http.MethodDelete, n.one(args[0])+"/subscribers", query, nil, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(api.Unsubscribed) { fmt.Fprintln(n.out, line(email)+" is not told any more") })
		},
	}
	c.Flags().StringVar(&email, "email", "", "who")
	c.Flags().StringVar(&audience, "audience", "", "of which audience")
	return c
}

// listSubscribers shows who is told by e-mail.
func (n *noun) listSubscribers() *cobra.Command {
	var audience string
	var limit int
	c := &cobra.Command{
		Use: "subscribers REF", Short: "List who is told by e-mail how an incident goes",
		Long:    "Lists who is told by e-mail, newest first, with what came of the latest mail.\nThose whom the configuration names are there once they were told.",
		Example: "  tocsin incident subscribers INC-7 --audience customers", Args: cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			of := *n
			of.path = n.one(args[0]) + "/subscribers"
			query := url.Values{}
			if audience != "" {
				query.Set("audience", audience)
			}
			items, err := of.list(c.Context(), query, limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, func(list []api.Subscriber) {
				t := table{head: []string{"EMAIL", "AUDIENCE", "BY", "TOLD", "LATEST"}}
				for _, s := range list {
					t.row(text(s.Email), text(s.Audience), text(s.By), textf("%d", s.Told), text(strings.Join(filled(s.Status, s.Error), ": ")))
				}
				n.table(t)
			})
		},
	}
	c.Flags().StringVar(&audience, "audience", "", "only those of this one")
	c.Flags().IntVar(&limit, "limit", defaultLimit, "how many at most")
	return c
}
