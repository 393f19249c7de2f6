package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

// noun is a kind of record that verbs act on.
type noun struct {
	*remote
	path string // of its list in the API
	user string // in whose name things are done; empty for the key's
	note string // said with it
	say  func(raw json.RawMessage) (string, error)

	numbered bool // people call it by its number rather than by its id
}

// action makes a verb that does one thing to each of the records named on its command line. The body of the
// request is what body returns, with the user and the note.
func (n *noun) action(do, what, long, example string, body func() (map[string]any, error)) *cobra.Command {
	c := &cobra.Command{
		Use:     do + " REF…",
		Short:   what,
		Long:    strings.TrimSpace(what + ".\n\n" + long),
		Example: "  " + strings.ReplaceAll(example, "\n", "\n  "),
		Args:    cobra.MinimumNArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, refs []string) error {
			fields := map[string]any{}
			if body != nil {
				var err error
				if fields, err = body(); err != nil {
					return err
				}
			}
			return n.act(c.Context(), http.MethodPost, "/"+do, refs, fields)
		},
	}
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}

// act does one thing to each record. One that refuses does not keep the others from it; the first answer that says
// nothing about the record ends it.
func (n *noun) act(ctx context.Context, method, suffix string, refs []string, fields map[string]any) error {
	ask, err := n.client()
	if err != nil {
		return err
	}
	if n.user != "" {
		fields["user"] = n.user
	}
	if n.note != "" {
		fields["note"] = n.note
	}
	var done []json.RawMessage
	var refusals []string
	for _, ref := range refs {
		var raw json.RawMessage
		err := failed(ask.Do(ctx, method, n.one(ref)+suffix, nil, fields, &raw))
		if refusal := (no{}); errors.As(err, &refusal) {
			refusals = append(refusals, refusal.Error())
			continue
		}
		if err != nil {
			return errors.Join(n.report(done), err)
		}
		done = append(done, raw)
	}
	if err := n.report(done); err != nil {
		return err
	}
	if len(refusals) > 0 {
		return no{errors.New(strings.Join(refusals, "\n"))}
	}
	return nil
}

// report prints the records as they are now.
func (n *noun) report(done []json.RawMessage) error {
	if n.json {
		if done == nil {
			done = []json.RawMessage{}
		}
		return n.printJSON(done)
	}
	for _, raw := range done {
		text, err := n.say(raw)
		if err != nil {
			return err
		}
		fmt.Fprintln(n.out, text)
	}
	return nil
}

// one is the path of a record; people may write #7 for 7.
func (n *noun) one(ref string) string {
	return n.path + "/" + url.PathEscape(strings.TrimPrefix(ref, "#"))
}

// get asks for one record.
func (n *noun) get(ctx context.Context, ref string) (raw json.RawMessage, err error) {
	ask, err := n.client()
	if err != nil {
		return nil, err
	}
	return raw, failed(ask.Get(ctx, n.one(ref), nil, &raw))
}

// as adds the flag for the user in whose name things are done, for all verbs below c.
func (n *noun) as(c *cobra.Command) {
	c.PersistentFlags().StringVar(&n.user, "as", "", "the user in whose name it is done (default: the API key's)")
}

// needNote is the body of actions that are nothing without a note.
func (n *noun) needNote() (map[string]any, error) {
	if strings.TrimSpace(n.note) == "" {
		return nil, errors.New("say what with --note TEXT")
	}
	return map[string]any{}, nil
}
