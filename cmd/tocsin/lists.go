package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const defaultLimit = 50

// choice is which records of a list are wanted.
type choice struct {
	status []string
	all    bool
	limit  int
	active []string // the statuses of what is not over, which are shown unless others are asked for
}

// flags adds those of every list; over is the statuses of what is over.
func (ch *choice) flags(c *cobra.Command, active, over []string) {
	ch.active = active
	f := c.Flags()
	known := append(slices.Clone(active), over...)
	f.StringSliceVar(&ch.status, "status", nil, fmt.Sprintf("only these: %s; several with commas (default %s)",
		strings.Join(known, ", "), strings.Join(active, ",")))
	f.BoolVar(&ch.all, "all", false, "those that are over, too")
	f.IntVar(&ch.limit, "limit", defaultLimit, "how many at most")
	c.MarkFlagsMutuallyExclusive("status", "all")
	suggest(c, "status", known)
}

// suggest completes the values of a flag in shells.
func suggest(c *cobra.Command, flag string, values []string) {
	// It fails only for a flag that is not defined.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func (ch *choice) query() url.Values {
	query := url.Values{}
	switch {
	case len(ch.status) > 0:
		query["status"] = ch.status
	case !ch.all:
		query["status"] = ch.active
	}
	return query
}

// none says that a list is empty, and what it would not have shown.
func (ch *choice) none(what string) string {
	if ch.all || len(ch.status) > 0 {
		return "no such " + what
	}
	return "no " + what + " that are " + strings.Join(ch.active, " or ") + "; --all shows the others, too"
}

// list asks for a list, newest first, and says on standard error when there is more than the limit.
func (n *noun) list(ctx context.Context, query url.Values, limit int) ([]json.RawMessage, error) {
	if limit < 1 {
		return nil, fmt.Errorf("--limit %d: at least 1", limit)
	}
	ask, err := n.client()
	if err != nil {
		return nil, err
	}
	items, more, err := ask.List(ctx, n.path, query, limit)
	if err != nil {
		return nil, failed(err)
	}
	if more {
		fmt.Fprintf(n.err, "tocsin: there are more than these %d; --limit shows more\n", len(items))
	}
	return items, nil
}

// completionTime is how long a shell waits for the completion of a record's name.
const completionTime = 2 * time.Second

// complete suggests the latest records, by what people call them, in shells.
func (n *noun) complete(c *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(c.Context(), completionTime)
	defer cancel()
	ask, err := n.client()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	items, _, err := ask.List(ctx, n.path, nil, defaultLimit)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, raw := range items {
		var record struct {
			ID, Title string
			Number    uint64
		}
		if json.Unmarshal(raw, &record) != nil {
			continue
		}
		ref := record.ID
		if n.numbered {
			ref = fmt.Sprint(record.Number)
		}
		if !slices.Contains(given, ref) {
			out = append(out, ref+"\t"+line(record.Title))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// listVerb lists the records of a noun, newest first; plural is what they are called, active and over are their statuses.
func listVerb[T any](n *noun, plural, short, long, example string, active, over []string, print func(list []T, none string)) *cobra.Command {
	var which choice
	c := &cobra.Command{
		Use: "list", Short: short, Long: long, Example: example, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			items, err := n.list(c.Context(), which.query(), which.limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, func(list []T) { print(list, which.none(plural)) })
		},
	}
	which.flags(c, active, over)
	return c
}

// everyVerb lists all that the configuration has of a kind, which the API calls plural.
func everyVerb[T any](r *remote, plural, long string, print func([]T)) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the " + plural, Long: long, Args: cobra.NoArgs,
		Example: "  tocsin " + strings.TrimSuffix(plural, "s") + " list",
		RunE: func(c *cobra.Command, _ []string) error {
			ask, err := r.client()
			if err != nil {
				return err
			}
			var list struct{ Items []json.RawMessage }
			if err := ask.Get(c.Context(), "/api/v1/"+plural, nil, &list); err != nil {
				return failed(err)
			}
			return showAll(r, list.Items, print)
		},
	}
}

// showVerb shows one record of a noun.
func showVerb[T any](n *noun, short, long, example string, print func(T)) *cobra.Command {
	return &cobra.Command{
		Use: "show REF", Short: short, Long: long, Example: example, Args: cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			raw, err := n.get(c.Context(), args[0])
			if err != nil {
				return err
			}
			return show(n.remote, raw, print)
		},
	}
}
