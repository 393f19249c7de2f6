package export

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"strings"
)

// Picture is a picture of the incident: a chart, a screen. Pages hold it; other formats name it.
type Picture struct {
	Name string // of its file
	Note string // what it shows
	Type string // image/png, image/jpeg, image/gif or image/webp
	Data []byte
}

// illustrate adds the pictures to a document.
func (d *document) illustrate(pictures []Picture, incident string) {
	d.pictures = pictures
	var lines []string
	for _, p := range pictures {
		lines = append(lines, fmt.Sprintf("- %s", escape(strings.Join(filled(p.Name, p.Note), ": "))))
	}
	if len(lines) > 0 {
		d.add("Pictures", "Attached to "+incident+":", strings.Join(lines, "\n"))
	}
}

// figures writes the pictures into a page.
func (d document) figures(b *strings.Builder) {
	for _, p := range d.pictures {
		caption := html.EscapeString(clean(cmp.Or(p.Note, p.Name)))
		fmt.Fprintf(b, "<figure><img alt=\"%s\" src=\"data:%s;base64,%s\"><figcaption>%s</figcaption></figure>\n",
			caption, html.EscapeString(p.Type), base64.StdEncoding.EncodeToString(p.Data), caption)
	}
}
