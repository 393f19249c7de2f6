package ical

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// property is one content line (RFC 5545 section 3.1).
type property struct {
	name   string // upper case
	params map[string]string
	value  string
	line   int
}

// lines unfolds a calendar and calls f with each content line and the number of the line where it begins.
func lines(text []byte, f func(line int, content string)) {
	var current []byte
	begins := 0
	flush := func() {
		if len(current) > 0 && len(current) <= maxLine {
			f(begins, strings.ToValidUTF8(string(current), "\uFFFD"))
		}
		current = current[:0]
	}
	for number := 1; len(text) > 0; number++ {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && begins > 0 {
			if len(current) <= maxLine {
				current = append(current, line[1:]...)
			}
			continue
		}
		flush()
		current, begins = append(current, line...), number
	}
	flush()
}

var errLine = errors.New("not a content line: NAME;PARAMETER=VALUE:VALUE")

// parseLine takes a content line apart. Of a parameter given several times the last one counts.
func parseLine(content string, number int) (property, error) {
	p := property{line: number}
	end := strings.IndexAny(content, ":;")
	if end <= 0 {
		return p, errLine
	}
	p.name = strings.ToUpper(content[:end])
	for content[end] == ';' {
		content = content[end+1:]
		name, rest, ok := strings.Cut(content, "=")
		if !ok {
			return p, errLine
		}
		value, after := paramValue(rest)
		if after == len(rest) {
			return p, errLine
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[strings.ToUpper(name)] = value
		content, end = rest, after
	}
	if content[end] != ':' {
		return p, errLine
	}
	p.value = content[end+1:]
	return p, nil
}

// paramValue reads the value of a parameter, quotes removed, and returns where it ends.
func paramValue(s string) (value string, end int) {
	quoted := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case (c == ':' || c == ';') && !quoted:
			return strings.ReplaceAll(s[:i], `"`, ""), i
		}
	}
	return "", len(s)
}

var unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\;`, ";", `\,`, ",")

// escape writes a text value: specials escaped, control characters dropped.
func escape(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		switch {
		case r == '\\' || r == ';' || r == ',':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' && r != '\t' || r == 0x7f:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fold writes a content line in lines of at most 75 octets, never through a letter.
func fold(b *bytes.Buffer, content string) {
	room := 75
	for len(content) > room {
		cut := room
		for !utf8.RuneStart(content[cut]) {
			cut--
		}
		b.WriteString(content[:cut])
		b.WriteString("\r\n ")
		content, room = content[cut:], 74
	}
	b.WriteString(content)
	b.WriteString("\r\n")
}
