package layout

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// value lays out the value that the rest of line i is or begins with, within a level, and returns the number of the line
// after it.
func (a *arranger) value(i int, r row, rest string, in level) (next int, err error) {
	for {
		word, n := property(rest)
		if n == 0 {
			break
		}
		r.text += word
		if rest = rest[n:]; rest == "" || rest[0] == '#' {
			return i + 1, a.end(r, rest)
		}
		r.text += " "
	}
	switch rest[0] {
	case '|', '>':
		return a.block(i, r, rest, in)
	case '"', '\'', '[', '{':
		return a.enclosed(i, r, rest, in)
	}
	return a.plain(i, r, rest, in)
}

// deeper is where a further line of a value goes: as far as its first line, but at least one step into the level.
func deeper(col, shift int, in level) int { return max(col+shift, in.to+step) }

// plain lays out a text without quotes, which may go on in lines that are further to the right than the level.
func (a *arranger) plain(i int, r row, rest string, in level) (next int, err error) {
	for {
		end := behind(rest)
		r.text += rest[:end]
		if err := a.end(r, rest[end:]); err != nil {
			return 0, err
		}
		i++
		next = i
		for next < len(a.lines) && strings.Trim(a.lines[next], blank) == "" {
			next++
		}
		if strings.Trim(rest[end:], blank) != "" || next == len(a.lines) {
			return i, nil
		}
		line := a.lines[next]
		col := indent(line)
		if col <= in.from || line[col] == '#' || isMark(line) {
			return i, nil
		}
		for ; i < next; i++ {
			a.out = append(a.out, "") // a line break of the text
		}
		rest = strings.TrimLeft(line, blank)
		to := deeper(col, r.shift, in)
		r = row{line: line, text: strings.Repeat(" ", to), shift: r.shift}
	}
}

// enclosed lays out what is in quotes or brackets, which may go on over several lines.
func (a *arranger) enclosed(i int, r row, rest string, in level) (next int, err error) {
	var f flow
	for {
		text, after := f.line(rest)
		r.text += text
		if f.quote != 0 {
			a.out = append(a.out, r.text) // with the white space at its end, which is a matter of the quotes
		} else if err := a.end(r, after); err != nil {
			return 0, err
		}
		i++
		if f.done() {
			return i, nil
		}
		for ; i < len(a.lines) && strings.Trim(a.lines[i], blank) == ""; i++ {
			if n := len(a.out); f.quote != 0 || a.out[n-1] != "" {
				a.out = append(a.out, "")
			}
		}
		if i == len(a.lines) {
			return 0, errors.New("its end is missing")
		}
		line := a.lines[i]
		col := indent(line)
		rest = strings.TrimLeft(line, blank)
		to := deeper(col, r.shift, in)
		if f.quote == 0 && (rest[0] == ']' || rest[0] == '}') && col <= in.from {
			to = max(0, in.to)
		}
		r = row{line: line, text: strings.Repeat(" ", to), shift: r.shift}
	}
}

// blockHead is the first line of a text whose lines are kept: its sign, how line breaks at its end count, and how
// far its lines are to the right where they do not say that themselves.
var blockHead = regexp.MustCompile(`^[|>](?:([+-])?([1-9])?|([1-9])([+-]))(?:$|[ \t])`)

// block lays out a text whose lines are kept. The lines move as one.
func (a *arranger) block(i int, r row, rest string, in level) (next int, err error) {
	head := blockHead.FindStringSubmatch(rest)
	if head == nil {
		return 0, errors.New("the head of the text is not understood")
	}
	sign := strings.TrimRight(head[0], blank)
	r.text += sign
	if err := a.end(r, rest[len(sign):]); err != nil {
		return 0, err
	}
	keep := head[1]+head[4] == "+"
	from, to := -1, max(0, in.to)+step
	if digit := head[2] + head[3]; digit != "" {
		n, err := strconv.Atoi(digit)
		if err != nil {
			return 0, err
		}
		from, to = max(0, in.from)+n, max(0, in.to)+n
	}
	for i++; i < len(a.lines); i++ {
		line := a.lines[i]
		col := indent(line)
		switch empty := strings.Trim(line, " ") == ""; {
		case empty && (from < 0 || col <= from):
			a.out = append(a.out, "")
			continue
		case !empty && (col <= in.from || isMark(line)):
			a.close(keep)
			return i, nil
		case from < 0:
			from = col
		}
		if col < from {
			return 0, errors.New("a line of the text begins left of the first")
		}
		a.out = append(a.out, strings.Repeat(" ", to)+line[from:])
	}
	a.cut = head[1]+head[4] != "-" && strings.Trim(a.lines[i-1], blank) != ""
	a.close(keep)
	return i, nil
}

// close ends a text whose lines are kept: blank lines at its end are between it and what follows, unless they are part of it.
func (a *arranger) close(keep bool) {
	if keep {
		return
	}
	n := len(a.out)
	a.out = trimEnd(a.out)
	if len(a.out) < n {
		a.held = append(a.held, "")
	}
}
