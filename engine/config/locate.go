package config

import "strings"

// cursor reads the characters of a scalar as they are written in the file.
type cursor struct {
	position
	strip int // white space at the start of further lines that is not part of a block scalar; -1 for all of it
}

// locate returns where in the file a character of the scalar's raw text is, by its number from 0; the number
// of characters gives its end. It returns the start of the scalar, and false, where it cannot tell.
func (n *node) locate(offset int) (position, bool) {
	c := cursor{position: n.at, strip: -1}
	switch n.escapes {
	case '"', '\'':
		c.col++
	case '|', '>':
		c.newline()
		// A text that says how far it is indented (|2) may begin with spaces of its own.
		c.strip = c.col - 1 - indentOf([]rune(n.raw))
		c.col = c.strip + 1
	}
	for i, r := range []rune(n.raw) {
		if i == offset {
			c.settle(r, n.escapes)
			return c.position, true
		}
		if !c.pass(r, n.escapes) {
			return n.at, false
		}
	}
	return c.position, true
}

// newline moves to the first character of the next line that has any.
func (c *cursor) newline() {
	c.line, c.col = c.line+1, 1
	indent := indentOf(c.src.line(c.line))
	if c.strip >= 0 {
		indent = min(indent, c.strip)
	}
	c.col += indent
}

func (c *cursor) rune(ahead int) rune {
	line := c.src.line(c.line)
	if i := c.col - 1 + ahead; i < len(line) {
		return line[i]
	}
	return '\n'
}

func (c *cursor) end() bool { return c.line > len(c.src.lines) }

// settle moves over line breaks that stand for no character of the text.
func (c *cursor) settle(r, quote rune) {
	if quote == 0 || quote == '>' {
		for r != '\n' && r != ' ' && c.rune(0) == '\n' && !c.end() {
			c.newline()
		}
	}
}

// pass moves over the character r of the text, and says whether it is there.
func (c *cursor) pass(r, quote rune) bool {
	c.settle(r, quote)
	at := c.rune(0)
	switch {
	case c.end():
		return r == '\n' // that closes the last line of a block
	case quote == '\'' && r == '\'' && at == '\'' && c.rune(1) == '\'':
		c.col += 2
	case quote == '"' && at == '\\':
		return c.escape(r)
	case at == '\n' && (r == '\n' || r == ' '):
		c.newline()
		for quote != '|' && c.rune(0) == '\n' && !c.end() {
			c.newline()
		}
	case at == r:
		c.col++
	case r == ' ' && (at == '\t' || at == '\r'):
		c.col++
	default:
		return false
	}
	return true
}

// escapeLengths is how many hexadecimal digits follow some escapes.
var escapeLengths = map[rune]int{'x': 2, 'u': 4, 'U': 8}

// escape moves over an escape sequence of a double-quoted scalar.
func (c *cursor) escape(r rune) bool {
	kind := c.rune(1)
	if kind == '\n' {
		c.newline()
		return c.pass(r, '"')
	}
	if strings.ContainsRune(`"\/`, kind) && kind != r {
		return false
	}
	c.col += 2 + escapeLengths[kind]
	return true
}
