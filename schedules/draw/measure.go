package draw

import (
	"unicode"

	"golang.org/x/text/width"
)

// cells is how many columns of a terminal a letter takes: two in East Asian scripts and for emoji, none for an accent that
// stands on the letter before it. In a picture it is about as many letters wide.
func cells(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cellsOf is how many columns a text takes.
func cellsOf(s string) (n int) {
	for _, r := range s {
		n += cells(r)
	}
	return n
}

// cut returns as much of the beginning of a text as fits into so many columns.
func cut(s string, columns int) string {
	for i, r := range s {
		if columns -= cells(r); columns < 0 {
			return s[:i]
		}
	}
	return s
}

// shorten cuts a text to so many columns, the last of which is then an ellipsis; where there are very few, they all are
// its beginning.
func shorten(s string, columns int) string {
	switch {
	case cellsOf(s) <= columns:
		return s
	case columns <= 4:
		return cut(s, columns)
	}
	return cut(s, columns-1) + "…"
}
