package slacktest

import (
	"fmt"
	"net/url"
	"unicode/utf16"
)

// maxTexts is how many characters the blocks of a message hold together; Slack does not document it, and refuses what
// is above somewhere between 11,000 and 13,000 with msg_blocks_too_long.
const maxTexts = 11_000

// texts counts the characters of all that is shown.
func texts(v any) (n int) {
	switch v := v.(type) {
	case []map[string]any:
		for _, e := range v {
			n += texts(e)
		}
	case []any:
		for _, e := range v {
			n += texts(e)
		}
	case map[string]any:
		for name, e := range v {
			if text, ok := e.(string); ok && name == "text" {
				n += length(text)
			} else if !ok {
				n += texts(e)
			}
		}
	}
	return n
}

// checkBlocks says what Slack would find wrong with the blocks of a message, or "".
// Source: the limits in Slack's Block Kit reference.
func checkBlocks(blocks []map[string]any) string {
	if len(blocks) > 50 {
		return fmt.Sprintf("no more than 50 blocks are allowed, got %d", len(blocks))
	}
	if n := texts(blocks); n > maxTexts {
		return fmt.Sprintf("the blocks hold %d characters together", n)
	}
	ids := map[string]bool{}
	for i, b := range blocks {
		if id, ok := b["block_id"].(string); ok {
			if ids[id] || length(id) > 255 {
				return fmt.Sprintf("block_id %q is used twice or too long", id)
			}
			ids[id] = true
		}
		var why string
		switch b["type"] {
		case "header":
			why = checkText(b["text"], 150, "plain_text")
		case "section":
			why = checkSection(b)
		case "context":
			why = checkContext(b)
		case "actions":
			why = checkActions(b)
		case "divider":
		default:
			why = fmt.Sprintf("unsupported type %v", b["type"])
		}
		if why != "" {
			return fmt.Sprintf("%s [json-pointer:/blocks/%d]", why, i)
		}
	}
	return ""
}

func length(s string) int { return len(utf16.Encode([]rune(s))) }

func checkText(v any, limit int, kinds ...string) string {
	t, ok := v.(map[string]any)
	if !ok {
		return "missing text object"
	}
	known := false
	for _, k := range kinds {
		known = known || t["type"] == k
	}
	text, _ := t["text"].(string)
	switch {
	case !known:
		return fmt.Sprintf("text type %v, want one of %v", t["type"], kinds)
	case text == "":
		return "must be more than 0 characters"
	case length(text) > limit:
		return fmt.Sprintf("must be less than %d characters, has %d", limit+1, length(text))
	}
	return ""
}

func checkSection(b map[string]any) string {
	fields, hasFields := b["fields"].([]any)
	if _, ok := b["text"]; !ok && !hasFields {
		return "a section needs text or fields"
	}
	if _, ok := b["text"]; ok {
		if why := checkText(b["text"], 3000, "plain_text", "mrkdwn"); why != "" {
			return why
		}
	}
	if hasFields && (len(fields) == 0 || len(fields) > 10) {
		return fmt.Sprintf("a section has 1 to 10 fields, got %d", len(fields))
	}
	for _, f := range fields {
		if why := checkText(f, 2000, "plain_text", "mrkdwn"); why != "" {
			return why
		}
	}
	return ""
}

func checkContext(b map[string]any) string {
	elements, _ := b["elements"].([]any)
	if len(elements) == 0 || len(elements) > 10 {
		return fmt.Sprintf("a context has 1 to 10 elements, got %d", len(elements))
	}
	for _, e := range elements {
		if why := checkText(e, 3000, "plain_text", "mrkdwn"); why != "" {
			return why
		}
	}
	return ""
}

func checkActions(b map[string]any) string {
	elements, _ := b["elements"].([]any)
	if len(elements) == 0 || len(elements) > 25 {
		return fmt.Sprintf("actions have 1 to 25 elements, got %d", len(elements))
	}
	ids := map[string]bool{}
	for _, v := range elements {
		e, _ := v.(map[string]any)
		id, _ := e["action_id"].(string)
		value, hasValue := e["value"].(string)
		link, hasLink := e["url"].(string)
		style, hasStyle := e["style"].(string)
		u, err := url.Parse(link)
		switch {
		case e["type"] != "button":
			return fmt.Sprintf("unsupported element %v", e["type"])
		case id == "" || length(id) > 255 || ids[id]:
			return fmt.Sprintf("action_id %q is missing, too long or used twice", id)
		case hasValue && (value == "" || length(value) > 2000):
			return "value must have 1 to 2000 characters"
		case hasStyle && style != "primary" && style != "danger":
			return fmt.Sprintf("style %q", style)
		case hasLink && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || length(link) > 3000):
			return fmt.Sprintf("url %q is invalid", link)
		}
		ids[id] = true
		if why := checkText(e["text"], 75, "plain_text"); why != "" {
			return why
		}
	}
	return ""
}
