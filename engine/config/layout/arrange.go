package layout

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// step is how much further to the right each level is.
const step = 2

// level is a mapping or a list that is open at a line.
type level struct {
	from, to int // the column, from 0, at which it was, and at which it is
	list     bool
}

// outside is the level around a whole document.
var outside = level{from: -1, to: -step}

// arranger lays out lines.
type arranger struct {
	lines  []string
	out    []string
	levels []level
	held   []string // blank lines and comments, until the place of what follows them is known
	cut    bool     // the last line has no line break, and with one a text at the end would say something else
}

// arrange lays out a text that is YAML. What it returns is not yet proven to say the same.
func arrange(text string) (string, error) {
	a := &arranger{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	for i, line := range a.lines {
		a.lines[i] = strings.TrimSuffix(line, "\r")
	}
	for i := 0; i < len(a.lines); {
		next, err := a.line(i)
		if err != nil {
			return "", fmt.Errorf("line %d: %w", i+1, err)
		}
		i = next
	}
	a.settle(a.levels, -1, 0)
	if len(a.out) == 0 {
		return "", nil
	}
	out := strings.Join(a.out, "\n")
	if a.cut && !strings.HasSuffix(text, "\n") {
		return out, nil
	}
	return out + "\n", nil
}

// line lays out what begins in a line, and returns the number of the line after it.
func (a *arranger) line(i int) (next int, err error) {
	line := a.lines[i]
	col := indent(line)
	rest := strings.TrimRight(line[col:], blank)
	switch {
	case rest == "" || rest[0] == '#':
		if rest != "" {
			rest = line[:col] + rest
		}
		a.held = append(a.held, rest)
		return i + 1, nil
	case isMark(line):
		return a.mark(i)
	case rest[0] == '?' && (len(rest) == 1 || isBlank(rest[1])):
		return 0, fmt.Errorf("keys that begin with a question mark are not laid out")
	}
	before := a.levels
	place := a.enter(col, rest)
	a.settle(before, col, place.to)
	return a.structure(i, place)
}

// structure lays out a line that begins at a place: dashes, a key and a value, each of which may be missing.
func (a *arranger) structure(i int, place level) (next int, err error) {
	line := a.lines[i]
	rest := line[place.from:]
	in := a.around(place.from)
	r := row{line: line, text: strings.Repeat(" ", place.to), shift: place.to - place.from}
	for isDash(rest) {
		in = place
		r.text += "-"
		if rest = strings.TrimLeft(rest[1:], blank); rest == "" || rest[0] == '#' {
			return i + 1, a.end(r, rest)
		}
		r.text += " "
		place = a.open(len(line)-len(rest), place.to+step, rest)
	}
	if key, value, ok := splitKey(rest); ok {
		in = place
		r.text += key + ":"
		if rest = strings.TrimLeft(value, blank); rest == "" || rest[0] == '#' {
			return i + 1, a.end(r, rest)
		}
		r.text += " "
	}
	return a.value(i, r, rest, in)
}

// enter is the place of a line that begins at a column: that of a level which is open there, or of what it begins.
func (a *arranger) enter(col int, rest string) level {
	list := isDash(rest)
	for len(a.levels) > 0 {
		top := a.top()
		if top.from < col || top.from == col && (list || !top.list) {
			break
		}
		a.levels = a.levels[: len(a.levels)-1 : len(a.levels)-1]
	}
	if top := a.top(); top.from == col && top.list == list {
		return top
	}
	return a.open(col, a.top().to+step, rest)
}

// open is a new place; where a mapping or a list begins there, it is a level from then on.
func (a *arranger) open(from, to int, rest string) level {
	_, _, key := splitKey(rest)
	l := level{from: from, to: to, list: isDash(rest)}
	if key || l.list {
		a.levels = append(a.levels, l)
	}
	return l
}

func (a *arranger) top() level {
	if n := len(a.levels); n > 0 {
		return a.levels[n-1]
	}
	return outside
}

// around is the innermost level that begins left of a column.
func (a *arranger) around(col int) level {
	for i := len(a.levels) - 1; i >= 0; i-- {
		if a.levels[i].from < col {
			return a.levels[i]
		}
	}
	return outside
}

// mark keeps a line that begins or ends a document, or is a directive.
func (a *arranger) mark(i int) (next int, err error) {
	line := a.lines[i]
	a.settle(a.levels, 0, 0)
	a.levels = nil
	rest := strings.TrimLeft(line[min(3, len(line)):], blank)
	if line[0] == '%' || rest == "" || rest[0] == '#' {
		a.out = append(a.out, strings.TrimRight(line, blank))
		return i + 1, nil
	}
	return 0, fmt.Errorf("what stands beside a document mark is not laid out")
}

// row is a line as it is laid out so far.
type row struct {
	line  string // as it was
	text  string
	shift int // how far it moves to the right
}

// end writes a row with the rest of its line: nothing, or a comment, which stays in its column beside those of the lines
// around it as far as it can.
func (a *arranger) end(r row, rest string) error {
	line, rest, text := strings.TrimRight(r.line, blank), strings.Trim(rest, blank), strings.TrimRight(r.text, " ")
	switch {
	case rest == "":
		a.out = append(a.out, text)
		return nil
	case rest[0] != '#':
		return fmt.Errorf("what %q belongs to is not clear", rest)
	}
	col := utf8.RuneCountInString(line[:len(line)-len(rest)]) + r.shift
	a.out = append(a.out, text+strings.Repeat(" ", max(1, col-utf8.RuneCountInString(text)))+rest)
	return nil
}
