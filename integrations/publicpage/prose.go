package publicpage

import (
	"html/template"
	"regexp"
	"strings"
)

// address is an http or https URL in a text. What commonly ends a sentence does not belong to it.
var address = regexp.MustCompile(`https?://[^\s<>"']+`)

// prose is a plain text as HTML: paragraphs and line breaks as written, and http and https addresses as links. Everything
// else is shown as it is.
func prose(text string) template.HTML {
	var out strings.Builder
	for _, paragraph := range strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); paragraph == "" {
			continue
		}
		out.WriteString("<p>")
		for i, line := range strings.Split(paragraph, "\n") {
			if i > 0 {
				out.WriteString("<br>")
			}
			linked(&out, line)
		}
		out.WriteString("</p>")
	}
	return template.HTML(out.String())
}

func linked(out *strings.Builder, line string) {
	for {
		at := address.FindStringIndex(line)
		if at == nil {
			out.WriteString(template.HTMLEscapeString(line))
			return
		}
		url := strings.TrimRight(line[at[0]:at[1]], ".,;:!?)]}*_")
		out.WriteString(template.HTMLEscapeString(line[:at[0]]))
		safe := template.HTMLEscapeString(url)
		out.WriteString(`<a rel="nofollow noopener" href="` + safe + `">` + safe + `</a>`)
		line = line[at[0]+len(url):]
	}
}
