package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Load reads the files at paths, and for a folder its *.yaml and *.yml files in the order of their names, without
// the test files, as one configuration: lists go on from file to file, mappings are joined, and everything else is said once. Variables
// are looked up in env. It checks the shape of everything, not yet what it means together; that is Build.
//
// There is always a File, and it has what could be read. It is not to be used when a problem is an error.
func Load(paths []string, env func(string) (string, bool)) (*File, Problems) {
	l := &loader{env: env, tree: &node{kind: mapping}, whole: "a configuration is a mapping of keys such as users: and policies:"}
	for _, path := range paths {
		for _, file := range l.list(path) {
			l.file(file)
		}
	}
	if len(paths) == 0 {
		l.report(Error, position{}, "", "no configuration file was named", "")
	}
	l.tree.place("")
	f := &File{}
	l.decodeFile(f)
	l.calendars(f)
	f.origin = &origin{tree: l.tree, files: l.files, faults: map[position]bool{}, secrets: l.secrets, broken: l.broken}
	for _, p := range l.problems {
		f.origin.faults[p.at] = true
	}
	f.setDefaults()
	return f, f.origin.finish(l.problems)
}

// IsTestFile reports whether a file, by its name, is one of tests of a configuration: *.test.yaml or *.test.yml.
func IsTestFile(name string) bool {
	return strings.HasSuffix(name, ".test.yaml") || strings.HasSuffix(name, ".test.yml")
}

// Open loads a configuration and builds it; the World is nil if any problem is an error.
func Open(paths []string, env func(string) (string, bool)) (*World, Problems) {
	f, problems := Load(paths, env)
	w, more := Build(f)
	problems = append(problems, more...)
	problems.sort(f.origin.files)
	problems = problems.once()
	if problems.Err() != nil {
		return nil, problems
	}
	return w, problems
}

// Files returns the configuration files that were read, in that order, and then the calendars that they name; files with
// secrets are not among them.
func (f *File) Files() []string {
	if f.origin == nil {
		return nil
	}
	return slices.Clone(f.origin.files)
}

// loader reads one configuration.
type loader struct {
	env      func(string) (string, bool)
	tree     *node
	files    []string
	secrets  []string
	problems Problems
	broken   bool
	whole    string // what a file is called, with some of its keys
}

func (l *loader) report(severity Severity, at position, path, message, hint string) {
	l.problems = append(l.problems, Problem{Severity: severity, Path: path, Message: message, Hint: hint, at: at})
}

// list returns the files of a path.
func (l *loader) list(path string) []string {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path} // where it cannot be read, file says so
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		l.unreadable(path, err)
		return nil
	}
	var files []string
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") && !IsTestFile(e.Name()) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		l.unreadable(path, errors.New("the folder has no *.yaml file"))
	}
	return files
}

// file adds what one file says.
func (l *loader) file(path string) {
	if slices.Contains(l.files, path) {
		return
	}
	data, err := read(path, maxFile)
	if err != nil {
		l.unreadable(path, err)
		return
	}
	l.files = append(l.files, path)
	src := newSource(path, data)
	if l.tree.at.src == nil {
		l.tree.at.src = src
	}
	for _, doc := range l.parse(src, data) {
		switch {
		case doc.kind == mapping:
			l.merge(l.tree, doc)
		case doc.kind != broken:
			l.report(Error, doc.at, "", fmt.Sprintf("%s, not %s", l.whole, doc.kind), "")
		}
	}
}

func (l *loader) unreadable(path string, err error) {
	if !slices.Contains(l.files, path) {
		l.files = append(l.files, path)
	}
	l.broken = true
	l.report(Error, position{src: newSource(path, "")}, "", reason(err), "")
}

// reason says why a file could not be read, without its path.
func reason(err error) string {
	if bad := (*fs.PathError)(nil); errors.As(err, &bad) {
		err = bad.Err
	}
	return "cannot be read: " + err.Error()
}

// read returns the text of a file of at most limit bytes, without a byte order mark.
func read(path string, limit int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return "", errors.New("it is a folder")
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return "", err
	}
	if int64(len(data)) > limit {
		return "", fmt.Errorf("it is larger than %d bytes", limit)
	}
	return strings.TrimPrefix(string(data), "\ufeff"), nil
}
