package slack

import (
	"regexp"
	"strings"
)

var marked = regexp.MustCompile(`<([@#!]?)([^>|]*)(?:\|([^>]*))?>`)

// spoken is a message of Slack as people read it: mentions by name, links with their address, and no escapes.
func spoken(text string, nameOf func(member string) string) string {
	text = marked.ReplaceAllStringFunc(text, func(mark string) string {
		part := marked.FindStringSubmatch(mark)
		kind, target, label := part[1], part[2], part[3]
		switch {
		case kind == "@":
			return "@" + nameOf(target)
		case kind == "#" && label != "":
			return "#" + label
		case kind == "#":
			return "#" + target
		case kind == "!" && label != "": // a date, a group
			return label
		case kind == "!":
			return "@" + target
		case label != "" && label != target:
			return label + " (" + target + ")"
		}
		return target
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
