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

func (n *noun) retrospective() *cobra.Command {
	return group("retrospective", "Edit and send the e-mail that tells everybody concerned what was learned", `The retrospective of a postmortem is drafted from it, for its owner to edit and send. It goes once to each address: of whom
postmortem.retrospective names, of those who worked on the incident, and of its e-mail subscribers who are colleagues.`,
		n.showRetrospective(), n.editRetrospective(), n.sendRetrospective(),
		n.onRetrospective("reset", "Go back to the draft", "", "tocsin postmortem retrospective reset PM-3", http.MethodPut, "/retrospective",
			func([]string) (map[string]any, error) { return map[string]any{"reset": true}, nil }),
	)
}

func (n *noun) showRetrospective() *cobra.Command {
	var bare bool
	c := &cobra.Command{
		Use:     "show REF",
		Short:   "Show what is or was sent, and who gets it",
		Long:    "Shows the retrospective as it was sent, or would be sent now, and who gets it. With --text it is the text alone, to be\nedited.",
		Example: "  tocsin postmortem retrospective show PM-3\n  tocsin postmortem retrospective show PM-3 --text > retrospective.md",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), n.one(args[0])+"/retrospective", nil, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(r api.Retrospective) {
				if bare {
					fmt.Fprintln(n.out, strings.TrimRight(r.Text, "\n"))
					return
				}
				n.retrospectiveHead(r)
				n.paragraph(r.Text)
			})
		},
	}
	c.Flags().BoolVar(&bare, "text", false, "the text alone")
	return c
}

func (n *noun) retrospectiveHead(r api.Retrospective) {
	fmt.Fprintln(n.out, n.paint(bold, line(r.Subject)))
	f, to := facts{}, r.Recipients
	f.add("state", r.State)
	f.add("edited", by(n.moment(r.EditedAt.Time), r.EditedBy))
	f.add("sent", by(n.moment(r.SentAt.Time), r.SentBy))
	f.add("configured", line(strings.Join(to.Configured, ", ")))
	f.add("e-mails", retrospectiveCounts(r))
	f.add("people", line(strings.Join(to.People, ", ")))
	f.add("no address", line(strings.Join(to.Unreached, ", ")))
	for _, u := range to.Failures {
		f.add("failed", line(u.To+": "+u.Error))
	}
	n.facts(f)
	fmt.Fprintln(n.out)
}

// retrospectiveCounts says how many get it, and how many have it.
func retrospectiveCounts(r api.Retrospective) string {
	to := r.Recipients
	parts := []string{fmt.Sprint(to.Emails)}
	for _, p := range []struct {
		n    int
		what string
	}{{to.Delivered, "delivered"}, {to.Waiting, "waiting"}, {to.Failed, "failed"}, {to.Unsubscribed, "unsubscribed"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

func asState(state string) string {
	if state == "draft" {
		return "the draft"
	}
	return state
}

// onRetrospective makes a verb that changes one retrospective.
func (n *noun) onRetrospective(use, what, long, example, method, suffix string, body func(args []string) (map[string]any, error)) *cobra.Command {
	c := &cobra.Command{
		Use: use + " REF", Short: what, Long: strings.TrimSpace(what + ".\n\n" + long), Example: "  " + strings.ReplaceAll(example, "\n", "\n  "),
		Args: cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			fields, err := body(args)
			if err != nil {
				return err
			}
			ask, err := n.client()
			if err != nil {
				return err
			}
			for name, value := range map[string]string{"user": n.user, "note": n.note} {
				if value != "" {
					fields[name] = value
				}
			}
			var raw json.RawMessage
			if err := ask.Do(c.Context(), method, n.one(args[0])+suffix, nil, fields, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(r api.Retrospective) {
				fmt.Fprintln(n.out, line(fmt.Sprintf("%s: its retrospective is %s, for %s: %s", r.Postmortem, asState(r.State), count(r.Recipients.Emails, "e-mail"), r.Subject)))
			})
		},
	}
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}

func (n *noun) editRetrospective() *cobra.Command {
	var subject string
	c := n.onRetrospective("edit", "Put your words in the place of the draft", "Takes the text, Markdown, from FILE or from standard input with -; or changes only the subject, with --subject. What is edited\nstays, whatever happens to the postmortem.",
		"tocsin postmortem retrospective edit PM-3 retrospective.md --subject \"What we learned on Monday\"",
		http.MethodPut, "/retrospective", func(args []string) (map[string]any, error) {
			fields := map[string]any{}
			if subject != "" {
				fields["subject"] = subject
			}
			if len(args) == 2 {
				data, err := readInput(n.stdio, args[1])
				if err != nil {
					return nil, err
				}
				if strings.TrimSpace(string(data)) == "" {
					return nil, fmt.Errorf("%s is empty: a retrospective needs a text", args[1])
				}
				fields["text"] = string(data)
			}
			if len(fields) == 0 {
				return nil, errors.New("give the text as a FILE (- is standard input), or --subject TEXT")
			}
			return fields, nil
		})
	c.Use, c.Args = "edit REF [FILE|-]", cobra.RangeArgs(1, 2)
	c.Flags().StringVar(&subject, "subject", "", "what it is headed with")
	return c
}

func (n *noun) sendRetrospective() *cobra.Command {
	var force bool
	var reason string
	c := n.onRetrospective("send", "Send it, once",
		"Nothing can be changed afterwards. It is refused before the postmortem is published, unless by --force and for a --reason,\nwhich are recorded.",
		"tocsin postmortem retrospective send PM-3", http.MethodPost, "/retrospective/send", func([]string) (map[string]any, error) {
			switch {
			case force && strings.TrimSpace(reason) == "":
				return nil, errors.New("say why it is sent although the postmortem is not published, with --reason TEXT")
			case reason != "" && !force:
				return nil, errors.New("--reason goes with --force; say other things with --note")
			case force:
				return map[string]any{"force": true, "reason": reason}, nil
			}
			return map[string]any{}, nil
		})
	c.Flags().BoolVar(&force, "force", false, "although the postmortem is not published")
	c.Flags().StringVar(&reason, "reason", "", "why, with --force")
	return c
}
