package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func postmortemVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/postmortems", say: sayPostmortem}
	c := group("postmortem", "Write, review, publish and follow postmortems", `Shows, writes, reviews, publishes and waives postmortems, and follows their actions. A postmortem is named PM-3 (or 3).
Actions on postmortems take several at once; with --json they print an array of the postmortems as they are then.`,
		n.listPostmortems(), n.showPostmortem(), n.patterns(),
		n.setSection(), n.tagPostmortem(), n.causes(), n.lessons(), n.actions(),
		n.postmortemIssues(),
		n.assignPostmortem(), n.postmortemDue(), n.checkPostmortem(), n.exportPostmortem(), n.submitPostmortem(),
		n.action("approve", "Approve postmortems, as a reviewer", "", "tocsin postmortem approve PM-3 --as jason", nil),
		n.requestChanges(), n.publishPostmortem(),
		n.action("complete", "Publish postmortems as they are", "What tocsin postmortem check finds is written down with them.", "tocsin postmortem complete PM-3", nil),
		n.withReason("waive", "Say that postmortems are not needed after all, and why", "why it is not needed", "tocsin postmortem waive PM-3 --reason \"same cause as PM-2\""),
		n.action("note", "Write a note into the timeline", "", "tocsin postmortem note PM-3 --note \"waiting for the vendor\"", n.needNote),
		n.reviewMeeting(), n.reviewDigest(), n.retrospective(), n.snoozePostmortem(), n.markStep(),
		n.action("reopen", "Take up postmortems that were over", "", "tocsin postmortem reopen PM-3", nil),
	)
	n.flags(c)
	n.as(c)
	return c
}

func sayPostmortem(raw json.RawMessage) (string, error) {
	var p api.Postmortem
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", fmt.Errorf("the answer is not of this version's kind: %w; --json shows it", err)
	}
	text := fmt.Sprintf("%s %s", p.ID, stageOf(p))
	if p.Owner != "" {
		text += ", owned by " + p.Owner
	}
	return line(text + ": " + p.Title), nil
}

// stageOf is how far a postmortem is, in words.
func stageOf(p api.Postmortem) string { return strings.ReplaceAll(string(p.Stage), "_", " ") }

func (n *noun) assignPostmortem() *cobra.Command {
	var to string
	c := n.action("assign", "Hand postmortems to another owner, who is reminded from now on", "", "tocsin postmortem assign PM-3 --to darren",
		func() (map[string]any, error) {
			if to == "" {
				return nil, errors.New("say who owns it from now on, with --to USER")
			}
			return map[string]any{"owner": strings.TrimPrefix(to, "user:")}, nil
		})
	c.Flags().StringVar(&to, "to", "", "the user who owns it from now on")
	return c
}

func (n *noun) setSection() *cobra.Command {
	var text string
	c := &cobra.Command{
		Use:   "set-section REF SECTION [FILE|-]",
		Short: "Write a section",
		Long: `Writes a section: from FILE, from standard input with -, or with --text. It replaces what the section said. The standard
sections are ` + strings.Join(standardSections(), ",\n") + `.
Any other name makes a section of its own; an empty text clears a standard section and removes another.`,
		Example: "  tocsin postmortem set-section PM-3 root_causes causes.md\n  tocsin postmortem set-section PM-3 summary --text \"A full disk stopped checkout.\"",
		Args:    cobra.RangeArgs(2, 3),
		RunE: func(c *cobra.Command, args []string) error {
			given := c.Flags().Changed("text")
			switch {
			case given == (len(args) == 3):
				return errors.New("give the text either as a FILE (- is standard input) or with --text")
			case !given:
				data, err := readInput(n.stdio, args[2])
				if err != nil {
					return err
				}
				text = string(data)
			}
			return n.act(c.Context(), http.MethodPatch, "", args[:1], map[string]any{"sections": map[string]string{args[1]: text}})
		},
	}
	c.Flags().StringVar(&text, "text", "", "what it says: plain text or Markdown")
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}

func standardSections() (names []string) {
	for _, h := range postmortem.Standard() {
		names = append(names, h.Name)
	}
	return names
}
