package slack

import (
	"fmt"
	"strings"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

const (
	maxListed = 20  // alerts of a bundle
	maxEntry  = 140 // characters of each, so that all fit one section
	maxSaid   = maxSection - maxHeader - 10
)

// bundleBlocks lists a storm's alerts, worst first, with one button for all.
func bundleBlocks(m deliver.Message) (text string, blocks []api.Block) {
	text = fmt.Sprintf("%d alerts for you", len(m.Bundle))
	var list []string
	for _, a := range m.Bundle[:min(len(m.Bundle), maxListed)] {
		list = append(list, mrkdwn(marker(a)+" "+headline(a), maxEntry))
	}
	if more := len(m.Bundle) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	blocks = []api.Block{header(marker(m.Bundle[0]) + " " + text), section(strings.Join(list, "\n"))}
	if n := next(m); n != "" {
		blocks = append(blocks, contextLine("next", n))
	}
	if u := web(m.Link); u != "" {
		all := button(ActionOpen, "", "Acknowledge all").WithURL(u).WithStyle(api.StylePrimary)
		blocks = append(blocks, actions([]api.BlockElement{all}))
	}
	return text + ": " + list[0], blocks
}

// wordsBlocks is a notice or a reminder: a title, what is said, and where it leads.
func wordsBlocks(m deliver.Message) (text string, blocks []api.Block) {
	title := m.Title
	if title == "" && m.Alert != nil {
		title = marker(m.Alert) + " " + headline(m.Alert)
	}
	said := mrkdwn(m.Text, maxSaid)
	if t := mrkdwn(oneLine(title), maxHeader); t != "" {
		said = strings.TrimSpace("*" + t + "*\n" + said)
	}
	if said == "" {
		said = "–"
	}
	blocks = []api.Block{section(said)}
	if u := web(m.Link); u != "" {
		blocks = append(blocks, actions([]api.BlockElement{button(ActionOpen, "", "Open").WithURL(u)}))
	}
	return mrkdwn(strings.TrimSpace(oneLine(title+" "+m.Text)), maxField), blocks
}
