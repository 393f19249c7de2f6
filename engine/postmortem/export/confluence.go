package export

import (
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// confluence is the document as the body of a page of Confluence, in its storage format: XHTML with elements of its
// own in the name spaces ac and ri. The title of the page is set apart from it, and so is not in it.
//
// https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html
func (d document) confluence() (string, error) {
	var b strings.Builder
	if err := d.body(&b, renderers{confluence: true}); err != nil {
		return "", err
	}
	return b.String(), nil
}

// code is a block of code as the macro that Confluence has for it.
func (renderers) code(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString(`<ac:structured-macro ac:name="code">`) // a BufWriter keeps its error for the end
	if fenced, ok := node.(*ast.FencedCodeBlock); ok && len(fenced.Language(source)) > 0 {
		fmt.Fprintf(w, `<ac:parameter ac:name="language">%s</ac:parameter>`, html.EscapeString(string(fenced.Language(source))))
	}
	text := strings.ReplaceAll(linesOf(node, source), "]]>", "]]]]><![CDATA[>")
	fmt.Fprintf(w, "<ac:plain-text-body><![CDATA[%s]]></ac:plain-text-body></ac:structured-macro>\n", text)
	return ast.WalkSkipChildren, nil
}
