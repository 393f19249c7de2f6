package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func userVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/users"}
	c := group("user", "Verify that messages reach people", `Sends people a message over one of their ways, to be confirmed with its link or its code, and shows which ways were
seen to work. A changed address has to be verified anew. The coverage audit warns of people on call without a verified
way when the configuration says how bad that is (coverage: severity: unverified).`,
		n.verifyUser(), n.confirmUser(), n.userContacts())
	n.flags(c)
	n.as(c)
	return c
}

func (n *noun) verifyUser() *cobra.Command {
	var body api.NewTest
	c := &cobra.Command{
		Use:     "verify NAME --via WAY",
		Short:   "Send somebody a message to be confirmed",
		Long:    "Sends a message with a link and a code. Opening the link and confirming, or tocsin user confirm with the code within\nan hour, records that the way works.",
		Example: "  tocsin user verify ethan --via sms",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if body.Via == "" {
				return errors.New("say over which way, with --via sms, voice, email or slack")
			}
			body.User = n.user
			var raw json.RawMessage
			if err := n.post(c, n.one(args[0])+"/verify", body, &raw); err != nil {
				return err
			}
			return show(n.remote, raw, func(api.Contact) {
				fmt.Fprintln(n.out, line(fmt.Sprintf("A test is on its way to %s over %s. It is to be confirmed with its link, or with tocsin user confirm.", args[0], body.Via)))
			})
		},
	}
	c.Flags().StringVar(&body.Via, "via", "", "which way: sms, voice, email, slack, …")
	return c
}

func (n *noun) confirmUser() *cobra.Command {
	var body api.Code
	c := &cobra.Command{
		Use:     "confirm NAME --via WAY --code CODE",
		Short:   "Enter the code that was sent",
		Long:    "Records that a way works, with the code that tocsin user verify sent over it. It is good for an hour, and for five tries.",
		Example: "  tocsin user confirm ethan --via sms --code 482913",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if body.Via == "" || body.Code == "" {
				return errors.New("give the way and the code that was sent over it, with --via and --code")
			}
			body.User = n.user
			var raw json.RawMessage
			if err := n.post(c, n.one(args[0])+"/confirm", body, &raw); err != nil {
				return err
			}
			return show(n.remote, raw, func(api.Contact) {
				fmt.Fprintln(n.out, line(fmt.Sprintf("Messages to %s over %s arrive.", args[0], body.Via)))
			})
		},
	}
	c.Flags().StringVar(&body.Via, "via", "", "which way")
	c.Flags().StringVar(&body.Code, "code", "", "the six digits")
	return c
}

func (n *noun) userContacts() *cobra.Command {
	return &cobra.Command{
		Use:     "contacts NAME",
		Short:   "Show which ways to somebody were seen to work",
		Long:    "Lists the ways to somebody that were ever tested. One whose address was changed since is not verified any more.",
		Example: "  tocsin user contacts ethan",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var list struct{ Items []json.RawMessage }
			if err := ask.Get(c.Context(), n.one(args[0])+"/contacts", nil, &list); err != nil {
				return failed(err)
			}
			return showAll(n.remote, list.Items, n.contacts)
		},
	}
}

func (n *noun) contacts(list []api.Contact) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, "no way to them was ever tested")
		return
	}
	t := table{head: []string{"WAY", "VERIFIED", "TESTED"}, wide: 1}
	for _, s := range list {
		verified := styled(yellow, "no")
		if s.Verified {
			verified = text(n.at(s.VerifiedAt.Time))
		}
		t.row(text(s.Via), verified, text(n.at(s.SentAt.Time)))
	}
	n.table(t)
}
