package config

import (
	"slices"
	"strings"
	"unicode"
)

// mask is what is printed in place of a secret.
const mask = "***"

// The limits of what is shown, in characters: how much of a line, and of how long a line anything at all.
const (
	maxShown = 160
	maxLine  = 20_000
)

// source is the text of one file, and which parts of it are never shown.
type source struct {
	name   string
	lines  [][]rune
	hidden map[int][]span // by line, from 1
	opaque bool           // could not be read, so that which values are secrets goes by the looks of the lines
}

// span is a stretch of one line, columns from 1, to excluded.
type span struct{ from, to int }

// position is a place in a file.
type position struct {
	src       *source
	line, col int // from 1
}

func newSource(name, text string) *source {
	s := &source{name: name, hidden: map[int][]span{}}
	for line := range strings.SplitSeq(text, "\n") {
		s.lines = append(s.lines, []rune(strings.TrimSuffix(line, "\r")))
	}
	return s
}

// line returns a line, empty if there is none.
func (s *source) line(n int) []rune {
	if n < 1 || n > len(s.lines) {
		return nil
	}
	return s.lines[n-1]
}

// hide keeps what is written from one place to another from being shown.
func (s *source) hide(from, to position) {
	for n := from.line; n <= min(to.line, len(s.lines)); n++ {
		part := span{1, len(s.line(n)) + 1}
		if n == from.line {
			part.from = from.col
		} else {
			part.from += indentOf(s.line(n))
		}
		if n == to.line {
			part.to = to.col
		}
		if part.from < part.to {
			s.hidden[n] = append(s.hidden[n], part)
		}
	}
}

// show returns a line as it may be shown, and where in it a column is.
func (s *source) show(n, col int) (shown string, caret int) {
	line := s.line(n)
	if len(line) > maxLine {
		return "", 0
	}
	hidden := s.hidden[n]
	if s.opaque {
		hidden = append(slices.Clone(hidden), s.suspect(n)...)
	}
	var out []rune
	caret = -1
	for i := 0; i <= len(line); i++ {
		if i+1 == col {
			caret = len(out) + 1
		}
		if i == len(line) {
			break
		}
		if at := slices.IndexFunc(hidden, func(h span) bool { return h.from <= i+1 && i+1 < h.to }); at >= 0 {
			if caret < 0 && col > i+1 && col < hidden[at].to {
				caret = len(out) + 1
			}
			out = append(out, []rune(mask)...)
			i = hidden[at].to - 2
			continue
		}
		out = append(out, printable(line[i]))
	}
	if caret < 0 {
		caret = len(out) + 1
	}
	return clip(out, caret)
}

// clip leaves of a long line what is around the caret.
func clip(line []rune, caret int) (string, int) {
	if start := caret - 1 - maxShown/2; len(line) > maxShown && start > 0 {
		line, caret = append([]rune("…"), line[start:]...), caret-start+1
	}
	if len(line) > maxShown {
		line = append(line[:maxShown-1:maxShown-1], '…')
	}
	return strings.TrimRight(string(line), " \t"), caret
}

// deeper says whether the line after line n begins further to the right and is a key with its value.
func (s *source) deeper(n int) bool {
	next := s.line(n + 1)
	return indentOf(next) > indentOf(s.line(n)) && slices.Contains(next, ':')
}

func printable(r rune) rune {
	if r == '\t' || unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

func indentOf(line []rune) int {
	for i, r := range line {
		if r != ' ' && r != '\t' {
			return i
		}
	}
	return len(line)
}
