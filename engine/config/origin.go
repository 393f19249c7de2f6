package config

import (
	"strings"
)

// origin is where a File comes from.
type origin struct {
	tree    *node
	files   []string          // in the order in which they were read
	faults  map[position]bool // the places where errors were found on reading
	secrets []string          // every value that is never shown
	broken  bool              // a file could not be read, so what it would define is missing
}

// shortest is the length from which on a secret is looked for in messages; shorter ones may be ordinary words.
const shortest = 8

// finish puts problems in order, adds the lines that they are in, and takes secrets out of what they say.
func (o *origin) finish(problems Problems) Problems {
	var pairs []string
	for _, s := range o.secrets {
		if len(s) >= shortest {
			pairs = append(pairs, s, mask)
		}
	}
	scrub := strings.NewReplacer(pairs...)
	for i := range problems {
		p := &problems[i]
		p.Message, p.Hint = scrub.Replace(p.Message), scrub.Replace(p.Hint)
		if src := p.at.src; src != nil {
			p.File, p.Line, p.Col = src.name, p.at.line, p.at.col
			p.shown, p.caret = src.show(p.Line, p.Col)
		}
	}
	problems.sort(o.files)
	return problems
}
