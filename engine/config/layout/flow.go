package layout

import "strings"

// flow reads what is in quotes or brackets, line by line.
type flow struct {
	depth int  // brackets that are open
	quote byte // the quote that is open; 0 when none is
}

// done says whether everything that was opened is closed.
func (f *flow) done() bool { return f.depth == 0 && f.quote == 0 }

// line lays out a line up to its end or to the end of the whole, and returns what is after that: nothing, or a comment.
func (f *flow) line(rest string) (text, after string) {
	var b strings.Builder
	last := byte(0) // the kind of the word before; 0 when there is none
	if f.quote != 0 {
		end := closing(rest, f.quote)
		if end < 0 {
			return rest, ""
		}
		b.WriteString(rest[:end])
		f.quote, last, rest = 0, '"', rest[end:]
	}
	for !f.done() || last == 0 {
		word := strings.TrimLeft(rest, blank)
		apart := len(word) < len(rest)
		if word == "" || word[0] == '#' && (apart || last == 0) {
			break
		}
		n := f.word(word, last)
		if last != 0 && spaced(last, word[0], n, apart) {
			b.WriteByte(' ')
		}
		b.WriteString(word[:n])
		rest, last = word[n:], kind(word[:n])
	}
	return b.String(), rest
}

// word is how long the next word is, which is opened or closed.
func (f *flow) word(text string, last byte) int {
	switch text[0] {
	case '{', '[':
		f.depth++
		return 1
	case '}', ']':
		f.depth--
		return 1
	case ',':
		return 1
	case ':':
		if len(text) == 1 || strings.IndexByte(" \t,[]{}", text[1]) >= 0 || last == '"' || last == '}' {
			return 1
		}
	case '"', '\'':
		end := closing(text[1:], text[0])
		if end < 0 {
			f.quote = text[0]
			return len(text)
		}
		return 1 + end
	}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case strings.IndexByte(",[]{}", c) >= 0,
			c == ':' && (i+1 == len(text) || strings.IndexByte(" \t,[]{}", text[i+1]) >= 0),
			c == '#' && isBlank(text[i-1]):
			return len(strings.TrimRight(text[:i], blank))
		}
	}
	return len(strings.TrimRight(text, blank))
}

// kind is what a word is to what follows it.
func kind(word string) byte {
	switch {
	case len(word) == 1 && strings.Contains("{[,:", word):
		return word[0]
	case word == "}" || word == "]":
		return '}'
	case word[0] == '"' || word[0] == '\'':
		return '"'
	}
	return 'x'
}

// spaced says whether there is a space before a word of n characters that begins with c.
func spaced(last, c byte, n int, apart bool) bool {
	switch {
	case last == '{' || last == '[':
		return false
	case c == ':' && n == 1:
		return false
	case c == ',' || c == '}' || c == ']':
		return last == ':' && apart
	case last == ',' || last == ':':
		return true
	}
	return apart
}
