package export

import (
	_ "embed"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

//go:embed page.css
var style string

// html is the document as one page, without scripts, and without anything that a browser would load.
func (d document) html() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="referrer" content="no-referrer">
<title>%s</title>
<style>
%s</style>
</head>
<body>
<main>
`, html.EscapeString(d.title), style)
	if err := d.body(&b, renderers{}); err != nil {
		return "", err
	}
	d.figures(&b)
	b.WriteString("</main>\n</body>\n</html>\n")
	return b.String(), nil
}

// body writes the title, the facts and the sections. Each section is rendered on its own, so that what one leaves open
// ends with it.
func (d document) body(b *strings.Builder, own renderers) error {
	if !own.confluence {
		fmt.Fprintf(b, "<h1>%s</h1>\n", html.EscapeString(d.title))
	}
	if len(d.facts) > 0 {
		b.WriteString("<table>\n<tbody>\n")
		for _, f := range d.facts {
			fmt.Fprintf(b, "<tr><th>%s</th><td>%s</td></tr>\n", html.EscapeString(clean(f[0])), html.EscapeString(clean(f[1])))
		}
		b.WriteString("</tbody>\n</table>\n")
	}
	md := own.markdown()
	for _, p := range d.parts {
		fmt.Fprintf(b, "<h2>%s</h2>\n", html.EscapeString(clean(p.title)))
		if err := md.Convert([]byte(p.text), b); err != nil {
			return fmt.Errorf("section %q: %w", p.title, err)
		}
	}
	return nil
}

// Fragment is Markdown of people as a part of a page: no HTML of theirs gets into it, and it loads nothing.
func Fragment(text string) (string, error) {
	var b strings.Builder
	if err := (renderers{}).markdown().Convert([]byte(clean(text)), &b); err != nil {
		return "", fmt.Errorf("a text cannot be rendered: %w", err)
	}
	return b.String(), nil
}

func (own renderers) markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify),
		goldmark.WithRendererOptions(goldhtml.WithXHTML(), renderer.WithNodeRenderers(util.Prioritized(own, 0))),
	)
}

// renderers are what is written otherwise than goldmark does: HTML of people is shown, not obeyed; headings go below
// those of the sections; nothing is loaded from elsewhere, so that an image is a link, or what Confluence has for one.
type renderers struct{ confluence bool }

// RegisterFuncs is called by goldmark.
func (own renderers) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHTMLBlock, own.htmlBlock)
	r.Register(ast.KindRawHTML, own.rawHTML)
	r.Register(ast.KindHeading, own.heading)
	r.Register(ast.KindImage, own.image)
	if own.confluence {
		r.Register(ast.KindFencedCodeBlock, own.code)
		r.Register(ast.KindCodeBlock, own.code)
	}
}

func linesOf(n ast.Node, source []byte) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(source))
	}
	return b.String()
}

func (renderers) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.HTMLBlock)
	if entering {
		text := linesOf(n, source)
		if n.HasClosure() {
			text += string(n.ClosureLine.Value(source))
		}
		fmt.Fprintf(w, "<p>%s</p>\n", html.EscapeString(strings.TrimSpace(text)))
	}
	return ast.WalkSkipChildren, nil
}

func (renderers) rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		segments := node.(*ast.RawHTML).Segments
		for i := range segments.Len() {
			segment := segments.At(i)
			_, _ = w.WriteString(html.EscapeString(string(segment.Value(source)))) // a BufWriter keeps its error for the end
		}
	}
	return ast.WalkSkipChildren, nil
}

func (renderers) heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	level := min(6, node.(*ast.Heading).Level+2)
	if entering {
		fmt.Fprintf(w, "<h%d>", level)
	} else {
		fmt.Fprintf(w, "</h%d>\n", level)
	}
	return ast.WalkContinue, nil
}

func (own renderers) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	alt := html.EscapeString(plain(n, source))
	address := html.EscapeString(string(util.URLEscape(n.Destination, false)))
	switch {
	case goldhtml.IsDangerousURL(n.Destination):
		_, _ = w.WriteString(alt)
	case own.confluence:
		fmt.Fprintf(w, `<ac:image ac:alt="%s"><ri:url ri:value="%s" /></ac:image>`, alt, address)
	default:
		fmt.Fprintf(w, `<a href="%s">%s</a>`, address, alt)
	}
	return ast.WalkSkipChildren, nil
}

// plain is the text of a node without its marks.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(source))
		} else {
			b.WriteString(plain(c, source))
		}
	}
	return b.String()
}
