package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// kind is the shape of a node.
type kind int

const (
	nothing kind = iota // null
	text
	integer
	number
	boolean
	list
	mapping
	broken // something is there, and what is wrong with it was reported
)

var kindNames = [...]string{"nothing", "text", "a whole number", "a number", "true or false", "a list", "a mapping", "nothing"}

func (k kind) String() string { return kindNames[k] }

// node is a value of a file with its place: YAML with anchors, aliases and ${NAME} resolved.
type node struct {
	kind kind
	at   position
	path string

	raw      string // the scalar as written, quotes and escapes undone
	text     string // the same with ${NAME} replaced
	expanded bool   // text is not raw
	escapes  rune   // the quote that the scalar is in; 0 when plain

	items   []*node
	entries []entry // in the order of the file
}

// entry is a key of a mapping with its value.
type entry struct {
	key    string
	at     position
	value  *node
	merged bool // by <<, so that the mapping's own key of this name replaces it
}

func (n *node) scalar() bool { return n.kind >= text && n.kind <= boolean }

// entry returns the entry of a key, nil if there is none.
func (n *node) entry(key string) *entry {
	if i := slices.IndexFunc(n.entries, func(e entry) bool { return e.key == key }); i >= 0 {
		return &n.entries[i]
	}
	return nil
}

// place sets the paths of the node and of everything in it.
func (n *node) place(path string) {
	n.path = path
	for i, item := range n.items {
		item.place(fmt.Sprintf("%s[%d]", path, i))
	}
	for _, e := range n.entries {
		e.value.place(strings.TrimPrefix(path+"."+e.key, "."))
	}
}

// find returns the node of a path such as users[2].email or teams[west].routes[0], or the innermost node
// around it that there is. An index may be the name of the item.
func (n *node) find(path string) *node {
	for _, key := range strings.Split(path, ".") {
		key, indexes, _ := strings.Cut(key, "[")
		next := n
		if e := n.entry(key); e != nil {
			next = e.value
		} else if key != "" {
			return n
		}
		for index := range strings.SplitSeq(strings.TrimSuffix(indexes, "]"), "][") {
			if indexes == "" {
				break
			}
			item := next.item(index)
			if item == nil {
				return next
			}
			next = item
		}
		if next.kind == nothing {
			return n
		}
		n = next
	}
	return n
}

func (n *node) item(index string) *node {
	if i, err := strconv.Atoi(index); err == nil {
		if i >= 0 && i < len(n.items) {
			return n.items[i]
		}
		return nil
	}
	for _, item := range n.items {
		if e := item.entry("name"); e != nil && e.value.text == index {
			return item
		}
	}
	return nil
}

// hide keeps the scalars in the node from being shown.
func (n *node) hide() {
	for _, item := range n.items {
		item.hide()
	}
	for _, e := range n.entries {
		e.value.hide()
	}
	if !n.scalar() || n.at.src == nil {
		return
	}
	end, ok := n.locate(len([]rune(n.raw)))
	if !ok {
		end = n.lastLine()
	}
	if n.escapes == '"' || n.escapes == '\'' {
		end.col++
	}
	n.at.src.hide(n.at, end)
}

// lastLine is the end of the lines that are deeper to the right than the line in which the node begins.
func (n *node) lastLine() position {
	src, last := n.at.src, n.at.line
	depth := indentOf(src.line(last))
	for last < len(src.lines) {
		if next := src.line(last + 1); indentOf(next) <= depth && indentOf(next) < len(next) {
			break
		}
		last++
	}
	return position{src, last, len(src.line(last)) + 1}
}
