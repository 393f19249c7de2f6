package demo

import (
	"html"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

// place is a channel or a direct message, with what was said there.
type place struct {
	Title    string
	Messages []message
}

// message is one as the page shows it.
type message struct {
	At, Who string
	Person  bool
	Edits   int
	Body    template.HTML
	ts      string
}

// places are all conversations, that of the incident first.
func (s *stage) places() []place {
	s.Helper()
	channel := s.channel()
	all := []place{{Title: "#" + channel.Name}}
	at := map[string]int{channel.ID: 0}
	put := func(id, title string, m message) {
		i, known := at[id]
		if !known {
			i, at[id] = len(all), len(all)
			all = append(all, place{Title: title})
		}
		all[i].Messages = append(all[i].Messages, m)
	}
	for _, m := range s.slack.Messages() {
		title := m.Asked
		if who, ok := nameOf[m.Asked]; ok {
			title = "To " + who
		}
		put(m.Channel, title, message{posted(m.TS), "Tocsin", false, m.Edits, shown(m), m.TS})
	}
	for _, m := range s.said {
		put(m.Channel, "", message{posted(m.TS), nameOf[m.User], true, 0, template.HTML("<p>" + html.EscapeString(m.Text) + "</p>"), m.TS})
	}
	for _, p := range all {
		slices.SortStableFunc(p.Messages, func(a, b message) int { return strings.Compare(a.ts, b.ts) })
	}
	return all
}

func posted(ts string) string {
	whole, _, _ := strings.Cut(ts, ".")
	seconds, _ := strconv.ParseInt(whole, 10, 64)
	return time.Unix(seconds, 0).UTC().Format(moment)
}

// shown is a message of the app as HTML: the blocks that Tocsin uses.
func shown(m slacktest.Message) template.HTML {
	var b strings.Builder
	for _, block := range m.Blocks {
		switch block["type"] {
		case "header":
			b.WriteString("<h3>" + text(block["text"]) + "</h3>")
		case "section":
			if t := text(block["text"]); t != "" {
				b.WriteString("<p>" + t + "</p>")
			}
			if fields, ok := block["fields"].([]any); ok {
				b.WriteString("<dl>")
				for _, f := range fields {
					b.WriteString("<div>" + strings.Replace(text(f), "\n", "<br>", 1) + "</div>")
				}
				b.WriteString("</dl>")
			}
		case "context":
			b.WriteString(`<p class="soft">` + joined(block, "", "") + "</p>")
		case "actions":
			b.WriteString(joined(block, `<span class="button">`, "</span>"))
		}
	}
	if len(m.Blocks) == 0 {
		b.WriteString("<p>" + markup(m.Text) + "</p>")
	}
	return template.HTML(b.String())
}

func joined(block map[string]any, before, after string) (all string) {
	elements, _ := block["elements"].([]any)
	for _, e := range elements {
		of, _ := e.(map[string]any)
		if inner, ok := of["text"].(map[string]any); ok { // a button's
			e = inner
		}
		all += before + text(e) + after
	}
	return all
}

// text is a text object as HTML.
func text(v any) string {
	object, _ := v.(map[string]any)
	s, _ := object["text"].(string)
	if object["type"] == "plain_text" {
		return html.EscapeString(s)
	}
	return markup(s)
}

var (
	date   = regexp.MustCompile(`<!date\^(\d+)\^[^|>]*\|[^>]*>`)
	anchor = regexp.MustCompile(`<(https?://[^|>]+)\|([^>]*)>`)
	bare   = regexp.MustCompile(`<(https?://[^|>]+)>`)
	bold   = regexp.MustCompile(`\*([^*\n]+)\*`)
	code   = regexp.MustCompile("`([^`\n]+)`")
)

// markup makes HTML of Slack's own, in which &, < and > of texts are escaped already.
func markup(s string) string {
	s = date.ReplaceAllStringFunc(s, func(token string) string { return "<time>" + posted(date.FindStringSubmatch(token)[1]) + "</time>" })
	s = bold.ReplaceAllString(s, "<b>$1</b>")
	s = code.ReplaceAllString(s, "<code>$1</code>")
	s = anchor.ReplaceAllString(s, `<a href="$1">$2</a>`)
	return bare.ReplaceAllString(s, `<a href="$1">$1</a>`)
}
