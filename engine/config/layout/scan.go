package layout

import "strings"

// blank are the characters of white space within a line.
const blank = " \t"

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// indent is how many spaces a line begins with.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// isMark says whether a line begins or ends a document, or is a directive.
func isMark(line string) bool {
	mark, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	return mark == "---" || mark == "..." || strings.HasPrefix(line, "%")
}

// isDash says whether a text begins with the dash of a list.
func isDash(text string) bool {
	return text != "" && text[0] == '-' && (len(text) == 1 || isBlank(text[1]))
}

// splitKey parts the key that a text begins with from what is behind its colon.
func splitKey(text string) (key, rest string, ok bool) {
	i := 0
	for { // anchors and tags before the key
		_, n := property(text[i:])
		if n == 0 || i+n == len(text) {
			break
		}
		i += n
	}
	if i == len(text) || strings.IndexByte("[{#|>%@`", text[i]) >= 0 {
		return "", "", false
	}
	if text[i] == '"' || text[i] == '\'' {
		end := closing(text[i+1:], text[i])
		if end < 0 {
			return "", "", false
		}
		key = text[:i+1+end]
		rest = strings.TrimLeft(text[len(key):], blank)
		if rest == "" || rest[0] != ':' || len(rest) > 1 && !isBlank(rest[1]) {
			return "", "", false
		}
		return key, rest[1:], true
	}
	for ; i < len(text); i++ {
		switch {
		case text[i] == '#' && i > 0 && isBlank(text[i-1]):
			return "", "", false
		case text[i] == ':' && (i+1 == len(text) || isBlank(text[i+1])):
			return strings.TrimRight(text[:i], blank), text[i+1:], true
		}
	}
	return "", "", false
}

// property is the anchor or tag that a text begins with, and how long it is with the white space behind it.
func property(text string) (word string, n int) {
	if text == "" || text[0] != '&' && text[0] != '!' {
		return "", 0
	}
	end := strings.IndexAny(text, blank)
	if end < 0 {
		end = len(text)
	}
	return text[:end], len(text) - len(strings.TrimLeft(text[end:], blank))
}

// closing is the length of the quoted text that goes on in text, its closing quote included; -1 if that is not in it.
func closing(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return -1
}

// behind is where a comment begins in a text, with the white space before it; the length of the text if there is none.
func behind(text string) int {
	for i := range len(text) {
		if text[i] == '#' && i > 0 && isBlank(text[i-1]) {
			return len(strings.TrimRight(text[:i], blank))
		}
	}
	return len(strings.TrimRight(text, blank))
}
