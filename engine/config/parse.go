package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// The limits of a file.
const (
	maxFile  = 8 << 20   // bytes of one file
	maxDepth = 64        // lists and mappings within each other
	maxNodes = 1_000_000 // values of one file, aliases counted as often as they are used
)

// parse reads the documents of a file. It reports the syntax errors, and returns what could be read.
func (l *loader) parse(src *source, data string) []*node {
	if at := invalidUTF8(data); at >= 0 {
		l.syntax(position{src, 1 + strings.Count(data[:at], "\n"), 1}, "the file is not UTF-8 text", "")
		return nil
	}
	if line := tooDeep(data); line > 0 {
		l.syntax(position{src, line, 1}, fmt.Sprintf("lists and mappings are more than %d deep", maxDepth), "")
		return nil
	}
	file, err := parseYAML(data)
	if err != nil {
		l.reportSyntax(src, err)
		return nil
	}
	c := &converter{loader: l, src: src, anchors: map[string]ast.Node{}, open: map[string]bool{}}
	var docs []*node
	for _, doc := range file.Docs {
		if n := c.convert(doc.Body, 0); n.kind != nothing {
			docs = append(docs, n)
		}
	}
	return docs
}

// parseYAML turns a panic of the YAML parser, which it has had for odd input, into an error.
func parseYAML(data string) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, errors.New("this cannot be read as YAML")
		}
	}()
	return parser.ParseBytes([]byte(data), 0, parser.AllowDuplicateMapKey())
}

func (l *loader) reportSyntax(src *source, err error) {
	var bad *yaml.SyntaxError
	if !errors.As(err, &bad) || bad.Token == nil {
		l.syntax(position{src, 0, 0}, "this cannot be read as YAML", "")
		return
	}
	hint := ""
	switch {
	case strings.Contains(bad.Message, "tab character"):
		hint = "indent with spaces"
	case strings.Contains(string(src.line(bad.Token.Position.Line)), "{{"):
		hint = "put text with {{ }} in it in quotes"
	case strings.Contains(bad.Message, "must be specified"):
		hint = "within brackets, put text that has a comma or a bracket in it in quotes"
	case strings.Contains(bad.Message, "mapping value is not allowed") && src.deeper(bad.Token.Position.Line):
		hint = "the next line is further to the right, as if it were a part of this text; begin it below the key that it belongs beside"
	case strings.Contains(bad.Message, "mapping value is not allowed"):
		hint = "put a text that has a colon at its end, or before a space, in quotes, such as store: \"mem:\""
	}
	l.syntax(position{src, bad.Token.Position.Line, bad.Token.Position.Column}, "YAML syntax: "+bad.Message, hint)
}

// syntax reports an error that leaves the rest of the file unread.
func (l *loader) syntax(at position, message, hint string) {
	at.src.opaque = true
	l.broken = true
	l.report(Error, at, "", message, hint)
}

func invalidUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}

// tooDeep returns the line in which values are certainly nested too deeply, 0 if none is. It keeps the parser,
// which is recursive, from input made to exhaust it; converter counts exactly. Brackets within text
// count, so the limit is generous.
func tooDeep(data string) int {
	const limit = 16 * maxDepth
	depth, n := 0, 0
	for line := range strings.SplitSeq(data, "\n") {
		n++
		depth += strings.Count(line, "[") + strings.Count(line, "{") - strings.Count(line, "]") - strings.Count(line, "}")
		depth = max(depth, 0)
		marks := len(line) - len(strings.TrimLeft(line, " -?!&"))
		if depth > limit || marks > limit {
			return n
		}
	}
	return 0
}
