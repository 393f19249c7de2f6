package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says whether a problem keeps the configuration from being used.
type Severity int

// The severities.
const (
	Error   Severity = iota // the configuration cannot be used
	Warning                 // it can, and probably does not do what was meant
)

// Problem is one thing wrong with a configuration.
type Problem struct {
	Severity Severity
	File     string // as it was named to Load; empty for a File that was not loaded
	Line     int    // from 1; 0 when the problem is the file itself
	Col      int    // from 1, in characters
	Path     string // such as users[2].email; empty for syntax errors
	Message  string
	Hint     string // what to do about it; may be empty

	at    position
	shown string // the line, secrets masked
	caret int    // the column in shown, from 1
}

// OneLine gives the problem on one line: "file:line:col: message; hint".
func (p Problem) OneLine() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
		if p.Line > 0 {
			fmt.Fprintf(&b, "%d:%d:", p.Line, p.Col)
		}
		b.WriteString(" ")
	} else if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	if p.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	return b.String()
}

// String gives the problem with the line it is in, and a caret under the place.
func (p Problem) String() string {
	if p.shown == "" {
		return p.OneLine()
	}
	return p.OneLine() + "\n    " + p.shown + "\n    " + under(p.shown, p.caret) + "^"
}

// Source is the line that the problem is in, secrets masked and what is far from the place cut off, and where in it the
// place is, in characters from 1; empty and 0 where there is no line to show.
func (p Problem) Source() (line string, caret int) {
	if p.shown == "" {
		return "", 0
	}
	return p.shown, p.caret
}

// Problems are in the order of the files, and within one of lines and columns.
type Problems []Problem

// Err is nil if no problem is an error, and otherwise says all of them.
func (ps Problems) Err() error {
	if errs := ps.Errors(); len(errs) > 0 {
		return invalid(errs)
	}
	return nil
}

// Errors are those that keep the configuration from being used.
func (ps Problems) Errors() Problems { return ps.of(Error) }

// Warnings are the others.
func (ps Problems) Warnings() Problems { return ps.of(Warning) }

func (ps Problems) of(s Severity) Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Severity != s })
}

// String gives every problem with its line, for people.
func (ps Problems) String() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

// sort puts the problems into the order in which files were read.
func (ps Problems) sort(order []string) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.File), slices.Index(order, b.File)),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Severity, b.Severity), strings.Compare(a.Message, b.Message))
	})
}

// once leaves one of several problems that say the same of the same place, such as of an anchor that is used twice. They are
// in order.
func (ps Problems) once() Problems {
	return slices.CompactFunc(ps, func(a, b Problem) bool {
		return a.Line > 0 && a.at == b.at && a.Severity == b.Severity && a.Message == b.Message && a.Hint == b.Hint
	})
}

// invalid is a configuration's errors as one error.
type invalid Problems

func (e invalid) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.OneLine()
	}
	return strings.Join(lines, "\n")
}
