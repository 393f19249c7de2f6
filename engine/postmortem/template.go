package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const (
	maxHeadings = 30
	maxGuidance = 4_000  // bytes of one section
	maxBegin    = 10_000 // bytes that one section begins with
)

// TemplateError says where a template is wrong: line and column count from 1, columns in characters.
type TemplateError struct {
	Line, Column int
	Reason       string
}

func (e *TemplateError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Reason) }

// ParseTemplate reads the outline of postmortems from a file of Markdown. Each heading of the second level is a section,
// under its title; {required} behind it says that it may not stay empty, {#name} how programs call it. Comments
// <!-- … --> are the guidance of their section, and the rest is what it begins with. A heading of the first level may
// stand before the first section. It fails with *TemplateError only.
func ParseTemplate(text string) ([]Heading, error) {
	p := templateParser{}
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		p.line++
		if err := p.take(strings.TrimSuffix(line, "\n")); err != nil {
			return nil, err
		}
	}
	if p.comment > 0 {
		return nil, &TemplateError{p.comment, p.column, "the comment is not closed: --> is missing"}
	}
	if len(p.list) == 0 {
		return nil, &TemplateError{max(1, p.line), 1, "there is no section: each begins with a heading of the second level, ## Impact"}
	}
	return p.list, p.end()
}

type templateParser struct {
	list            []Heading
	line            int
	comment, column int    // where the comment began that is open; 0 for none
	fence           string // the mark that ends the block of code that is open
}

func (p *templateParser) wrong(column int, format string, args ...any) error {
	return &TemplateError{p.line, column, fmt.Sprintf(format, args...)}
}

func (p *templateParser) take(line string) error {
	if p.comment == 0 {
		if mark := strings.TrimSpace(line); p.fence != "" {
			if mark == p.fence {
				p.fence = ""
			}
			return p.add(line + "\n")
		} else if strings.HasPrefix(mark, "```") || strings.HasPrefix(mark, "~~~") {
			p.fence = strings.Repeat(mark[:1], len(mark)-len(strings.TrimLeft(mark, mark[:1])))
			return p.add(line + "\n")
		}
		if title, ok := strings.CutPrefix(line, "## "); ok {
			return p.section(title)
		}
		if strings.HasPrefix(line, "# ") && len(p.list) == 0 {
			return nil
		}
	}
	return p.words(line)
}

// words sorts a line into comments and what the section begins with.
func (p *templateParser) words(line string) error {
	rest, text := line, ""
	commented := p.comment > 0
	for {
		if p.comment > 0 {
			inside, after, closes := strings.Cut(rest, "-->")
			if err := p.guide(inside); err != nil || !closes {
				return err
			}
			p.comment, rest = 0, after
			continue
		}
		before, after, opens := strings.Cut(rest, "<!--")
		text += before
		if !opens {
			break
		}
		commented = true
		p.comment, p.column = p.line, len([]rune(line))-len([]rune(after))-3
		rest = after
	}
	if commented && strings.TrimSpace(text) == "" {
		return nil
	}
	return p.add(text + "\n")
}

func (p *templateParser) last() *Heading { return &p.list[len(p.list)-1] }

func (p *templateParser) add(text string) error {
	if len(p.list) == 0 {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		return p.wrong(1, "there is text before the first section; a comment may stand here")
	}
	p.last().Text += text
	if len(p.last().Text) > maxBegin {
		return p.wrong(1, "section %q begins with more than %d bytes", p.last().Title, maxBegin)
	}
	return nil
}

func (p *templateParser) guide(text string) error {
	if text = strings.TrimSpace(text); len(p.list) == 0 || text == "" {
		return nil
	}
	h := p.last()
	h.Guidance = strings.TrimSpace(h.Guidance + "\n" + text)
	if len(h.Guidance) > maxGuidance {
		return p.wrong(1, "the guidance of section %q has more than %d bytes", h.Title, maxGuidance)
	}
	return nil
}

// end tidies what the latest section begins with.
func (p *templateParser) end() error {
	if len(p.list) > 0 {
		p.last().Text = strings.TrimSpace(p.last().Text)
	}
	return nil
}

// section begins a section: Impact {#impact required}.
func (p *templateParser) section(line string) error {
	if err := p.end(); err != nil {
		return err
	}
	const indent = len("## ")
	h := Heading{Title: strings.TrimSpace(line)}
	if title, attributes, ok := strings.Cut(line, "{"); ok {
		h.Title = strings.TrimSpace(title)
		column := indent + len([]rune(title)) + 1
		inside, after, closed := strings.Cut(attributes, "}")
		if !closed || strings.TrimSpace(after) != "" {
			return p.wrong(column, "write what belongs to a section at the end of its heading, as {required} or {#name required}")
		}
		for _, word := range strings.Fields(inside) {
			name, named := strings.CutPrefix(word, "#")
			switch {
			case word == "required":
				h.Required = true
			case named && name != "":
				h.Name = name
			default:
				return p.wrong(column, "%q is nothing that belongs to a section: required, or #name", word)
			}
		}
	}
	if h.Title == "" {
		return p.wrong(indent+1, "the section has no title")
	}
	if h.Name == "" {
		h.Name = nameOf(h.Title)
	}
	switch {
	case h.Name == "" || len(h.Name) > maxName || strings.Trim(h.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return p.wrong(indent+1, "%q is no name for a section: it has 1 to %d letters a to z, digits and _; give one as {#name}", h.Name, maxName)
	case slices.ContainsFunc(p.list, func(other Heading) bool { return other.Name == h.Name }):
		return p.wrong(indent+1, "the section %s is there twice", h.Name)
	case len(p.list) == maxHeadings:
		return p.wrong(indent+1, "there are more than %d sections", maxHeadings)
	}
	p.list = append(p.list, h)
	return nil
}

// nameOf is the name of a section by its title: that of the standard section, or the title with underscores.
func nameOf(title string) string {
	if name := Canonical(title); name != title {
		return name
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "_")
}
