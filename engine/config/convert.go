package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// converter makes nodes of one file's syntax tree.
type converter struct {
	*loader
	src     *source
	anchors map[string]ast.Node
	open    map[string]bool // the aliases that are being followed
	nodes   int
}

func (c *converter) at(t *token.Token) position {
	return position{c.src, t.Position.Line, t.Position.Column}
}

func (c *converter) convert(y ast.Node, depth int) *node {
	if y == nil {
		return &node{}
	}
	n := &node{at: c.at(y.GetToken())}
	if c.nodes++; c.nodes > maxNodes || depth > maxDepth {
		if c.nodes == maxNodes+1 || depth == maxDepth+1 {
			c.syntax(n.at, fmt.Sprintf("the file is too large: %d values, %d deep, are the most", maxNodes, maxDepth), "")
		}
		return n
	}
	switch y := y.(type) {
	case *ast.AnchorNode:
		c.anchors[name(y.Name)] = y.Value
		return c.follow(name(y.Name), y.Value, depth)
	case *ast.AliasNode:
		return c.alias(y, depth)
	case *ast.TagNode:
		return c.tag(y, depth)
	case *ast.MappingNode:
		n.kind = mapping
		if y.Start != nil && y.Start.Value == "{" {
			n.at = c.at(y.Start)
		} else if len(y.Values) > 0 {
			n.at = c.at(y.Values[0].Key.GetToken())
		}
		for _, v := range y.Values {
			c.add(n, v, depth)
		}
	case *ast.MappingValueNode:
		n.kind, n.at = mapping, c.at(y.Key.GetToken())
		c.add(n, y, depth)
	case *ast.SequenceNode:
		n.kind = list
		for _, v := range y.Values {
			n.items = append(n.items, c.convert(v, depth+1))
		}
	default:
		c.scalar(n, y)
	}
	return n
}

// name is that of an anchor or alias.
func name(n ast.Node) string {
	if n == nil {
		return ""
	}
	return n.GetToken().Value
}

func (c *converter) alias(y *ast.AliasNode, depth int) *node {
	n := &node{kind: broken, at: c.at(y.GetToken())}
	target := name(y.Value)
	value, ok := c.anchors[target]
	if !ok || c.open[target] {
		c.report(Error, n.at, "", fmt.Sprintf("there is no anchor &%s that ends before this", target), "")
		return n
	}
	return c.follow(target, value, depth)
}

// follow converts what an anchor stands on, in which the anchor itself means nothing.
func (c *converter) follow(anchor string, value ast.Node, depth int) *node {
	c.open[anchor] = true
	defer delete(c.open, anchor)
	return c.convert(value, depth)
}

func (c *converter) tag(y *ast.TagNode, depth int) *node {
	n := c.convert(y.Value, depth)
	switch tag := y.GetToken().Value; {
	case tag == "!!str" && n.scalar():
		n.kind = text
	case !strings.HasPrefix(tag, "!!"):
		c.report(Error, c.at(y.GetToken()), "", fmt.Sprintf("the tag %s means nothing here", tag), "leave it out")
	}
	return n
}

// add adds one key with its value; << adds those of another mapping that are not there.
func (c *converter) add(n *node, y *ast.MappingValueNode, depth int) {
	if y.Key.IsMergeKey() {
		c.merge(n, c.convert(y.Value, depth+1))
		return
	}
	key := y.Key.GetToken()
	if explicit, ok := y.Key.(*ast.MappingKeyNode); ok && explicit.Value != nil {
		key = explicit.Value.GetToken()
	}
	e := entry{key: key.Value, at: c.at(key), value: c.convert(y.Value, depth+1)}
	first := n.entry(e.key)
	if first != nil && first.merged {
		*first = e
		return
	}
	if first != nil {
		if looksSecret(e.key) {
			e.value.hide()
		}
		c.report(Error, e.at, "", fmt.Sprintf("%q is here twice; the first is in line %d", e.key, first.at.line), "keep one")
		return
	}
	n.entries = append(n.entries, e)
}

func (c *converter) merge(n, from *node) {
	switch from.kind {
	case mapping:
		for _, e := range from.entries {
			if n.entry(e.key) == nil {
				e.merged = true
				n.entries = append(n.entries, e)
			}
		}
	case list:
		for _, item := range from.items {
			c.merge(n, item)
		}
	default:
		c.report(Error, from.at, "", "<< needs a mapping, such as *name", "")
	}
}

// scalar fills a node with a scalar of the file.
func (c *converter) scalar(n *node, y ast.Node) {
	switch y := y.(type) {
	case *ast.StringNode:
		n.kind, n.raw = text, y.Value
		switch y.Token.Type {
		case token.DoubleQuoteType:
			n.escapes = '"'
		case token.SingleQuoteType:
			n.escapes = '\''
		}
	case *ast.LiteralNode:
		n.kind, n.raw, n.at = text, y.Value.Value, c.at(y.Start)
		n.escapes = rune(y.Start.Value[0])
	case *ast.IntegerNode:
		n.kind, n.raw = integer, y.Token.Value
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		n.kind, n.raw = number, y.GetToken().Value
	case *ast.BoolNode:
		n.kind, n.raw = boolean, y.Token.Value
	case *ast.NullNode:
	default:
		c.report(Error, n.at, "", "this cannot be used here", "")
	}
	n.text = n.raw
	if n.kind == text && n.escapes == 0 {
		c.tabs(n)
	}
	c.expand(n)
}

// tabs reports a tab within a text without quotes, which the reader of YAML leaves out: what is before and after it would
// become one word. Tabs before the text are no part of it.
func (c *converter) tabs(n *node) {
	line := c.src.line(n.at.line)
	for n.at.col <= len(line) && n.at.col > 0 && line[n.at.col-1] == '\t' {
		n.at.col++
	}
	if _, ok := n.locate(len([]rune(n.raw))); ok || n.at.col > len(line) {
		return
	}
	rest := line[n.at.col-1:]
	first, _, _ := strings.Cut(n.raw, " ")
	if tab := slices.Index(rest, '\t'); tab >= 0 && strings.HasPrefix(strings.ReplaceAll(string(rest), "\t", ""), first) {
		c.report(Error, position{c.src, n.at.line, n.at.col + tab}, "", "a tab within text that has no quotes", "write a space, or put the text in quotes")
		n.kind = broken
	}
}
