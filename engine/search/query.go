package search

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a query may be.
const (
	maxQuery   = 1000 // bytes
	maxClauses = 32
	maxPhrase  = 32 // words
	minPrefix  = 3  // characters before a *
)

// BadQuery says what a query cannot mean.
type BadQuery struct{ Text, Hint string }

func (b *BadQuery) Error() string { return b.Text }

func bad(hint, format string, args ...any) error {
	return &BadQuery{fmt.Sprintf(format, args...), hint}
}

// Query is what is searched for; all of its clauses must be met. The zero Query is met by everything.
type Query struct{ clauses []clause }

// Empty reports whether nothing is asked for.
func (q Query) Empty() bool { return len(q.clauses) == 0 }

// clause is a word, a phrase, or a facet.
type clause struct {
	not    bool
	facet  string   // with values; "" for words
	values []string // one of them is enough
	part   Part     // of words; parts for any
	stems  []string // one after the other
	prefix string   // what the only word begins with; "" for whole words. stems are then those that do not begin so themselves
}

// Where names a facet that must have one of some values.
func (q *Query) Where(what string, values ...string) {
	c := clause{facet: what}
	for _, v := range values {
		c.values = append(c.values, strings.ToLower(v))
	}
	q.clauses = append(q.clauses, c)
}

var facetNames = []string{service, tag, team, priority, status, user, label}

// Parse reads a query: words, all of which must be there in any of their English forms; "phrases"; begin*; -what must
// not be there; and FIELD:what, where the field is a part of the record (title, summary, description, section, cause,
// lesson, action, timeline) or something that it has (service, tag, team, priority, status, user, label). It fails
// with *BadQuery.
func Parse(text string) (q Query, err error) {
	if len(text) > maxQuery {
		return q, bad("leave out what is not needed", "the query has %d bytes, %d are possible", len(text), maxQuery)
	}
	if !utf8.ValidString(text) {
		return q, bad("", "the query is not UTF-8")
	}
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return q, nil
		}
		if len(q.clauses) == maxClauses {
			return q, bad("leave out what is not needed", "the query asks for more than %d things", maxClauses)
		}
		var c clause
		if c, text, err = parseClause(text); err != nil {
			return Query{}, err
		}
		q.clauses = append(q.clauses, c)
	}
}

func parseClause(text string) (c clause, rest string, err error) {
	c.part = parts
	if after, ok := strings.CutPrefix(text, "-"); ok {
		c.not, text = true, after
	}
	field, value, named := strings.Cut(text, ":")
	if named = named && field != "" && strings.IndexFunc(field, func(r rune) bool { return !unicode.IsLetter(r) }) < 0; named {
		text = value
		if err := c.field(strings.ToLower(field)); err != nil {
			return c, "", err
		}
	}
	value, rest, quoted, err := parseValue(text)
	if err != nil {
		return c, "", err
	}
	if c.facet != "" {
		if value = strings.TrimSpace(value); value == "" {
			return c, "", bad("write "+c.facet+":VALUE without a space", "%s: has no value", c.facet)
		}
		c.values = []string{strings.ToLower(value)}
		return c, rest, nil
	}
	return c, rest, c.words(value, quoted)
}

// field says where a clause looks.
func (c *clause) field(name string) error {
	if slices.Contains(facetNames, name) {
		c.facet = name
		return nil
	}
	for i, col := range columns {
		if col.name == name {
			c.part = Part(i)
			return nil
		}
	}
	var known []string
	for _, col := range columns {
		known = append(known, col.name)
	}
	return bad("fields are "+strings.Join(append(known, facetNames...), ", ")+`; a text with a colon is written "in quotes"`, "there is no field %q", clip(name))
}

// parseValue reads a word, or a phrase in quotes.
func parseValue(text string) (value, rest string, quoted bool, err error) {
	if after, ok := strings.CutPrefix(text, `"`); ok {
		value, rest, ok = strings.Cut(after, `"`)
		if !ok {
			return "", "", true, bad("close it, or leave the quote out", "the quote before %q is not closed", clip(after))
		}
		return value, rest, true, nil
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '"' }); i >= 0 {
		return text[:i], text[i:], false, nil
	}
	return text, "", false, nil
}

// words takes what must be there. Signs only part words: db-1 is db followed by 1.
func (c *clause) words(value string, quoted bool) error {
	if !quoted {
		switch value {
		case "AND", "OR", "NOT":
			return bad(`all words must be there; -word must not; in quotes, "`+value+`" is a word`, "%s is not possible", value)
		}
		if begin, ok := strings.CutSuffix(value, "*"); ok {
			if utf8.RuneCountInString(begin) < minPrefix || len(wordsOf(begin)) != 1 || strings.ContainsAny(begin, "*?") {
				return bad(fmt.Sprintf("write at least %d letters of one word before it: conn*", minPrefix), "%q begins with too little", clip(value))
			}
			c.prefix = fold(begin[wordsOf(begin)[0].from:wordsOf(begin)[0].to])
			c.stems = stemsFrom(c.prefix)
			return nil
		}
		if strings.Contains(value, "*") {
			return bad("* is possible at the end of a word only: conn*", "%q has a * within", clip(value))
		}
	}
	switch c.stems = stemsOf(value); {
	case len(c.stems) == 0:
		return bad("write letters or digits", "there is no word in %q", clip(value))
	case len(c.stems) > maxPhrase:
		return bad("leave out what is not needed", "a phrase has %d words, %d are possible", len(c.stems), maxPhrase)
	}
	return nil
}

// match writes a clause of words for FTS5. What it quotes has letters and digits only.
func (c clause) match() string {
	text := `"` + strings.Join(c.stems, " ") + `"`
	if c.prefix != "" {
		text = `("` + c.prefix + `"*`
		for _, s := range c.stems {
			text += ` OR "` + s + `"`
		}
		text += ")"
	}
	if c.part < parts {
		text = columns[c.part].name + " : " + text
	}
	return text
}

func clip(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}
