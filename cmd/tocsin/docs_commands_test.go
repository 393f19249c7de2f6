package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// command is tocsin with its arguments: in a line of a shell, or of a pipeline's file.
var command = regexp.MustCompile(`(?m)(?:^|entry: |run: |- |&& )tocsin ([a-z].*?)(?: +#.*| && .*| \|.*| [<>].*| &&| \\)?$`)

// shellBlock is a block of a document that shows commands, or a pipeline with some.
var shellBlock = regexp.MustCompile("(?ms)^ *```(?:sh|yaml)\n(.*?)\n *```$")

// Whoever copies a command from the documents, or from the examples for CI, has one that there is, with flags that it has.
func TestCommandsOfTheDocumentsAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for path, text := range documents(t) {
		for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
			texts[path] += block[1] + "\n"
		}
	}
	examples, err := filepath.Glob(filepath.Join(docsRoot, "docs/ci/*.yaml"))
	if err != nil || len(examples) < 3 {
		t.Fatalf("the examples for CI are not there: %q, %v", examples, err)
	}
	inCI := 0
	for _, path := range examples {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(data)
		inCI += len(command.FindAllString(texts[path], -1))
	}
	if inCI < 8 {
		t.Errorf("only %d commands were found in %q", inCI, examples)
	}
	root := newRoot(stdio{})
	for path, text := range texts {
		for _, m := range command.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(strings.NewReplacer("'", "", `"`, "").Replace(m[1]))
			verb, args, err := root.Find(words)
			if err != nil || verb == root {
				t.Errorf("%s: tocsin %s: there is no such verb", path, m[1])
				continue
			}
			verb.InitDefaultHelpFlag()
			for _, arg := range args {
				name, _, _ := strings.Cut(arg, "=")
				long, isLong := strings.CutPrefix(name, "--")
				if isLong && long != "" && verb.Flags().Lookup(long) == nil && verb.InheritedFlags().Lookup(long) == nil && verb.PersistentFlags().Lookup(long) == nil {
					t.Errorf("%s: tocsin %s: %s has no flag %s", path, m[1], verb.CommandPath(), name)
				}
			}
		}
	}
}
