package slack

import api "github.com/slack-go/slack"

// The blocks that messages are made of. What is given to them is escaped and bounded already.

func header(text string) api.Block {
	return api.NewHeaderBlock(&api.TextBlockObject{Type: api.PlainTextType, Text: plain(text, maxHeader)})
}

func section(text string) api.Block { return api.NewSectionBlock(markup(text), nil, nil) }

func field(name, value string) *api.TextBlockObject {
	if value == "" {
		value = "–"
	}
	return markup("*" + name + "*\n" + value)
}

func contextLine(id, text string) api.Block { return api.NewContextBlock(id, markup(text)) }

// markup is verbatim: Slack then follows what is written as <…> and makes no mentions of other text.
func markup(text string) *api.TextBlockObject {
	return &api.TextBlockObject{Type: api.MarkdownType, Text: text, Verbatim: true}
}

func actions(list []api.BlockElement) api.Block {
	if len(list) == 0 {
		return nil
	}
	return api.NewActionBlock("tocsin", list...)
}

func button(action, value, label string) *api.ButtonBlockElement {
	return api.NewButtonBlockElement(action, value, &api.TextBlockObject{Type: api.PlainTextType, Text: label})
}
