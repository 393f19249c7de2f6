package config

import "fmt"

// merge adds what a further file or document says to what the files before it said: lists go on, mappings are joined, and
// a scalar may be said again only if it is the same.
func (l *loader) merge(into, from *node) {
	for _, e := range from.entries {
		first := into.entry(e.key)
		if first != nil && looksSecret(e.key) {
			e.value.hide() // it is left out of the tree, so nobody else will
		}
		switch {
		case first == nil || first.value.kind == nothing:
			if first != nil {
				*first = e
				continue
			}
			into.entries = append(into.entries, e)
		case e.value.kind == nothing || e.value.kind == broken || first.value.kind == broken:
		case first.value.kind == list && e.value.kind == list:
			first.value.items = append(first.value.items, e.value.items...)
		case first.value.kind == mapping && e.value.kind == mapping:
			l.merge(first.value, e.value)
		case first.value.scalar() && e.value.scalar() && first.value.text == e.value.text:
		default:
			l.report(Error, e.at, "", fmt.Sprintf("%s is already set at %s:%d:%d", e.key, first.at.src.name, first.at.line, first.at.col), "keep one of the two")
		}
	}
}
