package layout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/config/layout"
)

// writer writes random YAML in odd ways, as people do.
type writer struct {
	t    *rapid.T
	b    strings.Builder
	keys int
}

func (w *writer) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.t, "one") }

func (w *writer) gap() string { return w.one(" ", " ", "  ", "     ") }

func (w *writer) key() string {
	w.keys++
	return fmt.Sprintf(w.one("key%d", "key%d", `"a b%d"`, "'c: d%d'", "e#%d"), w.keys)
}

// endLine ends a line, after which there may be blank lines and comments.
func (w *writer) endLine(indent int) {
	w.b.WriteString(w.one("", "", "  ", "\t", " # a remark", "     # another: {one"))
	w.b.WriteString(w.one("\n", "\n", "\n", "\r\n"))
	for range rapid.IntRange(0, 2).Draw(w.t, "more") {
		w.b.WriteString(w.one("\n", "   \n", strings.Repeat(" ", indent)+"# beside\n", "# left - x: y\n", strings.Repeat(" ", indent+3)+"#right\n"))
	}
}

func (w *writer) scalar() string {
	return w.one("5", "text", "two  words", `"q: {x}"`, "'it''s # no'", "a:b", "http://x/#y", "*ref", "true", `"esc \" # "`, "x{y}", "-1", "${NAME}")
}

func (w *writer) flow(depth int) string {
	if depth == 0 || rapid.Bool().Draw(w.t, "leaf") {
		return w.one("5", "text", "two  words", `"q: {x}, ["`, "'it''s'", "a:b", "http://x/y", "*ref")
	}
	var parts []string
	mapping := rapid.Bool().Draw(w.t, "mapping")
	for range rapid.IntRange(0, 3).Draw(w.t, "n") {
		part := w.flow(depth - 1)
		if mapping {
			part = w.key() + w.one(":", " :") + w.gap() + part
		}
		parts = append(parts, w.one("", " ")+part+w.one("", " "))
	}
	text := strings.Join(parts, ","+w.one("", " ", "   "))
	if mapping {
		return "{" + text + "}"
	}
	return "[" + text + "]"
}

// block writes the value of a key or of an item in a level at indent.
func (w *writer) block(indent, depth int) {
	deeper := indent + rapid.IntRange(1, 5).Draw(w.t, "deeper")
	pad := strings.Repeat(" ", deeper)
	switch w.one("scalar", "scalar", "flow", "literal", "folded", "plain", "quoted", "mapping", "list", "anchor", "lines") {
	case "flow":
		w.b.WriteString(w.gap() + w.flow(2))
		w.endLine(indent)
	case "literal":
		w.b.WriteString(w.gap() + w.one("|", "|-", "|+", "|", ">", ">-") + "\n" + pad + w.one("one", "# one", "- one") + "\n" + w.one("", "\n", pad+"  in\n") + pad + "two: x \n")
	case "folded":
		w.b.WriteString(w.gap() + ">-   # why\n" + pad + "one\n" + pad + "two\n\n\n")
	case "plain":
		w.b.WriteString(w.gap() + "one\n" + pad + "two\n" + w.one("", "\n") + pad + "  three")
		w.endLine(indent)
	case "quoted":
		w.b.WriteString(w.gap() + "\"one\n" + pad + "two # \n" + w.one("", "\n") + pad + "three\"")
		w.endLine(indent)
	case "lines":
		w.b.WriteString(w.gap() + "[a,\n" + pad + "{b: c},# no\n" + pad + "d # yes\n" + pad + "]")
		w.endLine(indent)
	case "mapping":
		if depth > 0 {
			w.endLine(deeper)
			w.mapping(deeper, depth-1, false)
			return
		}
		w.b.WriteString(w.gap() + "{}\n")
	case "list":
		if depth > 0 {
			w.endLine(deeper)
			w.list(deeper, depth-1)
			return
		}
		w.b.WriteString(w.gap() + "[]\n")
	case "anchor":
		w.b.WriteString(w.gap() + "&ref " + w.gap() + "text")
		w.endLine(indent)
	default:
		w.b.WriteString(w.gap() + w.scalar())
		w.endLine(indent)
	}
}

func (w *writer) mapping(indent, depth int, begun bool) {
	for i := range rapid.IntRange(1, 3).Draw(w.t, "keys") {
		if i > 0 || !begun {
			w.b.WriteString(strings.Repeat(" ", indent))
		}
		w.b.WriteString(w.key() + w.one(":", ":", " :"))
		if depth > 0 && w.one("", "", "flat") == "flat" {
			w.b.WriteString("\n")
			w.list(indent, depth-1)
			continue
		}
		w.block(indent, depth)
	}
}

func (w *writer) list(indent, depth int) {
	for range rapid.IntRange(1, 3).Draw(w.t, "items") {
		w.b.WriteString(strings.Repeat(" ", indent) + "-")
		if depth > 0 && w.one("", "mapping") == "mapping" {
			gap := w.gap()
			w.b.WriteString(gap)
			w.mapping(indent+1+len(gap), depth-1, true)
			continue
		}
		w.block(indent, depth)
	}
}

// comments are the comments of a text, as another reader than ours finds them.
func comments(text string) (list []string) {
	for _, t := range lexer.Tokenize(text) {
		if t.Type == token.CommentType {
			list = append(list, strings.TrimSpace(t.Value))
		}
	}
	return list
}

// What another reader finds in a text is the same before and after: values, comments, the order of keys. What is laid out
// stays as it is.
func TestNothingButWhiteSpaceChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{t: t}
		w.b.WriteString("first: &ref x\n")
		w.mapping(0, 3, false)
		before := w.b.String()
		after, err := layout.Format("x.yaml", before)
		if syntax := (*layout.Syntax)(nil); errors.As(err, &syntax) {
			t.Skip("the reader of YAML refuses it")
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, before)
		}
		var a, b yaml.MapSlice
		if err := yaml.Unmarshal([]byte(before), &a); err != nil {
			t.Skip("another reader refuses it")
		}
		if err := yaml.Unmarshal([]byte(after), &b); err != nil {
			t.Fatalf("%v\n%s\n%s", err, before, after)
		}
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatalf("other values\n%s\n%s\n%s", diff, before, after)
		}
		if x, y := comments(before), comments(after); !slices.Equal(x, y) {
			t.Fatalf("other comments\n%s\n%s\n%s", cmp.Diff(x, y), before, after)
		}
		if again, err := layout.Format("x.yaml", after); err != nil || again != after {
			t.Fatalf("%v: laid out again it differs\n%s", err, cmp.Diff(after, again))
		}
	})
}

// Whatever the input, there is a layout that says the same, or an error.
func FuzzFormat(f *testing.F) {
	for _, seed := range []string{"a: 1\n", "- {a: b}\n", "a: |\n  x\n", "# x\n", "a: 'x\n  y'\n", "? a\n: b\n", "a: &x [1,\n 2]\nb: *x", "--- |\n x\n", "a:\t1\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := layout.Format("x.yaml", text)
		if err != nil {
			return
		}
		if again, err := layout.Format("x.yaml", out); err != nil || again != out {
			t.Errorf("%v: %q becomes %q and then %q", err, text, out, again)
		}
	})
}
