package main

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// part makes a verb for one part of a postmortem: a cause, a lesson or an action item. One that is changed is named by
// its number after REF. set gives the fields of the edit.
func (n *noun) part(list, use, short, long, example string, set func(c *cobra.Command) (map[string]any, error)) *cobra.Command {
	changed := strings.Contains(use, " N")
	c := &cobra.Command{
		Use: use, Short: short, Long: strings.TrimSpace(short + ".\n\n" + long), Example: "  " + strings.ReplaceAll(example, "\n", "\n  "),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			fields, err := set(c)
			if err != nil {
				return err
			}
			if changed {
				number, err := strconv.Atoi(args[1])
				if err != nil || number < 1 {
					return fmt.Errorf("%q is no number: they are 1, 2, …, as tocsin postmortem show says", args[1])
				}
				if len(fields) == 0 {
					return errors.New("nothing is to be changed: see --help")
				}
				fields["n"] = number
			}
			return n.act(c.Context(), http.MethodPatch, "", args[:1], map[string]any{list: []any{fields}})
		},
	}
	if changed {
		c.Args = cobra.ExactArgs(2)
	}
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}

// given are the values of those flags that were given, by the field that each is for.
func given(c *cobra.Command, flags map[string]string) (map[string]any, error) {
	fields := map[string]any{}
	for flag, field := range flags {
		f := c.Flags().Lookup(flag)
		if f == nil || !f.Changed {
			continue
		}
		if f.Value.Type() != "int" {
			fields[field] = f.Value.String()
			continue
		}
		number, err := strconv.Atoi(f.Value.String())
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, err)
		}
		fields[field] = number
	}
	return fields, nil
}

func removal(*cobra.Command) (map[string]any, error) { return map[string]any{"remove": true}, nil }

func (n *noun) causes() *cobra.Command {
	set := func(c *cobra.Command) (map[string]any, error) {
		return given(c, map[string]string{"text": "text", "evidence": "evidence", "category": "category", "under": "parent", "before": "before"})
	}
	add := n.part("causes", "add REF --text TEXT", "Answer a why", "Without --under it is a first answer: why it happened at all.",
		"tocsin postmortem cause add PM-3 --text \"The pool was empty\"\ntocsin postmortem cause add PM-3 --under 1 --text \"A release leaked connections\" --evidence \"the graph of 9 March\"",
		func(c *cobra.Command) (map[string]any, error) {
			if !c.Flags().Changed("text") {
				return nil, errors.New("say what the cause is, with --text TEXT")
			}
			return set(c)
		})
	edit := n.part("causes", "edit REF N", "Change a cause", "", "tocsin postmortem cause edit PM-3 2 --evidence \"https://grafana.example.com/d/pool\"", set)
	for _, c := range []*cobra.Command{add, edit} {
		c.Flags().String("text", "", "what the cause is")
		c.Flags().String("evidence", "", "how it is known")
		c.Flags().String("category", "", "what kind of cause it is, in the words of every postmortem, such as capacity or release")
	}
	move := n.part("causes", "move REF N --under N", "Move a cause with everything below it", "--under 0 puts it at the top.",
		"tocsin postmortem cause move PM-3 4 --under 1 --before 2", set)
	for _, c := range []*cobra.Command{add, move} {
		c.Flags().Int("under", 0, "the cause that it explains; 0 for the top")
		c.Flags().Int("before", 0, "the cause beside it that it comes before (default: the last place)")
	}
	remove := n.part("causes", "remove REF N", "Remove a cause with everything below it", "", "tocsin postmortem cause remove PM-3 4", removal)
	return group("cause", "Write the tree of root causes: ask why, five times or more", `Writes the tree of root causes. Each cause answers why the one above it was so; there may be several answers, and as many
levels as it takes (12 at most). People are never a cause.`, add, edit, move, remove)
}

func (n *noun) lessons() *cobra.Command {
	set := func(c *cobra.Command) (map[string]any, error) {
		if !c.Flags().Changed("text") {
			return nil, errors.New("say what was learned, with --text TEXT")
		}
		return given(c, map[string]string{"text": "text"})
	}
	add := n.part("lessons", "add REF --text TEXT", "Write down a lesson", "", "tocsin postmortem lesson add PM-3 --text \"Caches need a bound.\"", set)
	edit := n.part("lessons", "edit REF N --text TEXT", "Change a lesson", "", "tocsin postmortem lesson edit PM-3 1 --text \"Every cache needs a bound.\"", set)
	for _, c := range []*cobra.Command{add, edit} {
		c.Flags().String("text", "", "what was learned")
	}
	remove := n.part("lessons", "remove REF N", "Remove a lesson; its actions stay", "", "tocsin postmortem lesson remove PM-3 2", removal)
	return group("lesson", "Write the lessons that were learned", "Writes the lessons that were learned. Each has an action: tocsin postmortem action add --lesson N.", add, edit, remove)
}
