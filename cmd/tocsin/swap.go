package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func swapVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/swaps", say: saySwap}
	c := group("swap", "Trade shifts", `Proposes, answers and lists swaps of shifts. Whoever is asked gets a message with a link. Nothing changes until they
accept; overrides then carry it out. A proposal that nobody answers expires when the first of its shifts begins.`,
		n.proposeSwap(), n.listSwaps(),
		n.answerSwap("accept", "accept", "Carry swaps out", "Only who was asked can, with --as.", "tocsin swap accept SWAP-7 --as amir"),
		n.answerSwap("decline", "decline", "Turn swaps down", "Only who was asked can, with --as.", "tocsin swap decline SWAP-7 --as amir --note \"I am away, too\""),
		n.answerSwap("cancel", "decline", "Take proposals back", "Whoever proposed or would give the shift can, with --as, until it is answered.", "tocsin swap cancel SWAP-7 --as ethan"),
	)
	n.flags(c)
	n.as(c)
	return c
}

// saySwap is a swap in a line.
func saySwap(raw json.RawMessage) (string, error) {
	var s api.Swap
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("the answer is not of this version's kind: %w; --json shows it", err)
	}
	said := fmt.Sprintf("%s %s: %s asks %s to trade %s", s.ID, s.Status, s.From, s.To, s.Schedule)
	if len(s.Overrides) > 0 {
		said += "; carried out by " + strings.Join(s.Overrides, ", ")
	}
	return line(said), nil
}

func (n *noun) proposeSwap() *cobra.Command {
	var s api.NewSwap
	var take api.NewPiece
	c := &cobra.Command{
		Use:   "propose --schedule NAME --to USER --give-from TIME --give-to TIME",
		Short: "Ask somebody to trade on-call time",
		Long: `Asks --to to take the on-call time given with --give-from and --give-to from --from (by default, from whoever is
given with --as), and to give the one of --take-from and --take-to for it; without these it is a gift.`,
		Example: `  tocsin swap propose --as ethan --schedule primary --to amir \
    --give-from 2026-04-06T09:00:00Z --give-to 2026-04-07T09:00:00Z \
    --take-from 2026-04-13T09:00:00Z --take-to 2026-04-14T09:00:00Z --reason "a wedding"`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s.User = n.user
			if take != (api.NewPiece{}) {
				take.Rotation = s.Give.Rotation
				s.Take = &take
			}
			if s.From == "" && s.User == "" {
				return errors.New("say who gives, with --from USER or --as USER")
			}
			var raw json.RawMessage
			if err := n.post(c, n.path, s, &raw); err != nil {
				return err
			}
			return show(n.remote, raw, n.swap)
		},
	}
	f := c.Flags()
	f.StringVar(&s.Schedule, "schedule", "", "which schedule")
	f.StringVar(&s.To, "to", "", "who is asked")
	f.StringVar(&s.From, "from", "", "who gives (default: the one given with --as)")
	f.StringVar(&s.Give.From, "give-from", "", "the beginning of what is given: RFC 3339, or wall clock of the schedule's zone such as 2026-12-24T18:00")
	f.StringVar(&s.Give.To, "give-to", "", "its end")
	f.StringVar(&take.From, "take-from", "", "the beginning of what is taken for it (default: nothing)")
	f.StringVar(&take.To, "take-to", "", "its end")
	f.StringVar(&s.Give.Rotation, "rotation", "", "only in this rotation (default all)")
	f.StringVar(&s.Reason, "reason", "", "why")
	c.MarkFlagsRequiredTogether("take-from", "take-to")
	return c
}

// swap prints one.
func (n *noun) swap(s api.Swap) {
	fmt.Fprintln(n.out, line(fmt.Sprintf("%s %s: %s takes %s for %s", s.ID, s.Status, s.To, n.piece(&s.Give), s.From)))
	if s.Take != nil {
		fmt.Fprintln(n.out, "  "+line(fmt.Sprintf("and %s takes %s for %s", s.From, n.piece(s.Take), s.To)))
	}
}

func (n *noun) piece(p *api.Piece) string {
	if p == nil {
		return ""
	}
	return n.at(p.From.Time) + " to " + n.at(p.To.Time)
}

func (n *noun) answerSwap(verb, do, what, long, example string) *cobra.Command {
	c := n.action(verb, what, long, example, nil)
	c.RunE = func(c *cobra.Command, refs []string) error {
		return n.act(c.Context(), "POST", "/"+do, refs, map[string]any{})
	}
	return c
}

func (n *noun) listSwaps() *cobra.Command {
	return listVerb(n, "swaps", "List swaps, newest first",
		"Lists swaps, newest first: those that wait for an answer, unless --status or --all says otherwise.",
		"  tocsin swap list --all", []string{"proposed"}, []string{"accepted", "declined", "expired"}, n.swaps)
}

func (n *noun) swaps(list []api.Swap, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"SWAP", "STATUS", "SCHEDULE", "FROM", "GIVES", "TO", "TAKES FOR IT", "REASON"}, wide: 7}
	for _, s := range list {
		t.row(text(s.ID), state(string(s.Status)), text(s.Schedule), text(s.From), text(n.piece(&s.Give)), text(s.To), text(n.piece(s.Take)), text(s.Reason))
	}
	n.table(t)
}
