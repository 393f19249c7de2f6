package config

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// under is the white space that leads to a column of line, from 1, as wide as what it stands under: tabs are kept, and a
// character that takes two columns of a terminal (Unicode's East Asian Width) or none gets as many.
func under(line string, col int) string {
	var b strings.Builder
	for _, r := range line {
		if col--; col < 1 {
			break
		}
		switch {
		case r == '\t':
			b.WriteRune(r)
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case isWide(r):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func isWide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}
