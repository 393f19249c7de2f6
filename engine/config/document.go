package config

import "reflect"

// Document is a file that is no configuration but is written and read like one: YAML with a struct as its form, such
// as the tests that lie beside a configuration.
type Document struct{ origin *origin }

// ReadDocument fills into, a pointer to a struct, from the file at path, as Load fills a File: the tags json, doc and
// jsonschema have the same meaning, the types of this package check themselves, and what is wrong has its place. What the
// document is called in messages is in what, such as "a test file". Into is not to be used when a problem is an error.
func ReadDocument(path string, env func(string) (string, bool), into any, what string) (*Document, Problems) {
	l := &loader{env: env, tree: &node{kind: mapping}, whole: what + " is a mapping of keys"}
	l.file(path)
	l.tree.place("")
	if !l.broken { // what is missing cannot be told from what could not be read
		l.decode(l.tree, reflect.ValueOf(into).Elem(), what)
	}
	d := &Document{&origin{tree: l.tree, files: l.files, faults: map[position]bool{}, secrets: l.secrets, broken: l.broken}}
	return d, d.origin.finish(l.problems)
}

// Problem makes a problem of something that others find wrong with the document; see File.Problem.
func (d *Document) Problem(severity Severity, path string, offset int, message, hint string) Problem {
	p, _ := d.origin.problem(severity, path, offset, message, hint)
	return d.origin.finish(Problems{p})[0]
}

// Line is the line, from 1, in which what is at a path such as tests[2] begins; 0 when it is not known.
func (d *Document) Line(path string) int { return d.origin.tree.find(path).at.line }

// Sort puts problems of the document in order.
func (d *Document) Sort(ps Problems) { ps.sort(d.origin.files) }
