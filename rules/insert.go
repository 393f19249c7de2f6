package rules

import "strings"

const opens, closes = "{{", "}}"

// Piece is a part of a text with expressions in it: as it is, or what is between {{ and }}.
type Piece struct {
	Text   string
	Insert bool // Text is an expression
	Offset int  // in characters, where Text begins
}

// Cut finds the expressions in a text. It does not compile them.
func Cut(source string) ([]Piece, *Problem) {
	const literally = `for the characters themselves write {{ "{{" }}`
	var pieces []Piece
	for at := 0; at < len(source); {
		open := strings.Index(source[at:], opens)
		if open < 0 {
			return append(pieces, Piece{Text: source[at:], Offset: runes(source[:at])}), nil
		}
		if open > 0 {
			pieces = append(pieces, Piece{Text: source[at : at+open], Offset: runes(source[:at])})
		}
		from := at + open + len(opens)
		end := endOfExpression(source[from:])
		if end < 0 {
			return nil, &Problem{Offset: runes(source[:at+open]), Message: "{{ is not closed by }}", Hint: literally}
		}
		insert := source[from : from+end]
		if strings.TrimSpace(insert) == "" {
			return nil, &Problem{Offset: runes(source[:from]), Message: "there is nothing between {{ and }}", Hint: literally}
		}
		pieces = append(pieces, Piece{Text: insert, Insert: true, Offset: runes(source[:from])})
		at = from + end + len(closes)
	}
	return pieces, nil
}

// endOfExpression is where }} closes an expression: not within a text of it, nor within braces of its own. It is -1
// where nothing does.
func endOfExpression(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\'', '`':
			length := lengthOfText(s[i:])
			if length < 0 {
				return -1
			}
			i += length - 1
		case '{':
			depth++
		case '}':
			if depth == 0 && strings.HasPrefix(s[i:], closes) {
				return i
			}
			depth--
		}
	}
	return -1
}

// lengthOfText is how long the quoted text is that s begins with; -1 if it does not end.
func lengthOfText(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i + 1
		case s[i] == '\\' && s[0] != '`':
			i++
		}
	}
	return -1
}
