package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config/layout"
)

// standardInput is the name of standard input among files.
const standardInput = "-"

// maxFormatted is how large a file may be, in bytes: what a configuration file may have.
const maxFormatted = 8 << 20

// formatter is the verb fmt with its flags.
type formatter struct {
	stdio
	check, diff, stdout bool
}

func fmtVerb(streams stdio) *cobra.Command {
	f := &formatter{stdio: streams}
	c := &cobra.Command{
		Use:   "fmt FILE…",
		Short: "Give configuration and test files their form",
		Long: `Gives configuration and test files one form, so that changes to them show what changed: indentation by two spaces, lists
further to the right than their keys, one space where there is space between two things, no two blank lines in a row. A
folder stands for its *.yaml and *.yml files. - reads standard input and writes to standard output.

Only white space changes: comments, quotes, anchors and the order of keys stay as they are. Before a file is written it is
read again, and left alone unless it says the same as before. It is replaced as a whole, with its permissions.

Without a flag, files are rewritten and the names of those that changed are printed. --check only prints the names, and exits
with 1 if there are any; --diff prints the changes. Exit code 2 says that a file could not be read or laid out.`,
		Example: `  tocsin fmt config.yaml config.test.yaml
  tocsin fmt --check oncall/
  tocsin fmt - < config.yaml`,
		RunE: func(_ *cobra.Command, paths []string) error { return f.files(paths) },
	}
	c.Flags().BoolVar(&f.check, "check", false, "change nothing, name the files that are not formatted, and exit with 1 if there are any")
	c.Flags().BoolVar(&f.diff, "diff", false, "change nothing, and print what would change")
	c.Flags().BoolVar(&f.stdout, "stdout", false, "change nothing, and print the whole formatted text")
	c.MarkFlagsMutuallyExclusive("check", "stdout")
	c.MarkFlagsMutuallyExclusive("diff", "stdout")
	return c
}

// files formats what paths name. A file that cannot be formatted does not keep the others from it.
func (f *formatter) files(paths []string) error {
	if len(paths) == 0 {
		return errors.New("name the files or folders to format, or - for standard input")
	}
	files, err := yamlFiles(paths)
	if err != nil {
		return err
	}
	bad, differ := 0, 0
	for _, file := range files {
		changed, err := f.file(file)
		switch syntax := (*layout.Syntax)(nil); {
		case errors.As(err, &syntax):
			fmt.Fprint(f.err, syntax.Problems.Errors())
			bad++
		case err != nil:
			fmt.Fprintf(f.err, "%s: %v; the file is as it was\n", shown(file), err)
			bad++
		case changed:
			differ++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%s could not be formatted", count(bad, "file"))
	}
	if f.check && differ > 0 {
		return no{errors.New("")}
	}
	return nil
}

// file formats one file, and says whether it was not as it should be.
func (f *formatter) file(path string) (changed bool, err error) {
	before, err := f.read(path)
	if err != nil {
		return false, err
	}
	after, err := layout.Format(shown(path), before)
	if err != nil {
		return false, err
	}
	changed = before != after
	if f.diff && changed {
		if _, err := f.out.Write(diff.Diff(shown(path), []byte(before), shown(path)+" (formatted)", []byte(after))); err != nil {
			return changed, err
		}
	}
	switch {
	case f.stdout, path == standardInput && !f.check && !f.diff:
		_, err = fmt.Fprint(f.out, after)
		return changed, err
	case !changed:
		return false, nil
	case f.diff:
		return true, nil
	case !f.check:
		if err := replace(path, []byte(after)); err != nil {
			return true, err
		}
	}
	_, err = fmt.Fprintln(f.out, shown(path))
	return true, err
}

// read reads a file, or standard input.
func (f *formatter) read(path string) (string, error) {
	from := f.in
	if path != standardInput {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		from = file
	}
	data, err := io.ReadAll(io.LimitReader(from, maxFormatted+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxFormatted {
		return "", fmt.Errorf("it is larger than %d bytes", maxFormatted)
	}
	return string(data), nil
}

// shown is what a file is called in what is printed.
func shown(path string) string {
	if path == standardInput {
		return "standard input"
	}
	return path
}

// yamlFiles are the files that paths name, those of folders included; each once.
func yamlFiles(paths []string) (files []string, err error) {
	add := func(path string) {
		if !slices.Contains(files, path) {
			files = append(files, path)
		}
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if path == standardInput || err != nil || !info.IsDir() {
			add(path) // where it cannot be read, reading says so
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		n := len(files)
		for _, e := range entries {
			ext := filepath.Ext(e.Name())
			if !e.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") {
				add(filepath.Join(path, e.Name()))
			}
		}
		if len(files) == n {
			return nil, fmt.Errorf("%s: there is no *.yaml file in it", path)
		}
	}
	return files, nil
}
