package export

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// clean is a text without what XML cannot hold: most control characters, and what is no UTF-8.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}

// oneLine is Markdown that stays within its line.
func oneLine(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }

// cell is Markdown within a cell of a table.
func cell(text string) string { return strings.ReplaceAll(oneLine(text), "|", `\|`) }

// escape is a plain text as Markdown within its line.
func escape(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// markdown is the document as one file of Markdown.
func (d document) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", escape(d.title))
	if len(d.facts) > 0 {
		b.WriteString("\n| | |\n|---|---|\n")
		for _, f := range d.facts {
			fmt.Fprintf(&b, "| %s | %s |\n", escape(f[0]), escape(f[1]))
		}
	}
	for _, p := range d.parts {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", escape(p.title), closed(p.text))
	}
	return b.String()
}

// closed ends a fence that the text leaves open, so that it does not swallow the sections after it.
func closed(text string) string {
	fence := ""
	for line := range strings.Lines(text) {
		mark := fenceOf(line)
		switch {
		case fence == "":
			fence = mark
		case mark != "" && mark[0] == fence[0] && len(mark) >= len(fence) && strings.TrimSpace(line) == mark:
			fence = ""
		}
	}
	if fence != "" {
		return text + "\n" + fence
	}
	return text
}

// fenceOf is the mark with which a line begins or ends a block of code, "" for none.
func fenceOf(line string) string {
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) > 3 || len(text) == 0 || text[0] != '`' && text[0] != '~' {
		return ""
	}
	mark := text[:len(text)-len(strings.TrimLeft(text, text[:1]))]
	if len(mark) < 3 {
		return ""
	}
	return mark
}
