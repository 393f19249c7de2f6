package config

import "slices"

// Same reports whether two texts of a configuration file, or of a Document, say the same: the same keys in the same order
// with the same values, anchors and aliases resolved, variables as they are written. Where before is no YAML, it says what
// is wrong with it; name is what the file is called there.
func Same(name, before, after string) (bool, Problems) {
	a, problems := said(name, before)
	if problems != nil {
		return false, problems
	}
	b, problems := said(name, after)
	return problems == nil && slices.EqualFunc(a, b, equal), nil
}

// said is what the documents of a text say, or why it cannot be read.
func said(name, text string) ([]*node, Problems) {
	l := &loader{env: func(string) (string, bool) { return "", true }}
	docs := l.parse(newSource(name, text), text)
	if l.broken {
		o := &origin{tree: &node{kind: mapping}, files: []string{name}}
		return nil, o.finish(l.problems)
	}
	return docs, nil
}

func equal(a, b *node) bool {
	return a.kind == b.kind && a.raw == b.raw && slices.EqualFunc(a.items, b.items, equal) &&
		slices.EqualFunc(a.entries, b.entries, func(x, y entry) bool { return x.key == y.key && equal(x.value, y.value) })
}
