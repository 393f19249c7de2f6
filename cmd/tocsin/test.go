package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
	"github.com/tocsin-oncall/tocsin/integrations/app"
)

// testOptions are the flags of tocsin test.
type testOptions struct {
	run, junit string
	json       bool
}

func testVerb(io stdio) *cobra.Command {
	var o testOptions
	c := &cobra.Command{
		Use:   "test FILE…",
		Short: "Run tests of a configuration: given these events, who is paged",
		Long: `Runs test files, which lie beside a configuration and say, in YAML, who must be paged how and when, given these
events at this time. Each test is played by the real engine in virtual time; nothing is sent. A folder stands for the
*.test.yaml files in it. docs/testing.md says how they are written, and tocsin schema --tests prints their JSON Schema.

Exit code 1 says that a test failed, 2 that a file cannot be used.`,
		Example: `  tocsin test config.test.yaml
  tocsin test --run 'night|weekend' --junit report.xml config/
  tocsin test --json config.test.yaml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error { return io.test(c.Context(), paths, o) },
	}
	f := c.Flags()
	f.StringVar(&o.run, "run", "", "run only the tests whose names match this regular expression")
	f.StringVar(&o.junit, "junit", "", "also write a report as JUnit XML to this file")
	f.BoolVar(&o.json, "json", false, "print the results as JSON, for programs")
	return c
}

func (io stdio) test(ctx context.Context, paths []string, o testOptions) error {
	var match *regexp.Regexp
	var err error
	if o.run != "" {
		if match, err = regexp.Compile(o.run); err != nil {
			return fmt.Errorf("--run: %w", err)
		}
	}
	suites, err := io.suites(paths)
	if err != nil {
		return err
	}
	results := []suite.Result{}
	for _, s := range suites {
		of, err := s.Run(ctx, match)
		if err != nil {
			return err
		}
		results = append(results, of...)
	}
	if len(results) == 0 {
		return fmt.Errorf("no test matches --run %s", o.run)
	}
	if o.junit != "" {
		if err := io.write(o.junit, junit(results)); err != nil {
			return fmt.Errorf("--junit: %w", err)
		}
	}
	failed := len(results) - passed(results)
	if o.json {
		err = io.printJSON(tested{Passed: passed(results), Failed: failed, Results: results})
	} else if o.junit != "-" {
		io.testResults(results, 0)
	}
	if err == nil && failed > 0 {
		err = no{errors.New("")}
	}
	return err
}

// tested is what programs get.
type tested struct {
	Passed  int            `json:"passed"`
	Failed  int            `json:"failed"`
	Results []suite.Result `json:"results"`
}

func passed(results []suite.Result) (n int) {
	for _, r := range results {
		if r.Passed {
			n++
		}
	}
	return n
}

// suites loads test files. It prints what is wrong with those that cannot be used.
func (io stdio) suites(paths []string) ([]*suite.Suite, error) {
	files, err := testFiles(paths)
	if err != nil {
		return nil, err
	}
	var all []*suite.Suite
	for _, file := range files {
		s, problems := suite.Load(file, suite.Options{Env: io.env, Reader: readerOf})
		if s == nil {
			fmt.Fprint(io.err, problems.Errors())
			continue
		}
		all = append(all, s)
	}
	if bad := len(files) - len(all); bad > 0 {
		return nil, fmt.Errorf("%s cannot be used; nothing was run", count(bad, "test file"))
	}
	return all, nil
}

func readerOf(f *config.File) (suite.Reader, config.Problems) {
	r, problems := app.NewReader(f)
	if r == nil {
		return nil, problems
	}
	return r, problems
}

// testFiles are the files that paths name, those of folders included.
func testFiles(paths []string) (files []string, err error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !config.IsTestFile(e.Name()) })
		if len(entries) == 0 {
			return nil, fmt.Errorf("%s: there is no *.test.yaml file in it", path)
		}
		for _, e := range entries {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	return files, nil
}
