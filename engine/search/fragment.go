package search

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxFragments = 3   // of a record
	maxFragment  = 200 // bytes, about
	lead         = 40  // bytes before the first word that is marked, about
)

// Fragment is a piece of a record in which words of a query are.
type Fragment struct {
	Where string    // see Passage
	At    time.Time // of a line of a timeline
	Runs  []Run     // one after the other they are its text
}

// Run is a piece of text, marked where it is what was searched for.
type Run struct {
	Text string
	Mark bool
}

// Fragments are the best pieces of a record for a query: those in which most of it is, in the parts that count most.
// There is none for a query without words.
func (q Query) Fragments(d Doc) []Fragment {
	type found struct {
		fragment Fragment
		score    float64
	}
	var list []found
	for _, p := range d.Passages {
		marks, clauses := q.marks(p)
		if clauses == 0 {
			continue
		}
		list = append(list, found{Fragment{p.Where, p.At, cut(p.Text, marks)}, float64(clauses) * columns[p.In].weight})
	}
	slices.SortStableFunc(list, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	var out []Fragment
	for _, f := range list[:min(len(list), maxFragments)] {
		out = append(out, f.fragment)
	}
	return out
}

// marks are the words of a passage that a query asks for, in their order, and how many of its clauses they meet.
func (q Query) marks(p Passage) (marks []word, clauses int) {
	words := wordsOf(p.Text)
	hit := make([]bool, len(words))
	for _, c := range q.clauses {
		if c.not || c.facet != "" || c.part != parts && c.part != p.In {
			continue
		}
		met := false
		for i := range words {
			if n := c.length(p.Text, words[i:]); n > 0 {
				met = true
				for k := range n {
					hit[i+k] = true
				}
			}
		}
		if met {
			clauses++
		}
	}
	for i, w := range words {
		if hit[i] {
			marks = append(marks, w)
		}
	}
	return marks, clauses
}

// length is how many of the words, from the first one on, are what a clause asks for; 0 for none.
func (c clause) length(text string, words []word) int {
	if c.prefix != "" {
		if slices.Contains(c.stems, words[0].stem) || strings.HasPrefix(words[0].stem, c.prefix) || strings.HasPrefix(fold(text[words[0].from:words[0].to]), c.prefix) {
			return 1
		}
		return 0
	}
	if len(words) < len(c.stems) {
		return 0
	}
	for i, s := range c.stems {
		if words[i].stem != s {
			return 0
		}
	}
	return len(c.stems)
}

// cut takes a piece around the first mark, at the ends of words, on one line.
func cut(text string, marks []word) []Run {
	from, to := 0, len(text)
	if first := marks[0].from; first > lead {
		from = boundary(text, first-lead)
	}
	if to-from > maxFragment {
		to = max(boundary(text, from+maxFragment), marks[0].to)
	}
	var runs []Run
	add := func(piece string, mark bool) {
		if piece = plain(piece); piece != "" {
			runs = append(runs, Run{piece, mark})
		}
	}
	if from > 0 {
		add("…", false)
	}
	at := from
	for _, m := range marks {
		if m.to > to {
			break
		}
		add(text[at:m.from], false)
		add(text[m.from:m.to], true)
		at = m.to
	}
	add(text[at:to], false)
	if to < len(text) {
		add("…", false)
	}
	return runs
}

// boundary is the end of a word near a place in a text, and not within a character.
func boundary(text string, at int) int {
	if i := strings.LastIndexAny(text[:at], " \t\n"); i >= 0 && at-i < longest {
		return i + 1
	}
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// plain puts a piece on one line; the spaces at its ends stay, for they part words.
func plain(piece string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, piece)
}
